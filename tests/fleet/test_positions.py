from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fleet.model import PositionReport, UnitKind, UnitSpec
from fleet.positions import (
    CLOCK_SKEW,
    KEPT,
    _move_to_newest,
    purge_trail,
    take_many,
    take_positions,
    trail,
)
from fleet.shifts import end_shift, start_shift
from fleet.store import UnitPositionRow, UnitRow, get_unit, put_unit
from kernel.database import WriteSession
from kernel.errors import NotFound
from kernel.position import Position
from tests.fleet.conftest import NOW


@pytest.fixture
def unit_id(session: WriteSession) -> int:
    unit = put_unit(session, NOW, UnitSpec("T-01", "Tow 1", "town", UnitKind.TOW))
    return start_shift(session, NOW - timedelta(hours=1), unit.id).id


def at(minutes: float, lon: float = 113.0) -> PositionReport:
    return PositionReport(NOW + timedelta(minutes=minutes), lon, 23.0)


def test_the_newest_report_of_a_batch_moves_the_unit(session: WriteSession, unit_id: int) -> None:
    taken = take_positions(session, NOW, unit_id, [at(-1, 113.2), at(-3, 113.1)])
    assert (taken.n_accepted, taken.refused, taken.moved) == (2, (), True)
    assert get_unit(session, unit_id).position == Position(113.2, 23.0)


def test_a_late_batch_fills_the_trail_but_never_moves_the_unit_back(
    session: WriteSession, unit_id: int
) -> None:
    take_positions(session, NOW, unit_id, [at(-1, 113.2)])
    late = take_positions(session, NOW, unit_id, [at(-5, 113.0), at(-4, 113.1)])
    assert not late.moved
    assert get_unit(session, unit_id).position == Position(113.2, 23.0)
    places = trail(session, unit_id, NOW - timedelta(hours=1), NOW)
    assert [position.lon for _, position in places] == [113.0, 113.1, 113.2]


def test_a_repeat_is_harmless(session: WriteSession, unit_id: int) -> None:
    for _ in range(2):
        assert take_positions(session, NOW, unit_id, [at(-1)]).n_accepted == 1
    assert len(trail(session, unit_id, NOW - timedelta(hours=1), NOW)) == 1


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (at(CLOCK_SKEW.total_seconds() / 60 + 0.1), "position.future"),
        (at(-60 * 24 * 3), "position.too_old"),
        (PositionReport(NOW, 0.0, 0.0), "position.zero"),
        (PositionReport(NOW, 23.0, 113.0), "position.range"),
        (PositionReport(NOW, float("nan"), 23.0), "position.range"),
        (PositionReport(NOW, 113.0, 23.0, accuracy_m=9000.0), "position.accuracy"),
        (PositionReport(NOW, 113.0, 23.0, accuracy_m=-1.0), "position.accuracy"),
    ],
)
def test_an_unbelievable_report_is_refused_alone(
    session: WriteSession, unit_id: int, report: PositionReport, code: str
) -> None:
    taken = take_positions(session, NOW, unit_id, [at(-1, 113.5), report])
    assert [(fault.code, fault.pointer[:12]) for fault in taken.refused] == [(code, "/positions/1")]
    assert taken.n_accepted == 1
    assert get_unit(session, unit_id).position == Position(113.5, 23.0)


def test_a_clock_slightly_ahead_is_held_to_now(session: WriteSession, unit_id: int) -> None:
    take_positions(session, NOW, unit_id, [at(4)])
    assert get_unit(session, unit_id).position_at == NOW


def test_nothing_is_recorded_off_shift_but_what_was_measured_on_duty_still_is(
    session: WriteSession, unit_id: int
) -> None:
    end_shift(session, NOW - timedelta(minutes=10), unit_id)
    taken = take_positions(session, NOW, unit_id, [at(-11, 113.4), at(-9)])
    assert [fault.code for fault in taken.refused] == ["position.off_shift"]
    assert get_unit(session, unit_id).position == Position(113.4, 23.0)


def test_the_trail_is_deleted_on_its_purge_date(session: WriteSession, unit_id: int) -> None:
    take_positions(session, NOW, unit_id, [at(-1)])
    assert purge_trail(session, NOW + KEPT - timedelta(seconds=1)) == 0
    assert purge_trail(session, NOW + KEPT) == 1


@settings(max_examples=25, deadline=None)
@given(minutes=st.lists(st.integers(-600, 5), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_any_order_and_split_of_reports_ends_at_the_newest_place(
    minutes: list[int], cut: int
) -> None:
    row = UnitRow(id=1, position=None, position_at=None, state="idle")
    reports = [at(m, 113.0 + m / 1000) for m in minutes]
    for batch in (reports[:cut], reports[cut:]):
        _move(row, batch)
    newest = max(min(report.at, NOW) for report in reports)
    assert row.position_at == newest
    candidates = {r.lon for r in reports if min(r.at, NOW) == newest}
    assert row.position is not None
    assert row.position.lon in candidates


def _move(row: UnitRow, batch: list[PositionReport]) -> None:
    good: dict[datetime, PositionReport] = {min(r.at, NOW): r for r in batch}
    moved = _move_to_newest(row.position_at, good)
    if moved is not None:
        row.position_at, row.position = moved


def test_batches_of_many_units_are_taken_at_once(session: WriteSession, unit_id: int) -> None:
    other = put_unit(session, NOW, UnitSpec("T-02", "Tow 2", "town", UnitKind.TOW)).id
    nobody = 999
    found = take_many(
        session,
        NOW,
        [
            (unit_id, [at(-2, 113.1)]),
            (nobody, [at(-1)]),
            (other, [at(-1)]),
            (unit_id, [at(-1, 113.2), at(-2, 113.1)]),
            (unit_id, [at(-3, 113.3)]),
        ],
    )
    first, unknown, off_shift, again, late = found
    assert isinstance(unknown, NotFound)
    assert [it.n_accepted for it in (first, off_shift, again, late)] == [1, 0, 2, 1]
    assert [it.moved for it in (first, off_shift, again, late)] == [True, False, True, False]
    assert get_unit(session, unit_id).position == Position(113.2, 23.0)
    assert [p.lon for _, p in trail(session, unit_id, NOW - KEPT, NOW)] == [113.3, 113.1, 113.2]


def test_the_row_says_when_it_must_go(session: WriteSession, unit_id: int) -> None:
    take_positions(session, NOW, unit_id, [at(-1)])
    assert session.query(UnitPositionRow).one().purge_at == NOW + KEPT
