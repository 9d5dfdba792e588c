"""Migrations forth and back on both databases, with data; they agree with the models."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import inspect, text

from api import schema
from kernel import events
from kernel.database import Database
from kernel.errors import BadData
from tests.support.service import NOON

REVISIONS = ["0001", "0002", "0003", "0004"]


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
