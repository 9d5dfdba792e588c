from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from fleet.model import Ownership, Unit, UnitKind, UnitSpec
from fleet.shifts import end_shift, pause, put_crew, resume, shifts_of, start_shift
from fleet.states import UnitMove, UnitState
from fleet.stock import restock, take_kwh
from fleet.store import get_unit, move_unit, put_unit, unit_by_code, units_of
from kernel import events
from kernel.database import WriteSession
from kernel.errors import Conflict, IllegalTransition, InvalidInput, NotFound
from kernel.position import Position
from tests.fleet.conftest import NOW

VAN = UnitSpec(
    code="C-01",
    name="Charger 1",
    region="town",
    kind=UnitKind.CHARGE,
    skills=frozenset({"boost"}),
    equipment=frozenset({"generator"}),
    kwh_capacity=40.0,
    home=Position(113.3, 23.1),
)


def van(session: WriteSession) -> Unit:
    return put_unit(session, NOW, VAN)


def test_a_new_unit_is_off_shift_at_home_and_full(session: WriteSession) -> None:
    unit = van(session)
    assert unit.state is UnitState.OFF_SHIFT
    assert unit.position == VAN.home
    assert unit.kwh == 40.0
    assert unit.has == {"boost", "generator"}
    assert [event.kind for event in session.appended] == ["unit.created"]


def test_registering_again_keeps_state_and_place_and_tells_nothing(session: WriteSession) -> None:
    unit = van(session)
    start_shift(session, NOW, unit.id, position=Position(113.4, 23.2))
    again = put_unit(session, NOW, replace(VAN, name="Renamed", kwh_capacity=30.0))
    assert (again.id, again.name, again.state) == (unit.id, "Renamed", UnitState.IDLE)
    assert again.position == Position(113.4, 23.2)
    assert again.kwh == 30.0
    assert [event.kind for event in session.appended] == ["unit.created", "unit.shift_started"]


def test_every_fault_of_a_unit_is_told_at_once(session: WriteSession) -> None:
    bad = replace(
        VAN,
        code=" ",
        skills=frozenset({"juggling"}),
        equipment=frozenset({"boat"}),
        kwh=50.0,
        ownership=Ownership.CONTRACTOR,
    )
    with pytest.raises(InvalidInput) as refusal:
        put_unit(session, NOW, bad)
    assert {fault.code for fault in refusal.value.faults} == {
        "skills.unknown",
        "equipment.unknown",
        "unit.code",
        "unit.kwh",
        "unit.ownership",
    }


def test_units_are_found_by_code_and_state(session: WriteSession) -> None:
    unit = van(session)
    assert unit_by_code(session, "town", "C-01") == unit
    assert units_of(session, "town", states=[UnitState.IDLE]) == ()
    assert units_of(session, "elsewhere") == ()
    with pytest.raises(NotFound, match="T-99"):
        unit_by_code(session, "town", "T-99")


def test_an_illegal_move_changes_nothing(session: WriteSession) -> None:
    unit = van(session)
    with pytest.raises(IllegalTransition):
        move_unit(session, unit.id, UnitMove.ROLL)
    assert get_unit(session, unit.id).state is UnitState.OFF_SHIFT


def test_a_shift_is_kept_from_start_to_end(session: WriteSession) -> None:
    unit = van(session)
    start_shift(session, NOW, unit.id, end_at=NOW + timedelta(hours=8))
    pause(session, NOW, unit.id)
    resume(session, NOW, unit.id)
    ended = end_shift(session, NOW + timedelta(hours=7), unit.id)
    (shift,) = shifts_of(session, unit.id)
    assert (shift.start_at, shift.end_at) == (NOW, NOW + timedelta(hours=8))
    assert shift.ended_at == NOW + timedelta(hours=7)
    assert ended.shift_end_at is None
    kinds = [event.kind for event in events.read_after(session, 1)]
    assert kinds == ["unit.shift_started", "unit.paused", "unit.resumed", "unit.shift_ended"]


def test_a_shift_cannot_end_before_it_starts(session: WriteSession) -> None:
    unit = van(session)
    with pytest.raises(InvalidInput, match="would have ended 0 min ago"):
        start_shift(session, NOW, unit.id, end_at=NOW)


def test_a_crew_brings_its_own_skills_for_its_shift(session: WriteSession) -> None:
    unit = van(session)
    crew = put_crew(session, "town", "A", name="Li", skills=frozenset({"boost", "tyre"}))
    assert start_shift(session, NOW, unit.id, crew_id=crew.id).has == {"boost", "tyre", "generator"}
    assert end_shift(session, NOW, unit.id).has == {"boost", "generator"}


def test_a_crew_is_on_duty_with_one_unit_only(session: WriteSession) -> None:
    crew = put_crew(session, "town", "A", name="Li", skills=frozenset({"boost"}))
    start_shift(session, NOW, van(session).id, crew_id=crew.id)
    other = put_unit(session, NOW, replace(VAN, code="C-02"))
    with pytest.raises(Conflict, match="C-01"):
        start_shift(session, NOW, other.id, crew_id=crew.id)


def test_stock_is_taken_and_refilled_but_never_negative_or_overfull(session: WriteSession) -> None:
    unit = van(session)
    assert take_kwh(session, unit.id, 15.0).kwh == 25.0
    with pytest.raises(Conflict, match="25 kWh left, not 30"):
        take_kwh(session, unit.id, 30.0)
    with pytest.raises(Conflict, match="room for 15"):
        restock(session, unit.id, 16.0)
    with pytest.raises(InvalidInput):
        take_kwh(session, unit.id, -1.0)
    with pytest.raises(InvalidInput):
        take_kwh(session, unit.id, float("nan"))
    assert get_unit(session, unit.id).kwh == 25.0
    assert restock(session, unit.id).kwh == 40.0
