"""A city that has run for long: all that has ended many times over, and what queries read of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, event, insert, select

from api.tables import metadata
from kernel.database import Database

_AGO, _EVERY = timedelta(days=30), timedelta(minutes=100)
"""How much older the youngest copy is than what was copied, and each further one than the last."""

_APART = 100_000
"""Between the numbers of a row and of its copies."""

_KEYS = {
    "incidents": "id", "appointments": "id", "jobs": "id", "events": "seq", "alarms": "id",
    "contractor_offers": "id", "incident_calls": "id", "technician_events": "id", "ratings": "id",
    "owner_links": "key", "plans": "id", "unit_positions": "id", "shifts": "id",
}  # fmt: skip
_BELONGS_TO = {
    "incident_id": "incidents",
    "merged_into": "incidents",
    "appointment_id": "appointments",
    "job_id": "jobs",
}
_OWN = ("client_id", "key", "plate", "vin", "caller_phone", "code")
"""Texts of which each incident, visit or report has one of its own."""

_OVER = ("done", "cancelled", "failed", "closed", "expired", "rejected", "withdrawn")

Row = dict[str, Any]


def age(database: Database, n_copies: int) -> None:
    """Put so many copies of all that has ended into the past of a SQLite database."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=on")
        ended = _ended(connection)
        for table in metadata().sorted_tables:
            copies = [
                _copy(table, row, number)
                for number in range(1, n_copies + 1)
                for row in ended.get(table.name, ())
            ]
            if copies:
                connection.execute(insert(table).prefix_with("OR IGNORE"), copies)


def _ended(connection: Connection) -> dict[str, list[Row]]:
    """Return what has ended, by table: incidents, visits, and all that belongs to these."""
    tables = metadata().tables
    rows = {
        name: [dict(row) for row in connection.execute(select(tables[name])).mappings()]
        for name in _KEYS
    }
    goes_on = {it["appointment_id"] for it in rows["jobs"] if it["state"] not in _OVER}
    over = {
        "incidents": {it["id"] for it in rows["incidents"] if it["state"] == "closed"},
        "appointments": {it["id"] for it in rows["appointments"]} - goes_on,
    }
    over["jobs"] = {
        it["id"]
        for it in rows["jobs"]
        if it["incident_id"] in over["incidents"] or it["appointment_id"] in over["appointments"]
    }

    def is_over(name: str, row: Row) -> bool:
        if name in over:
            return row["id"] in over[name]
        if name == "contractor_offers" and row["state"] not in _OVER:
            return False
        if row.get("acknowledged_at", 1) is None or row.get("ended_at", 1) is None:
            return False
        return all(row.get(key) in (None, *over[of]) for key, of in _BELONGS_TO.items())

    return {name: [row for row in found if is_over(name, row)] for name, found in rows.items()}


def _copy(table: Table, row: Row, number: int) -> Row:
    return {name: _copied(table.name, name, value, number) for name, value in row.items()}


def _copied(table: str, name: str, value: Any, number: int) -> Any:
    if isinstance(value, datetime):
        return value - _AGO - _EVERY * number
    if isinstance(value, int) and (name == _KEYS[table] or name in _BELONGS_TO):
        return value + number * _APART
    if (table, name) == ("plans", "version"):
        return -value - number * _APART
    if isinstance(value, str) and name in _OWN:
        return f"{value}-{number}"
    return value


class Effort:
    """How much work of SQLite each query is: steps of its machine, the most that it ever took.

    Attributes
    ----------
    steps
        By what was asked, without how many values a list has.
    """

    def __init__(self) -> None:
        self.steps: dict[str, int] = defaultdict(int)
        self._running: dict[int, str] = {}
        self._n: dict[int, int] = {}

    @contextmanager
    def watched(self, engine: Engine) -> Iterator[None]:
        """Watch what is asked meanwhile."""
        event.listen(engine, "before_cursor_execute", self._begin)
        try:
            yield
        finally:
            event.remove(engine, "before_cursor_execute", self._begin)
            for key in tuple(self._running):
                self._end(key)

    def _begin(self, connection: Connection, _cursor: Any, sql: str, *_: Any) -> None:
        raw: Any = connection.connection.dbapi_connection
        key = id(raw)
        self._end(key)
        self._running[key], self._n[key] = _LIST.sub("IN (?)", sql), 0

        def count() -> None:
            self._n[key] += _STEPS

        raw.set_progress_handler(count, _STEPS)

    def _end(self, key: int) -> None:
        sql = self._running.pop(key, None)
        if sql is not None:
            self.steps[sql] = max(self.steps[sql], self._n[key])


_STEPS = 10
_LIST = re.compile(r"IN \(\?(, \?)*\)")
