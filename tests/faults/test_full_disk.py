"""A full disk: who calls is told, nothing is half written, and it goes on once there is room.

SQLite is held to the pages it has. A PostgreSQL server cannot be given a small disk without the
rights to mount one: it is made to answer what it answers then (SQLSTATE 53100), at the first write.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import httpx
import pytest
from sqlalchemy import Engine, event

from kernel.database import Database
from tests.support.service import Town, a_call

ON_BOTH_DATABASES = True

FULL = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END
$$;
CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION no_room();
"""
ROOM_AGAIN = "DROP TRIGGER full_disk ON {table}; DROP FUNCTION no_room();"


@contextmanager
def no_page_more(engine: Engine) -> Iterator[None]:
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(dbapi: Any, _record: object) -> None:
        dbapi.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    event.listen(engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(engine, "connect", limit)
        engine.dispose()


@contextmanager
def told_to_be_full(engine: Engine, table: str) -> Iterator[None]:
    with engine.begin() as connection:
        connection.exec_driver_sql(FULL.format(table=table))
    try:
        yield
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql(ROOM_AGAIN.format(table=table))


def full_disk(database: Database, table: str) -> AbstractContextManager[None]:
    if database.is_sqlite:
        return no_page_more(database.engine)
    return told_to_be_full(database.engine, table)


def take(town: Town, number: int) -> httpx.Response:
    body = a_call(number, scenario="x" * 1900, symptom="y" * 1900)
    return town["hotline"].post("incidents", body)


@pytest.mark.parametrize("table", ["incidents", "jobs", "events"])
def test_a_full_disk_is_told_and_leaves_the_service_whole(town: Town, table: str) -> None:
    town.start_shifts()
    town.call()
    before = town.n_rows()
    with full_disk(town.service.runtime.database, table):
        answers = [take(town, number) for number in range(40, 60)]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused
    for answer in refused:
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
    taken = len(answers) - len(refused)
    after = town.n_rows()
    assert {name: after[name] - before[name] for name in ("incidents", "jobs")} == {
        "incidents": taken,
        "jobs": taken,
    }
    assert take(town, 90).status_code == 201
    town.decide()
    town.unit_with_job()
