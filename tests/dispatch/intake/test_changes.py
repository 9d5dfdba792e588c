from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.core.model import Lock
from dispatch.incident import IncidentState, Outcome
from dispatch.incidents import (
    cancel_by_dispatcher,
    cancel_by_owner,
    solve_remotely,
)
from dispatch.job import JobState
from dispatch.job_steps import TechnicianEvent
from dispatch.orders import order_job
from dispatch.params import load_settings
from dispatch.progress import ReportKind
from dispatch.ratings import rate_incident
from dispatch.status import apply_event
from dispatch.store import AlarmRow, IncidentRow, JobRow, get_incident, job_row
from fleet.model import Unit, UnitKind, UnitSpec
from fleet.shifts import start_shift
from fleet.states import UnitMove, UnitState
from fleet.store import get_unit, move_unit, put_unit
from kernel.errors import Conflict, InvalidInput
from kernel.position import Position
from tests.dispatch.intake.office import REGION, START, Office


def order(office: Office, incident_id: int, *, until: str = "ordered", code: str = "C-01") -> Unit:
    """Put a unit on the incident's job and let it come as far as ``until``."""
    spec = UnitSpec(code, "Charger", REGION, UnitKind.CHARGE, skills=frozenset({"boost"}))
    stages = ["ordered", "rolling", "on_site", "towing"]
    with office.database.write() as session:
        unit = start_shift(session, office.clock.now(), put_unit(session, START, spec).id)
        job = office.job(incident_id)
        assert job is not None
        row = job_row(session, job.id)
        order_job(session, office.clock.now(), row, unit, "boost", START)
        for stage, move in zip(stages[1:], ("roll", "arrive", "load"), strict=True):
            if stages.index(stage) <= stages.index(until):
                move_unit(session, unit.id, UnitMove(move))
                row.state = "loaded" if stage == "towing" else stage
                session.get_one(IncidentRow, incident_id).state = stage
    return unit


def unit_state(office: Office, unit: Unit) -> UnitState:
    with office.database.read() as session:
        return get_unit(session, unit.id).state


@pytest.mark.parametrize("until", ["ordered", "rolling"])
def test_the_owner_cancels_and_the_unit_is_free_and_told(office: Office, until: str) -> None:
    incident = office.take().incident
    unit = order(office, incident.id, until=until)
    with office.database.write() as session:
        over = cancel_by_owner(session, office.clock.now(), incident.id, "started again")
    assert (over.state, over.outcome) == (IncidentState.CLOSED, Outcome.CANCELLED_BY_OWNER)
    assert over.closed_at == START
    assert unit_state(office, unit) is UnitState.IDLE
    job = office.job(incident.id)
    assert job is not None
    assert job.state is JobState.CANCELLED
    assert office.told()[-3:] == ["job.withdrawn", "incident.cancelled", "incident.closed"]


def test_once_a_unit_is_at_the_car_the_owner_talks_to_it(office: Office) -> None:
    incident = office.take().incident
    order(office, incident.id, until="on_site")
    with (
        office.database.write() as session,
        pytest.raises(Conflict, match="somebody is at the car"),
    ):
        cancel_by_owner(session, office.clock.now(), incident.id, "no need")


def test_the_dispatcher_may_cancel_on_site_but_not_with_the_car_loaded(office: Office) -> None:
    incident = office.take().incident
    unit = order(office, incident.id, until="on_site")
    with office.database.write() as session:
        over = cancel_by_dispatcher(session, office.clock.now(), incident.id, "police takes over")
    assert over.outcome is Outcome.CANCELLED_BY_DISPATCHER
    assert unit_state(office, unit) is UnitState.IDLE

    other = office.take(vehicle={"vin": None, "plate": "粤BD99999"}).incident
    order(office, other.id, until="towing", code="C-02")
    with office.database.write() as session, pytest.raises(Conflict, match="is loaded"):
        cancel_by_dispatcher(session, office.clock.now(), other.id, "police takes over")


def test_a_cancellation_needs_a_reason_and_an_open_incident(office: Office) -> None:
    incident = office.take().incident
    with office.database.write() as session, pytest.raises(InvalidInput, match="reason"):
        cancel_by_owner(session, office.clock.now(), incident.id, " ")
    with office.database.write() as session:
        cancel_by_owner(session, office.clock.now(), incident.id, "fixed")
    with office.database.write() as session, pytest.raises(Conflict, match="closed already"):
        cancel_by_dispatcher(session, office.clock.now(), incident.id, "fixed")


def test_solving_on_the_phone_closes_with_the_note(office: Office) -> None:
    incident = office.take().incident
    with office.database.write() as session:
        over = solve_remotely(session, office.clock.now(), incident.id, "12 V reset")
    assert (over.outcome, over.note) == (Outcome.SOLVED_REMOTELY, "12 V reset")


