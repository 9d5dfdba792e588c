"""A private PostGIS server for the tests: made for one session, gone with it.

No system service is touched. The server listens on a random port of the loopback interface only,
keeps nothing durable, and lives in a temporary folder. A guard process holds it on a leash: when
the session ends, in whatever way (Ctrl-C and ``kill -9`` too), the server stops and the folder is
removed.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.missing import missing

SERVER_FOLDERS = (
    ("/usr/lib/postgresql/*/bin", "/usr/share/postgresql/{}/extension"),  # Debian, Ubuntu
    ("/usr/pgsql-*/bin", "/usr/pgsql-{}/share/extension"),  # RPM packages of PostgreSQL
    ("/opt/homebrew/opt/postgresql@*/bin", "/opt/homebrew/share/postgresql@{}/extension"),
)
OWNER = "roadflare"
TEMPLATE = "template_postgis"
START_TIMEOUT_S = 60.0
# Nothing here has to survive a crash, so nothing waits for a disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "timezone": "UTC",
}
# `cat` ends when the session closes its end of the pipe or dies; QUIT stops the server at once.
GUARD = """
folder=$1; shift
"$@" >"$folder/server.log" 2>&1 &
cat >/dev/null
kill -s QUIT $!
wait $!
rm -rf "$folder"
"""


def server_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server that has PostGIS, or None."""
    found = []
    for programs, extensions in SERVER_FOLDERS:
        for folder in Path("/").glob(programs.removeprefix("/")):
            version = re.search(programs.replace("*", r"(\d+)"), str(folder))
            if version and Path(extensions.format(version[1]), "postgis.control").exists():
                found.append((int(version[1]), folder))
    return max(found)[1] if found else None


@dataclass
class PostgisServer:
    """A running server, and the databases made on it."""

    port: int
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1), repr=False)

    def create(self, template_url: str | None = None) -> str:
        """Create a database and return its SQLAlchemy URL.

        Parameters
        ----------
        template_url
            A database made here before, to be cloned with all that is in it; nobody may be
            connected to it. Without one, the new database is empty but for the extensions
            ``postgis`` and ``pg_trgm``.
        """
        template = template_url.rpartition("/")[2] if template_url else TEMPLATE
        name = f"t{next(self._numbers)}"
        self._administer("create database {} template {}", name, template)
        return f"postgresql+psycopg://{OWNER}@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Drop a database made here, together with the connections still open to it."""
        self._administer("drop database {} with (force)", url.rpartition("/")[2])

    def make_template(self) -> None:
        """Create the database that all others are cloned from."""
        self._administer("create database {}", TEMPLATE)
        with self.connect(TEMPLATE) as connection:
            connection.execute("create extension postgis")
            connection.execute("create extension pg_trgm")

    def connect(self, name: str) -> psycopg.Connection[Any]:
        """Open a plain connection that commits each statement by itself."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=OWNER, dbname=name, autocommit=True
        )

    def _administer(self, statement: str, *names: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextlib.contextmanager
def running_server(programs: Path) -> Iterator[PostgisServer]:
    """Make a cluster in a temporary folder, run it, and leave nothing behind."""
    account = _unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="roadflare-postgis-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        data = folder / "data"
        _initialise(programs, data, account)
        port = _free_port()
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        server = [str(programs / "postgres"), "-D", str(data), "-p", str(port), *settings]
        guard = subprocess.Popen(
            ["/bin/sh", "-c", GUARD, "guard", str(folder), *server],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # the Ctrl-C that ends the session is not for the server
            cwd=folder,
            **account,
        )
        try:
            running = PostgisServer(port)
            _wait_until_ready(running, folder / "server.log")
            running.make_template()
            yield running
        finally:
            guard.communicate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class OwnServer:
    """A server of one test, which may be stopped and started again."""

    command: list[str]
    folder: Path
    account: dict[str, Any]
    port: int
    url: str = ""
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=self.folder,
                **self.account,
            )
        _wait_until_ready(PostgisServer(self.port), self.folder / "server.log")

    def stop(self) -> None:
        """Stop it; whoever is connected is cut off (fast shutdown)."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """End it at once, without a checkpoint: the next start recovers from its log."""
        self._end(signal.SIGQUIT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=START_TIMEOUT_S)
            self._process = None


@contextlib.contextmanager
def own_server() -> Iterator[OwnServer]:
    """Yield a private PostGIS server with one empty database, `OwnServer.url`."""
    programs = server_programs()
    if programs is None:
        missing("PostGIS", "sudo apt-get install postgresql-postgis")
    account = _unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="roadflare-postgis-"))
    try:
        if account:
            os.chown(folder, account["user"], account["group"])
        _initialise(programs, folder / "data", account)
        port = _free_port()
        settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
        server = OwnServer(command + settings, folder, account, port)
        server.start()
        try:
            running = PostgisServer(port)
            running.make_template()
            server.url = running.create()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged_account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root: name another account for it, if we are root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise LookupError("no account 'postgres' or 'nobody' to run PostgreSQL under")


def _initialise(programs: Path, data: Path, account: dict[str, Any]) -> None:
    # With the locale C, pg_trgm would see no letters in Chinese.
    options = ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    made = subprocess.run(
        [str(programs / "initdb"), "-D", str(data), "-U", OWNER, *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        cwd=data.parent,
        **account,
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: PostgisServer, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    pause = threading.Event()
    while True:
        try:
            server.connect("postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                said = log.read_text(errors="replace") if log.exists() else ""
                raise RuntimeError(f"PostgreSQL did not start:\n{said}") from None
            pause.wait(0.05)
        else:
            return


@pytest.fixture(scope="session")
def postgis_databases() -> Iterator[PostgisServer]:
    """Make and drop PostGIS databases: ``create()``, ``create(template_url)``, ``drop(url)``."""
    programs = server_programs()
    if programs is None:
        missing("PostGIS", "sudo apt-get install postgresql-postgis")
    with running_server(programs) as server:
        yield server


@pytest.fixture(scope="session")
def postgis_url(postgis_databases: PostgisServer) -> str:
    """Return the SQLAlchemy URL of one database with PostGIS, the same for the whole session."""
    return postgis_databases.create()
