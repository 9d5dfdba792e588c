"""Migrations forth and back on both databases, with data; they agree with the models."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from api import migrating, schema
from api.empty_database import open_migrated
from kernel import events
from kernel.database import Database
from kernel.errors import BadData
from tests.support.service import NOON

REVISIONS = sorted(path.name[1:5] for path in schema.SCRIPTS.glob("v*.py"))


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    opened = Database(any_database_url)
    yield opened
    opened.close()


def tables(database: Database) -> set[str]:
    return {
        name
        for name in inspect(database.engine).get_table_names()
        if not name.startswith(("spatial_ref", "alembic")) and "_rtree" not in name
    }


def test_migrations_build_what_the_models_say(database: Database) -> None:
    assert schema.upgrade(database) is None
    assert tables(database) == set(schema.metadata().tables)
    assert schema.differences(database) == []


def test_the_newest_revision_is_the_one_its_file_is_named_after() -> None:
    assert schema.head() == REVISIONS[-1] == migrating.newest()


def test_a_new_file_is_a_copy_of_an_empty_one(tmp_path: Path) -> None:
    for name in ("first", "second"):  # the first is migrated and kept, the second copied
        with closing(open_migrated(f"sqlite:///{tmp_path / name}.sqlite", tmp_path)) as database:
            assert schema.differences(database) == []
            with database.write() as session:
                events.append(session, NOON, "unit.paused", region="town", unit_id=1)
    (blank,) = tmp_path.glob("empty-*.sqlite")
    with closing(Database(f"sqlite:///{blank}")) as database, database.read() as session:
        assert events.read_after(session, 0) == []


def test_a_file_that_exists_is_never_replaced(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/mine.sqlite"
    for _ in range(2):
        with closing(open_migrated(url, tmp_path)) as database, database.write() as session:
            events.append(session, NOON, "unit.paused", region="town", unit_id=1)
    with closing(Database(url)) as database, database.read() as session:
        assert len(events.read_after(session, 0)) == 2


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    schema.upgrade(database)
    assert schema.upgrade(database) == REVISIONS[-1]


def test_step_by_step_forth_and_back(database: Database) -> None:
    for revision in REVISIONS:
        schema.upgrade(database, revision)
        assert schema.current(database) == revision
    for revision in [*reversed(REVISIONS[:-1]), "base"]:
        schema.downgrade(database, revision)
        assert schema.current(database) == (None if revision == "base" else revision)
    assert tables(database) == set()
    schema.upgrade(database)
    assert schema.differences(database) == []


def test_what_an_earlier_revision_holds_survives(database: Database) -> None:
    schema.upgrade(database)
    with database.write() as session:
        events.append(session, NOON, "unit.paused", region="town", unit_id=1)
    schema.downgrade(database, "0001")
    schema.upgrade(database)
    with database.read() as session:
        assert [event.kind for event in events.read_after(session, 0)] == ["unit.paused"]
        assert events.verify_chain(session) is None


def test_a_difference_is_found(database: Database) -> None:
    schema.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE units ADD COLUMN forgotten INTEGER"))
    assert "forgotten" in str(schema.differences(database))


def test_a_newer_database_is_refused(database: Database) -> None:
    schema.upgrade(database)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(BadData, match="9999"):
        schema.upgrade(database)