def test_a_closed_incident_frees_its_car_for_the_next(office: Office) -> None:
    first = office.take().incident
    with office.database.write() as session:
        cancel_by_owner(session, office.clock.now(), first.id, "fixed")
    assert not office.take().merged


def test_a_corrected_place_moves_job_and_promise(office: Office) -> None:
    incident = office.take().incident
    moved = office.amend(
        incident.id,
        location={"lon": 113.8, "lat": 23.1, "datum": "WGS-84"},
        location_note="behind the mill",
    )
    assert moved.place.position == Position(113.8, 23.1)
    assert moved.place.note == "behind the mill"
    assert moved.target_at == moved.promised_at == START + timedelta(minutes=60)
    assert moved.promise_reason is not None
    job = office.job(incident.id)
    assert job is not None
    assert (job.position, job.target_at) == (moved.place.position, moved.target_at)
    assert office.told()[2:] == ["promise.changed", "incident.updated"]


def test_a_note_on_the_place_needs_no_new_place(office: Office) -> None:
    incident = office.take(location_note="level B1").incident
    changed = office.amend(incident.id, location_note="level B2")
    assert changed.place == replace(incident.place, note="level B2")
    assert office.told()[-1] == "incident.updated"


@pytest.mark.parametrize("emptied", [None, "", "  "])
def test_a_note_on_the_place_is_emptied_and_stays_where_it_is_left_out(
    office: Office, emptied: str | None
) -> None:
    incident = office.take(location_note="level B1").incident
    assert office.amend(incident.id, note="a red car").place.note == "level B1"
    assert office.amend(incident.id, location_note=emptied).place.note is None
    moved = {"lon": 113.31, "lat": 23.11, "datum": "WGS-84"}
    office.amend(incident.id, location_note="level B2")
    assert office.amend(incident.id, location=moved).place.note == "level B2"
    assert office.amend(incident.id, location=moved, location_note=emptied).place.note is None


def test_a_place_is_not_changed_once_a_unit_is_there(office: Office) -> None:
    incident = office.take().incident
    order(office, incident.id, until="on_site")
    with pytest.raises(Conflict, match="A unit is at the car"):
        office.amend(incident.id, location={"lon": 113.8, "lat": 23.1, "datum": "WGS-84"})


def test_people_in_danger_raise_the_priority_of_a_job_under_way(office: Office) -> None:
    incident = office.take().incident
    order(office, incident.id, until="rolling")
    changed = office.amend(incident.id, safe_place=False, note="on the hard shoulder")
    job = office.job(incident.id)
    assert changed.priority == 1
    assert job is not None
    assert job.priority == 1
    assert job.option == "boost"


def options(office: Office, incident_id: int) -> list[str]:
    job = office.job(incident_id)
    assert job is not None
    return [option.name for option in job.options]


def boost_in_vain(office: Office) -> int:
    """Return an incident whose car could not be boosted and is to be towed."""
    incident = office.take().incident
    unit = order(office, incident.id, until="on_site")
    job = office.job(incident.id)
    assert job is not None
    context = SimpleNamespace(clock=office.clock, region=REGION, settings=load_settings())
    event = TechnicianEvent("a", office.clock.now(), ReportKind.NOT_POSSIBLE, job.id)
    with office.database.write() as session:
        apply_event(session, context, unit.id, event)  # type: ignore[arg-type]
    assert options(office, incident.id) == ["tow_to_charger:2", "tow_to_charger:1"]
    return incident.id


def test_a_note_or_a_further_call_does_not_bring_back_what_has_failed(office: Office) -> None:
    incident = boost_in_vain(office)
    office.amend(incident, note="the owner asks when the tow truck comes")
    assert options(office, incident) == ["tow_to_charger:2", "tow_to_charger:1"]
    assert office.take(symptom="nothing happens").incident.id == incident
    assert options(office, incident) == ["tow_to_charger:2", "tow_to_charger:1"]


def test_new_facts_change_the_ways_that_are_left_and_bring_none_back(office: Office) -> None:
    incident = boost_in_vain(office)
    office.amend(incident, safe_place=False)
    job = office.job(incident)
    assert job is not None
    assert [option.name for option in job.options] == ["tow_to_charger:2", "tow_to_charger:1"]
    assert all("safety_cones" in option.needs for option in job.options)


