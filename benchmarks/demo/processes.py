"""Starting and ending the live demo's processes; light to import: the server starts at once."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from benchmarks.demo import seeded
from kernel.errors import ExternalServiceError

ADMIN_TOKEN = "ROADFLARE_ADMIN_TOKEN"  # noqa: S105 (the variable's name)

_FOR_VISITORS = {
    "ROADFLARE_LOG_LEVEL": "warning",  # they read the terminal
    # The clock hurries, and the link in the terminal is opened again and again.
    "ROADFLARE_ACCESS_LIFE": "P30D",
    "ROADFLARE_SESSION_LIFE": "P30D",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A server that was started, perhaps not ready yet.

    Attributes
    ----------
    admin
        Its first token.
    database
        Its SQLite file.
    fleet
        Digest of the fleet that the file began with, see `benchmarks.demo.seeded`; or ``None``.
    """

    url: str
    admin: str
    process: subprocess.Popen[str]
    database: Path
    fleet: str | None


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Take a request to end (SIGTERM, SIGHUP) like Ctrl-C, so that no child is left behind."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    wanted = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    # Ctrl-C too: a shell without job control starts its background processes with it ignored.
    before = [(number, signal.signal(number, interrupt)) for number in (*wanted, signal.SIGINT)]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


@contextmanager
def start_server(city: str, *, data_dir: Path, port: int, speed: float) -> Iterator[Server]:
    """Start a server on a database that is thrown away; end it on leaving.

    Parameters
    ----------
    port
        Taken if it is free, else another one.
    speed
        Service seconds per wall second.
    """
    port = _free_port(port)
    admin = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="roadflare-demo-") as folder:
        database = Path(folder) / "demo.sqlite"
        fleet = seeded.begin_with(data_dir, city, database)
        command = [str(Path(sys.executable).with_name("roadflare")), "serve", "--city", city]
        command += ["--port", str(port), "--database", f"sqlite:///{database}"]
        command += ["--speed", str(speed), "--data-dir", str(data_dir)]
        process = start(command, extra_environment={ADMIN_TOKEN: admin, **_FOR_VISITORS})
        try:
            yield Server(f"http://127.0.0.1:{port}", admin, process, database, fleet)
        finally:
            end(process)


def start(
    command: list[str], *, text: str = "", extra_environment: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a process, with ``text`` on its standard input."""
    process = subprocess.Popen(  # noqa: S603 (our own commands)
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,  # what they have to say to people goes to standard error
        text=True,
        env={**os.environ, **(extra_environment or {})},
    )
    if process.stdin is not None:
        process.stdin.write(text)
        process.stdin.close()
    return process


def end(process: subprocess.Popen[str]) -> None:
    """End a process, kindly at first."""
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ExternalServiceError("No port is free on 127.0.0.1.", remedy="Close another server.")
