"""The drill: copy a database in use, lose it, put the copy back; the log tells any tampering."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from api import schema
from api.backups import back_up, restore
from kernel import events
from kernel.database import Database
from kernel.errors import BadData, Conflict, DatabaseInUse, NotFound
from kernel.process_lock import ProcessLock
from tests.support.missing import missing
from tests.support.postgis import PostgisServer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    if any_database_url.startswith("postgresql") and shutil.which("pg_dump") is None:
        missing("pg_dump", "sudo apt-get install postgresql-client")
    opened = Database(any_database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()


@pytest.fixture
def empty_url(database: Database, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield another, empty database of the same kind."""
    if database.is_sqlite:
        yield f"sqlite:///{tmp_path / 'new.sqlite'}"
        return
    server: PostgisServer = request.getfixturevalue("postgis_databases")
    url = server.create()
    yield url
    server.drop(url)


def append(database: Database, n: int) -> None:
    with database.write() as session:
        for _ in range(n):
            events.append(session, NOON, "plan.kept", region="demo", payload={"区": n})


def url_of(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


def roadflare(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from api.cli import main; main()", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_the_drill(database: Database, empty_url: str, tmp_path: Path) -> None:
    file = tmp_path / "safe" / "backup"
    append(database, 30)
    stop, written = threading.Event(), threading.Event()

    def work() -> None:
        while not stop.is_set():
            append(database, 1)
            written.set()

    worker = threading.Thread(target=work)
    worker.start()
    assert written.wait(20)
    with database.read() as session:
        acknowledged, head = events.last(session)
    back_up(url_of(database), file)  # while others write
    stop.set()
    worker.join()
    found = restore(file, empty_url)
    assert found.broken is None
    assert found.n_events >= acknowledged
    restored = Database(empty_url)
    assert schema.differences(restored) == []
    with restored.read() as session:
        assert events.audit(session, known=(acknowledged, head)).broken is None
    append(restored, 1)  # and work goes on
    restored.close()
    assert file.stat().st_mode & 0o077 == 0


def test_what_is_in_use_or_full_is_not_overwritten(database: Database, tmp_path: Path) -> None:
    append(database, 2)
    url, file = url_of(database), tmp_path / "backup"
    back_up(url, file)
    append(database, 1)
    with pytest.raises(Conflict, match="3 events"):
        restore(file, url)
    if database.is_sqlite:
        lock = ProcessLock(Path(str(database.engine.url.database)))
        with pytest.raises(DatabaseInUse):
            restore(file, url, force=True)
        lock.close()
    database.close()
    assert restore(file, url, force=True).n_events == 2


def test_what_is_no_backup_is_refused(database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        restore(tmp_path / "nowhere", url_of(database))
    broken = tmp_path / "broken"
    broken.write_bytes(b"hello")
    with pytest.raises(BadData):
        restore(broken, url_of(database))


def test_a_failed_backup_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        back_up(f"sqlite:///{tmp_path}/none.sqlite", tmp_path / "safe" / "backup")
    assert list((tmp_path / "safe").iterdir()) == []


@pytest.mark.parametrize(
    ("damage", "broken_at", "reason"),
    [
        ("UPDATE events SET kind = 'x' WHERE seq = 2", 2, "not what was written"),
        ("DELETE FROM events WHERE seq = 2", 3, "event 2 is missing"),
        ("UPDATE events SET seq = 5 - seq WHERE seq IN (2, 3)", 2, "chained to another"),
        ("DELETE FROM events WHERE seq = 4", 4, "ends before event 4"),
    ],
    ids=["edit", "gap", "reordering", "cut"],
)
def test_audit_names_the_event(
    database: Database, damage: str, broken_at: int, reason: str
) -> None:
    append(database, 4)
    url = url_of(database)
    whole = roadflare("audit", "verify", "--database", url, "--json")
    assert whole.returncode == 0, whole.stderr
    head = json.loads(whole.stdout)["head"]
    with database.engine.begin() as connection:
        unguard(connection)
        for statement in swapped(damage):
            connection.execute(text(statement))
    broken = roadflare("audit", "verify", "--database", url, "--known", head, "--json")
    found = json.loads(broken.stdout)
    assert broken.returncode == 1
    assert (found["ok"], found["broken_at"]) == (False, broken_at)
    assert reason in found["reason"]


def unguard(connection: Connection) -> None:
    """Do what only the owner of the tables can: take the guard off that refuses changes."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE events DISABLE TRIGGER ALL"))
        return
    for name in ("events_no_update", "events_no_delete"):
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))


def swapped(damage: str) -> list[str]:
    """Split what a primary key does not allow at once."""
    if "5 - seq" not in damage:
        return [damage]
    return [
        "UPDATE events SET seq = 99 WHERE seq = 2",
        "UPDATE events SET seq = 2 WHERE seq = 3",
        "UPDATE events SET seq = 3 WHERE seq = 99",
    ]
