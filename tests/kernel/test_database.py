"""Sessions, columns and the event log, the same on SQLite and on PostGIS."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Integer, delete, select, text, update
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel import events
from kernel.database import Database, UtcDateTime
from kernel.errors import InvalidInput
from kernel.geometry import PositionColumn, index_spatially
from kernel.position import Position

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class ProbeBase(DeclarativeBase):
    """Apart from the product's tables."""


class Probe(ProbeBase):
    """A table of these tests."""

    __tablename__ = "test_probe"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    place: Mapped[Position | None] = mapped_column(PositionColumn)


index_spatially(Probe.__table__, "place")  # type: ignore[arg-type]


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    db = Database(any_database_url)
    ProbeBase.metadata.create_all(db.engine)
    events.EventRow.__table__.create(db.engine)  # type: ignore[attr-defined]
    yield db
    ProbeBase.metadata.drop_all(db.engine)
    events.EventRow.__table__.drop(db.engine)  # type: ignore[attr-defined]
    db.close()


def test_a_row_comes_back_as_it_went_in(database: Database) -> None:
    east = datetime(2026, 6, 1, 20, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    with database.write() as session:
        session.add(Probe(id=1, at=east, place=Position(121.473700123, 31.230400456)))
    with database.read() as session:
        row = session.get(Probe, 1)
        assert row is not None
        assert row.at == east
        assert row.at.tzinfo == UTC
        assert row.place == Position(121.473700123, 31.230400456)


def test_spatial_index_follows_updates_on_sqlite(database: Database) -> None:
    if not database.is_sqlite:
        with database.read() as session:
            found = session.execute(
                text("SELECT indexdef FROM pg_indexes WHERE indexname = 'test_probe_place_gist'")
            ).scalar()
        assert "gist" in str(found)
        return
    with database.write() as session:
        session.add(Probe(id=1, at=NOON, place=Position(1.0, 2.0)))
        session.add(Probe(id=2, at=NOON, place=None))
    with database.write() as session:
        row = session.get(Probe, 1)
        assert row is not None
        row.place = Position(5.0, 6.0)
    with database.read() as session:
        found_rows = session.execute(
            text("SELECT id, round(min_x), round(max_y) FROM test_probe_place_rtree")
        ).all()
    assert [tuple(r) for r in found_rows] == [(1, 5.0, 6.0)]


def test_an_exception_leaves_nothing_and_tells_nobody(database: Database) -> None:
    told: list[tuple[events.Event, ...]] = []
    database.on_commit(told.append)

    def work_then_fail() -> None:
        with database.write() as session:
            session.add(Probe(id=1, at=NOON, place=None))
            events.append(session, NOON, "incident.created", region="demo")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work_then_fail()
    with database.read() as session:
        assert session.get(Probe, 1) is None
        assert events.last(session)[0] == 0
    assert told == []


def test_a_read_session_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match=r"(?i)read"), database.read() as session:
        session.execute(text("DELETE FROM test_probe"))
    with database.read() as session:
        session.add(Probe(id=1, at=NOON, place=None))
        with pytest.raises(RuntimeError, match="read session"):
            session.flush()


def test_naive_times_are_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.write() as session:
        session.add(Probe(id=1, at=datetime(2026, 6, 1), place=None))  # noqa: DTZ001


def test_events_come_in_order_with_filters_and_reach_listeners(database: Database) -> None:
    told: list[tuple[events.Event, ...]] = []
    database.on_commit(told.append)
    with database.write() as session:
        events.append(session, NOON, "incident.created", region="demo", incident_id=7)
        events.append(session, NOON, "job.ordered", region="demo", incident_id=7, unit_id=3)
        events.append(session, NOON, "job.ordered", region="other", unit_id=4, payload={"价": 1.5})
    assert [e.seq for e in told[0]] == [1, 2, 3]
    with database.read() as session:
        assert [e.seq for e in events.read_after(session, 1)] == [2, 3]
        assert [e.seq for e in events.read_after(session, 0, region="demo", unit_id=3)] == [2]
        assert [e.seq for e in events.read_after(session, 0, kinds=["job.ordered"], limit=1)] == [2]
        assert events.read_after(session, 2)[0].payload == {"价": 1.5}


@pytest.mark.parametrize(
    ("damage", "first_bad"),
    [
        ("UPDATE events SET payload = '{\"a\": 2}' WHERE seq = 2", 2),
        ("DELETE FROM events WHERE seq = 2", 3),
        ("UPDATE events SET kind = 'x' WHERE seq = 3", 3),
    ],
)
def test_the_chain_shows_any_damage(database: Database, damage: str, first_bad: int) -> None:
    with database.write() as session:
        for n in range(4):
            events.append(session, NOON, "plan.committed", region="demo", payload={"a": n})
    with database.read() as session:
        assert events.verify_chain(session) is None
    with database.write() as session:
        session.execute(text(damage))
    with database.read() as session:
        assert events.verify_chain(session) == first_bad


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y"])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(InvalidInput):
        Database(url)


def test_writes_are_counted_by_table(database: Database) -> None:
    def count() -> tuple[int, int, int]:
        written = database.written
        return (
            written.count("test_probe"),
            written.count("events"),
            written.count("test_probe", "events"),
        )

    assert count() == (0, 0, 0)
    with database.write() as session:
        session.add_all([Probe(id=1, at=NOON), Probe(id=2, at=NOON)])
    assert count() == (1, 0, 1)
    with database.write() as session:
        session.execute(update(Probe).where(Probe.id == 1).values(at=NOON))
        events.append(session, NOON, "probe", region="r")
    assert count() == (2, 1, 3)
    with database.write() as session:
        assert len(session.scalars(select(Probe)).all()) == 2
    assert count() == (2, 1, 3)
    with database.write() as session:
        session.execute(delete(Probe).where(Probe.id == 1))
    assert count() == (3, 1, 4)


def test_a_statement_written_by_hand_counts_for_every_table(database: Database) -> None:
    with database.write() as session:
        session.add(Probe(id=1, at=NOON))
    for statement in ("UPDATE test_probe SET id = 2", "  delete from test_probe"):
        before = database.written.count("events")
        with database.write() as session:
            session.execute(text(statement))
        assert database.written.count("events") == before + 1


def test_what_was_rolled_back_is_not_forgotten_to_be_counted(database: Database) -> None:
    with pytest.raises(LookupError), database.write() as session:
        session.add(Probe(id=1, at=NOON))
        session.flush()
        raise LookupError
    assert database.written.count("test_probe") == 0
    with database.write() as session:
        session.add(Probe(id=1, at=NOON))
    assert database.written.count("test_probe") == 1