@pytest.mark.parametrize(
    "change",
    [
        {"location": {"lon": 113.31, "lat": 23.12, "datum": "WGS-84"}},
        {"note": "a red car"},
        {"safe_place": False},
    ],
    ids=["place", "note", "safety"],
)
def test_any_change_mends_ways_that_cannot_be_read(office: Office, change: dict[str, Any]) -> None:
    incident = office.take().incident
    before = options(office, incident.id)
    with office.database.write() as session:
        session.scalars(select(JobRow)).one().options = [{"name": "boost"}]
    office.amend(incident.id, **change)
    assert sorted(options(office, incident.id)) == sorted(before)


def test_a_note_leaves_the_job_where_it_is(office: Office) -> None:
    incident = office.take().incident
    with office.database.write() as session:
        job = session.scalars(select(JobRow)).one()
        job.position, job.place_text = Position(113.9, 23.2), "T-01"
    office.amend(incident.id, note="a red car")
    moved = office.job(incident.id)
    assert moved is not None
    assert (moved.position, moved.place_text) == (Position(113.9, 23.2), "T-01")


def test_a_faulty_change_changes_nothing(office: Office) -> None:
    incident = office.take().incident
    with pytest.raises(InvalidInput) as refusal:
        office.amend(incident.id, note="x", safe_place="yes", location={"address": "Nowhere"})
    assert [fault.pointer for fault in refusal.value.faults] == [
        "/safe_place",
        "/location/address",
    ]
    with office.database.read() as session:
        assert get_incident(session, incident.id).note is None


def test_a_closed_incident_is_not_changed(office: Office) -> None:
    incident = office.take().incident
    with office.database.write() as session:
        cancel_by_owner(session, office.clock.now(), incident.id, "fixed")
    with pytest.raises(Conflict, match="is closed"):
        office.amend(incident.id, note="more")


def test_help_is_rated_when_it_is_over_and_the_last_rating_counts(office: Office) -> None:
    incident = office.take().incident
    now = office.clock.now()
    with office.database.write() as session, pytest.raises(Conflict, match="not over"):
        rate_incident(session, now, incident.id, 5)
    with office.database.write() as session:
        solve_remotely(session, now, incident.id, "reset")
        rate_incident(session, now, incident.id, 2, "slow")
        rate_incident(session, now, incident.id, 4)
    with office.database.write() as session, pytest.raises(InvalidInput):
        rate_incident(session, now, incident.id, 6)


def test_what_ended_without_help_is_not_rated(office: Office) -> None:
    incident = office.take().incident
    now = office.clock.now()
    with office.database.write() as session:
        cancel_by_owner(session, now, incident.id, "fixed")
    with office.database.write() as session, pytest.raises(Conflict, match="without help"):
        rate_incident(session, now, incident.id, 5)


def test_every_change_of_a_job_raises_its_version(office: Office) -> None:
    incident = office.take().incident
    job = office.job(incident.id)
    assert job is not None
    office.amend(incident.id, safe_place=False)
    with office.database.read() as session:
        assert session.get_one(JobRow, job.id).version == job.version + 1


def lock_to(office: Office, incident_id: int, *has: str) -> Unit:
    """Lock an incident to a unit that can boost, with some equipment."""
    spec = UnitSpec(
        code="C-02",
        name="Charger",
        region=REGION,
        kind=UnitKind.CHARGE,
        skills=frozenset({"boost"}),
        equipment=frozenset(has),
        kwh_capacity=40.0,
    )
    with office.database.write() as session:
        unit = put_unit(session, START, spec)
        row = session.scalars(select(JobRow).filter_by(incident_id=incident_id)).one()
        row.planned_unit_id, row.planned_option, row.lock = unit.id, "boost", Lock.UNIT.value
    return unit


def locked_to(office: Office, incident_id: int) -> tuple[int | None, Lock]:
    job = office.job(incident_id)
    assert job is not None
    return job.planned_unit_id, job.lock


def alarms(office: Office) -> list[str]:
    with office.database.read() as session:
        return [row.text["en"] for row in session.scalars(select(AlarmRow).order_by(AlarmRow.id))]


def test_a_lock_that_new_facts_make_impossible_is_lifted_and_told(office: Office) -> None:
    incident = office.take().incident
    lock_to(office, incident.id)
    office.amend(incident.id, note="the owner waits in a cafe")
    assert alarms(office) == []
    office.amend(incident.id, safe_place=False)
    assert locked_to(office, incident.id) == (None, Lock.FREE)
    [text] = alarms(office)
    assert "C-02, which it was locked to, cannot do it: the lock is lifted" in text
    assert "C-02 lacks cones and warning lights" in text


def test_a_lock_that_new_facts_allow_stays(office: Office) -> None:
    incident = office.take().incident
    unit = lock_to(office, incident.id, "safety_cones")
    office.amend(incident.id, safe_place=False)
    assert locked_to(office, incident.id) == (unit.id, Lock.UNIT)
    assert alarms(office) == []
