"""Rows as texts: equal while nothing of them has changed, told apart by their keys."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import JSON, Float, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.database import Database, UtcDateTime
from kernel.geometry import PositionColumn, index_spatially
from kernel.position import Position
from kernel.row_lines import RowLines


class ProbeBase(DeclarativeBase):
    """Apart from the product's tables."""


class Row(ProbeBase):
    """A table of these tests."""

    __tablename__ = "test_row_lines"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    other: Mapped[int | None] = mapped_column(Integer)
    text: Mapped[str | None] = mapped_column(String(80))
    number: Mapped[float | None] = mapped_column(Float)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    place: Mapped[Position | None] = mapped_column(PositionColumn)
    names: Mapped[list[str] | None] = mapped_column(JSON)


index_spatially(Row.__table__, "place")  # type: ignore[arg-type]
LINES = RowLines(Row, Row.id, Row.other)

FULL: dict[str, Any] = {
    "text": "a|b\nc\r\x1e\"'",
    "number": 1.5,
    "at": datetime(2026, 6, 1, 12, tzinfo=UTC),
    "place": Position(121.473700123, 31.230400456),
    "names": ["桂A", "|"],
}
CHANGES: dict[str, Any] = {
    "text": "a|b\nc\r\x1e\"' ",
    "number": 1.25,
    "at": datetime(2026, 6, 1, 12, 0, 0, 1, tzinfo=UTC),
    "place": Position(121.473700124, 31.230400456),
    "names": ["桂B", "|"],
}


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    db = Database(any_database_url)
    ProbeBase.metadata.create_all(db.engine)
    with db.write() as session:
        session.add(Row(id=1, other=7, **FULL))
        session.add(Row(id=2, other=None))
    yield db
    ProbeBase.metadata.drop_all(db.engine)
    db.close()


def lines(database: Database) -> list[Any]:
    with database.read() as session:
        return LINES.read(session, lambda query: query.order_by(Row.id.desc()))


def test_rows_come_in_order_with_their_keys(database: Database) -> None:
    assert [keys for keys, _ in lines(database)] == [(2, None), (1, 7)]
    assert lines(database) == lines(database)


def test_no_rows_are_no_lines(database: Database) -> None:
    with database.read() as session:
        assert LINES.read(session, lambda query: query.where(Row.id > 2)) == []


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("is_null", [False, True])
def test_every_change_shows(database: Database, name: str, is_null: bool) -> None:
    before = lines(database)
    with database.write() as session:
        setattr(session.get_one(Row, 1), name, None if is_null else CHANGES[name])
    after = lines(database)
    assert after[0] == before[0]
    assert after[1][0] == (1, 7)
    assert after[1][1] != before[1][1]
