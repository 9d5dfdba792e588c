"""Two incidents of one car, joined by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.incident import Incident, IncidentState, Outcome
from dispatch.job import JobState
from dispatch.merging import joined, merge_incident, remaining
from dispatch.store import (
    IncidentCallRow,
    IncidentRow,
    get_incident,
    other_callers,
)
from fleet.states import UnitState
from kernel import events
from kernel.errors import Conflict, InvalidInput
from tests.dispatch.intake.office import START, Office
from tests.dispatch.intake.test_changes import order, unit_state

NO_CAR: dict[str, Any] = {"vin": None, "plate": None, "model": None}
BYSTANDER = {"name": "Li", "phone": "13900000009"}


def take(office: Office, **changes: Any) -> Incident:
    """Take the call of somebody else who sees the car, and knows no plate."""
    changes = {"caller": BYSTANDER, "vehicle": NO_CAR} | changes
    taken = office.take(**changes)
    assert not taken.merged
    return taken.incident


def merge(office: Office, gone: Incident, into: Incident) -> Incident:
    with office.database.write() as session:
        return merge_incident(session, office.clock.now(), office.desk, gone.id, into.id)


def test_one_goes_on_and_the_other_is_closed_for_it(office: Office) -> None:
    keep, double = office.take().incident, take(office)
    kept = merge(office, double, keep)
    with office.database.read() as session:
        gone = get_incident(session, double.id)
        told = events.read_after(session, 0)
    assert (kept.id, kept.n_calls, kept.state) == (keep.id, 2, IncidentState.WAITING)
    assert (gone.outcome, gone.merged_into) == (Outcome.MERGED, keep.id)
    job = office.job(double.id)
    assert job is not None
    assert job.state is JobState.CANCELLED
    closed, joined_with = told[-3], told[-1]
    assert (closed.kind, closed.payload["merged_into"]) == ("incident.closed", keep.id)
    assert (joined_with.kind, joined_with.payload["merged"]) == ("incident.merged", double.id)


def test_joining_again_changes_nothing(office: Office) -> None:
    keep, double = office.take().incident, take(office)
    kept, n_told = merge(office, double, keep), len(office.told())
    assert merge(office, double, keep) == kept
    assert len(office.told()) == n_told


def test_what_the_second_caller_said_is_kept(office: Office) -> None:
    keep = office.take(safe_place=None, location_note="level B1").incident
    office.clock.advance(120)
    double = take(office, symptom="smoke under the bonnet", safe_place=False, n_people=3)
    office.amend(double.id, note="a child in the car")
    kept = merge(office, double, keep)
    assert (kept.symptom, kept.safe_place, kept.n_people) == ("smoke under the bonnet", False, 3)
    assert (kept.note, kept.place.note) == ("a child in the car", "level B1")
    assert kept.vehicle == keep.vehicle
    assert kept.priority > keep.priority
    job = office.job(keep.id)
    assert job is not None
    assert job.priority == kept.priority


def test_who_called_last_is_called_back_and_the_other_number_is_kept(office: Office) -> None:
    keep = office.take().incident
    office.clock.advance(60)
    kept = merge(office, take(office), keep)
    with office.database.read() as session:
        others = other_callers(session, kept)
    assert (kept.caller.phone, kept.caller.name) == ("+8613900000009", "Li")
    assert [(it.phone, it.name) for it in others] == [("+8613812341234", "Wang")]


def test_an_earlier_caller_does_not_take_the_place_of_the_later_one(office: Office) -> None:
    double = take(office, safe_place=False)
    office.clock.advance(60)
    keep = office.take().incident
    kept = merge(office, double, keep)
    with office.database.read() as session:
        others = other_callers(session, kept)
    assert (kept.caller, kept.safe_place) == (keep.caller, True)
    assert [it.phone for it in others] == ["+8613900000009"]


def test_a_third_call_from_the_second_number_finds_the_one_that_goes_on(office: Office) -> None:
    keep, double = office.take().incident, take(office)
    merge(office, double, keep)
    office.clock.advance(300)
    again = office.take(caller=BYSTANDER, vehicle=NO_CAR)
    assert (again.merged, again.incident.id) == (True, keep.id)


def test_the_earlier_call_counts_for_the_promise(office: Office) -> None:
    double = take(office)
    office.clock.advance(600)
    keep = office.take().incident
    assert keep.target_at == START + timedelta(minutes=40)
    kept = merge(office, double, keep)
    assert kept.received_at == START
    assert kept.target_at == kept.promised_at == START + timedelta(minutes=30)
    assert kept.promise_reason is not None
    assert "earlier call" in kept.promise_reason.en
    job = office.job(keep.id)
    assert job is not None
    assert job.target_at == kept.target_at
    assert "promise.changed" in office.told()


def test_a_later_call_leaves_the_promise_as_it_is(office: Office) -> None:
    keep = office.take().incident
    office.clock.advance(600)
    kept = merge(office, take(office), keep)
    assert (kept.received_at, kept.target_at, kept.promise_reason) == (
        keep.received_at,
        keep.target_at,
        None,
    )
    assert "promise.changed" not in office.told()


def test_the_surer_place_counts_and_the_other_one_is_noted(office: Office) -> None:
    unsure = take(office, location={"address": "港口"})
    office.clock.advance(60)
    keep = office.take().incident
    kept = merge(office, unsure, keep)
    assert kept.place.position == keep.place.position
    assert kept.note == "港口路"


def test_a_surer_place_of_the_earlier_call_is_taken_over_with_its_job(office: Office) -> None:
    sure = take(office)
    office.clock.advance(60)
    unsure = office.take(location={"address": "港口"}).incident
    kept = merge(office, sure, unsure)
    assert kept.place.position == sure.place.position
    job = office.job(unsure.id)
    assert job is not None
    assert job.position == sure.place.position


def test_the_plate_goes_over_to_who_had_none(office: Office) -> None:
    named = office.take().incident
    kept = merge(office, named, take(office))
    assert (kept.vehicle.plate, kept.vehicle.vin) == (named.vehicle.plate, named.vehicle.vin)


@pytest.mark.parametrize("until", ["ordered", "rolling"])
def test_the_unit_of_the_one_that_is_closed_is_free_and_told(office: Office, until: str) -> None:
    keep, double = office.take().incident, take(office)
    unit = order(office, double.id, until=until)
    merge(office, double, keep)
    assert unit_state(office, unit) is UnitState.IDLE
    assert "job.withdrawn" in office.told()


def test_with_somebody_at_the_car_they_are_joined_the_other_way_round(office: Office) -> None:
    keep, double = office.take().incident, take(office)
    unit = order(office, double.id, until="on_site")
    with pytest.raises(Conflict, match="at the car of R-0002") as refused:
        merge(office, double, keep)
    assert "R-0001 into R-0002" in refused.value.remedy
    assert merge(office, keep, double).id == double.id
    assert unit_state(office, unit) is UnitState.ON_SITE


def test_who_was_at_the_car_in_vain_stays_on_record(office: Office) -> None:
    keep, double = office.take().incident, take(office)
    with office.database.write() as session:
        session.get_one(IncidentRow, double.id).arrived_at = START
    with pytest.raises(Conflict, match="was at the car of R-0002"):
        merge(office, double, keep)
    with office.database.write() as session:
        session.get_one(IncidentRow, keep.id).arrived_at = START
    with pytest.raises(Conflict) as refused:
        merge(office, double, keep)
    assert "R-0001 too" in refused.value.remedy


def test_what_cannot_be_joined_is_refused_with_a_remedy(office: Office) -> None:
    first, second = office.take().incident, take(office)
    third = take(office, caller={"phone": "13900000010"})
    with pytest.raises(InvalidInput, match="joined with itself"):
        merge(office, first, first)
    merge(office, second, first)
    with pytest.raises(Conflict, match=r"R-0002 is closed \(merged\)") as refused:
        merge(office, third, second)
    assert "R-0001: choose that one" in refused.value.remedy
    with pytest.raises(Conflict, match="R-0002 is closed"):
        merge(office, second, third)


def test_joined_twice_the_last_one_goes_on(office: Office) -> None:
    first, second = office.take().incident, take(office)
    third = take(office, caller={"phone": "13900000010"})
    merge(office, first, second)
    kept = merge(office, second, third)
    assert kept.n_calls == 3
    with office.database.read() as session:
        assert [remaining(session, it.id) for it in (first, second, third)] == [third.id] * 3
        assert joined(session, third.id) == [third.id, second.id, first.id]
        calls = select(IncidentCallRow.caller_phone).filter_by(incident_id=third.id)
        assert len(session.scalars(calls).all()) == 3
