"""Copies of a database made while it is in use, and the way back.

SQLite by its online backup into one file; PostgreSQL by its own ``pg_dump`` and ``pg_restore``,
which must be of the server's version or newer. A copy is one state of the database: what was
acknowledged before it began is in it, and its event log verifies.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from api import schema
from api.holding import hold
from kernel import events
from kernel.database import Database, read_url
from kernel.errors import BadData, Conflict, ExternalServiceError, NotFound

_SQLITE_MAGIC = b"SQLite format 3\x00"
_DUMP_MAGIC = b"PGDMP"


def back_up(url: str, file: Path) -> None:
    """Copy a database to ``file``, which appears when it is whole.

    Raises
    ------
    NotFound
        When there is no such SQLite file.
    ExternalServiceError
        When ``pg_dump`` is missing or fails.
    """
    parsed = read_url(url)
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)  # mode 0600
    os.close(handle)
    partial = Path(name)
    try:
        if parsed.get_backend_name() == "sqlite":
            _copy_sqlite(Path(parsed.database or ""), partial)
        else:
            _run(parsed, "pg_dump", "--format=custom", "--no-owner", f"--file={partial}")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)


def restore(file: Path, url: str, *, force: bool = False) -> events.Audit:
    """Put a backup in place of a database, verify its event log and return the finding.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it is no backup for this kind of database.
    DatabaseInUse
        When a service runs on the SQLite file.
    Conflict
        When the database holds events and ``force`` was not given.
    ExternalServiceError
        When ``pg_restore`` is missing or fails.
    """
    parsed = read_url(url)
    is_sqlite = parsed.get_backend_name() == "sqlite"
    _refuse_other_kind(file, _SQLITE_MAGIC if is_sqlite else _DUMP_MAGIC)
    lock = hold(url)
    try:
        if not force:
            _refuse_if_used(url)
        if is_sqlite:
            _put_sqlite(file, Path(parsed.database or ""))
        else:
            _run(parsed, "pg_restore", *_WHOLE, f"--dbname={parsed.database}", str(file))
        return _verified(url)
    finally:
        if lock is not None:
            lock.close()


_WHOLE = ("--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error")


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise NotFound("database", str(source), remedy="Give --database sqlite:///FILE.")
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=delete")  # one file, nothing beside it
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _put_sqlite(file: Path, target: Path) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise BadData(f"{file} is damaged: {verdict}.", remedy="Take an older backup.")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}-restored")
    shutil.copyfile(file, partial)
    partial.chmod(0o600)
    for companion in ("-wal", "-shm"):  # they belong to the database that goes
        target.with_name(target.name + companion).unlink(missing_ok=True)
    partial.replace(target)


def _refuse_other_kind(file: Path, magic: bytes) -> None:
    if not file.is_file():
        raise NotFound("backup", str(file), remedy="Give the file that roadflare backup wrote.")
    with file.open("rb") as opened:
        if opened.read(len(magic)) != magic:
            raise BadData(
                f"{file} is no backup for this kind of database.",
                remedy="Restore SQLite backups to SQLite, PostgreSQL ones to PostgreSQL.",
            )


def _refuse_if_used(url: str) -> None:
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists():
        return
    database = Database(url)
    try:
        if schema.current(database) is None:
            return
        with database.read() as session:
            n_events, _ = events.last(session)
    finally:
        database.close()
    if n_events:
        raise Conflict(
            f"The database holds {n_events} events, which would be lost.",
            remedy="Restore into an empty database, or give --force.",
        )


def _verified(url: str) -> events.Audit:
    database = Database(url)
    try:
        with database.read() as session:
            return events.audit(session)
    finally:
        database.close()


def _run(url: URL, program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise ExternalServiceError(
            f"{program} is not on this machine.", remedy="Install the PostgreSQL client programs."
        )
    where = {"PGHOST": url.host, "PGPORT": str(url.port) if url.port else None}
    who = {"PGUSER": url.username, "PGPASSWORD": url.password, "PGDATABASE": url.database}
    given = {name: str(value) for name, value in (where | who).items() if value is not None}
    done = subprocess.run(  # noqa: S603 (our own arguments)
        [found, *arguments],
        env=os.environ | given,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip() or "no reason given"
        raise ExternalServiceError(f"{program} failed: {said}", remedy="See its message.")
