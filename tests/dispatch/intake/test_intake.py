from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.incident import IncidentState, Outcome
from dispatch.job import JobState
from dispatch.store import IncidentCallRow, incidents_of
from geo_data.datum import Datum, TypedCoordinate
from kernel import events
from kernel.errors import InvalidInput
from kernel.position import Position, distance_m
from tests.dispatch.intake.office import REGION, START, Office, call


def faults(office: Office, raw: dict[str, Any]) -> dict[str, str]:
    """Take a call that must be refused and return its faults, code by pointer."""
    with pytest.raises(InvalidInput) as refusal:
        office.take(raw)
    with office.database.read() as session:
        assert incidents_of(session, REGION, which="all") == ()
    assert office.told() == []
    return {fault.pointer: fault.code for fault in refusal.value.faults}


def test_a_call_becomes_an_incident_with_a_promise_and_a_job(office: Office) -> None:
    taken = office.take()
    incident = taken.incident
    assert not taken.merged
    assert incident.number == "R-0001"
    assert incident.state is IncidentState.WAITING
    assert incident.target_at == incident.promised_at == START + timedelta(minutes=30)
    assert (incident.area, incident.urban) == ("city", True)
    assert incident.caller.phone == "+8613812341234"
    job = office.job(incident.id)
    assert job is not None
    assert (job.state, job.target_at) == (JobState.OPEN, incident.target_at)
    assert [option.name for option in job.options] == [
        "boost",
        "tow_to_charger:2",  # West is nearer than East
        "tow_to_charger:1",
    ]
    assert office.told() == ["incident.created", "promise.made"]


def test_outside_the_city_the_country_promise_holds(office: Office) -> None:
    incident = office.take(location={"lon": 113.8, "lat": 23.1, "datum": "WGS-84"}).incident
    assert (incident.area, incident.urban) == ("country", False)
    assert incident.target_at == START + timedelta(minutes=60)


def test_all_faults_are_told_at_once_and_nothing_is_stored(office: Office) -> None:
    raw = call(
        channel="pigeon",
        caller={"phone": "12"},
        vehicle={"vin": "LRFABCDEIJK01234O", "plate": "粤BI2345", "purchased_on": "2026-03-03"},
        location={"lon": 113.3, "lat": 23.1},
        fault="rust",
        state_of_charge_pct=101,
        drivable="no",
        n_people=0,
    )
    assert faults(office, raw) == {
        "/channel": "channel.type",
        "/caller/phone": "phone.number",
        "/vehicle/vin": "vin.alphabet",
        "/vehicle/plate": "plate.alphabet",
        "/vehicle/purchased_on": "vehicle.purchased_on.type",
        "/location/datum": "location.datum",
        "/fault": "fault.type",
        "/state_of_charge_pct": "state_of_charge_pct.type",
        "/drivable": "drivable.type",
        "/n_people": "n_people.type",
    }


def test_an_empty_input_names_what_is_obligatory(office: Office) -> None:
    assert faults(office, {}) == {
        "/channel": "channel.missing",
        "/caller/phone": "caller.phone.missing",
        "/location": "location.missing",
        "/fault": "fault.missing",
    }


@pytest.mark.parametrize(
    ("location", "pointer", "code"),
    [
        ({"lon": 0, "lat": 0, "datum": "WGS-84"}, "/location", "location.zero"),
        ({"lon": 23.1, "lat": 113.3, "datum": "WGS-84"}, "/location", "location.swapped"),
        ({"lon": 113.3, "lat": 22.9, "datum": "WGS-84"}, "/location", "location.far_from_road"),
        ({"lon": -71.3, "lat": -29.9, "datum": "WGS-84"}, "/location", "location.outside_region"),
        ({"lon": 113.3, "lat": 200, "datum": "WGS-84"}, "/location/lat", "location.lat"),
        ({"lon": 113.3, "lat": False, "datum": "WGS-84"}, "/location/lat", "location.lat"),
        ({"lon": "113.3", "lat": 23.1, "datum": "WGS-84"}, "/location/lon", "location.lon"),
        ({"lon": float("nan"), "lat": 23.1, "datum": "WGS-84"}, "/location/lon", "location.lon"),
        ({"lon": 10**400, "lat": 23.1, "datum": "WGS-84"}, "/location/lon", "location.lon"),
        ({"lon": 113.3, "lat": 23.1}, "/location/datum", "location.datum"),
        ({"lon": 113.3, "lat": 23.1, "datum": "NAD27"}, "/location/datum", "location.datum"),
        ({"address": "Nowhere 5"}, "/location/address", "location.address_unknown"),
        ({"address": 5}, "/location/address", "location.address"),
        ({"ref": "G4", "km": 99, "direction": "north"}, "/location", "location.km_post_unknown"),
        ({"ref": "G4", "km": -1, "direction": "north"}, "/location/km", "location.km"),
        ({"ref": "G4", "km": 15}, "/location/direction", "location.direction"),
        (None, "/location", "location.missing"),
        ("here", "/location", "location.type"),
    ],
)
def test_a_place_that_cannot_be_is_refused_with_its_reason(
    office: Office, location: object, pointer: str, code: str
) -> None:
    assert faults(office, call(location=location)) == {pointer: code}


def test_swapped_coordinates_are_named_and_put_right_in_the_remedy(office: Office) -> None:
    with pytest.raises(InvalidInput, match=r"look swapped\. Give lon 113\.3, lat 23\.1"):
        office.take(location={"lon": 23.1, "lat": 113.3, "datum": "WGS-84"})


def test_a_phones_coordinates_are_turned_into_wgs84(office: Office) -> None:
    phone = office.take(location={"lon": 113.3, "lat": 23.1, "datum": "GCJ-02"}).incident
    assert 100 < distance_m(phone.place.position, Position(113.3, 23.1)) < 700
    back = TypedCoordinate(phone.place.position.lon, phone.place.position.lat, Datum.WGS_84)
    gcj = back.to(Datum.GCJ_02)
    assert (gcj.lon, gcj.lat) == pytest.approx((113.3, 23.1), abs=1e-7)


def test_an_address_is_found_and_an_uncertain_one_warned_of(office: Office) -> None:
    sure = office.take(location={"address": "Harbour Road 1"}).incident
    assert (sure.place.source, sure.place.confidence) == ("address", 0.95)
    assert sure.warnings == ()
    other = {"vin": None, "plate": "粤BD99999"}
    unsure = office.take(
        location={"address": "港口"}, vehicle=other, caller={"phone": "13900000000"}
    ).incident
    assert [warning.code for warning in unsure.warnings] == ["location.uncertain"]


def test_a_pin_far_from_any_road_is_taken_but_doubted(office: Office) -> None:
    incident = office.take(location={"lon": 113.3, "lat": 23.28, "datum": "WGS-84"}).incident
    assert incident.place.confidence == 0.5
    assert [warning.code for warning in incident.warnings] == ["location.far_from_road"]


def test_on_a_chinese_motorway_only_the_authorised_work(office: Office) -> None:
    post = office.take(location={"ref": "G4", "km": 15, "direction": "north"}).incident
    assert post.place.text == "G4 K15 → north"
    job = office.job(post.id)
    assert job is not None
    assert all("motorway" in option.needs for option in job.options)
    assert post.priority == 1


def test_a_doubtful_vin_is_a_warning_a_foreign_plate_none(office: Office) -> None:
    car = {"vin": "LRFABCDE0JK012345", "plate": "DE:B XY 1234"}
    incident = office.take(vehicle=car).incident
    assert [warning.code for warning in incident.warnings] == ["vin.check_digit"]
    assert incident.vehicle.plate == "DE:BXY1234"


def test_who_pays_depends_on_the_age_of_the_car(office: Office) -> None:
    free = office.take(vehicle={"purchased_on": "2023-03-02"}).incident
    assert free.entitlement.free
    assert "2026-03-02" in free.entitlement.reason.en
    other = {"vin": None, "plate": "粤BD99999", "purchased_on": "2023-03-01"}
    charged = office.take(vehicle=other, caller={"phone": "13900000000"}).incident
    assert not charged.entitlement.free


# --------------------------------------------------------------------------------- merging


@pytest.mark.parametrize(
    "again",
    [
        {"vehicle": {"plate": None}, "caller": {"phone": "13900000000"}},
        {"vehicle": {"vin": None}, "caller": {"phone": "13900000000"}},
        {"vehicle": {"vin": "lrf abcde3jk012345", "plate": None}, "channel": "app"},
        {"vehicle": {"vin": None, "plate": None}},
    ],
    ids=["same VIN", "same plate", "VIN in another spelling", "same caller, near, soon"],
)
def test_a_second_call_for_a_car_belongs_to_the_open_incident(
    office: Office, again: dict[str, Any]
) -> None:
    first = office.take().incident
    office.clock.advance(600)
    second = office.take(**again)
    assert second.merged
    assert (second.incident.id, second.incident.n_calls) == (first.id, 2)
    assert second.incident.received_at == first.received_at
    assert office.told()[-1] == "incident.merged"
    with office.database.read() as session:
        assert session.query(IncidentCallRow).count() == 2


@pytest.mark.parametrize(
    ("wait_s", "again"),
    [
        (0, {"vehicle": {"vin": None, "plate": "粤BD99999"}}),
        (3601, {"vehicle": {"vin": None, "plate": None}}),
        (
            0,
            {
                "vehicle": {"vin": None, "plate": None},
                "location": {"lon": 113.31, "lat": 23.1, "datum": "WGS-84"},
            },
        ),
        (0, {"vehicle": {"vin": None, "plate": None}, "caller": {"phone": "13900000000"}}),
    ],
    ids=["another plate", "an hour later", "a kilometre away", "another caller"],
)
def test_a_call_for_another_car_is_an_incident_of_its_own(
    office: Office, wait_s: float, again: dict[str, Any]
) -> None:
    office.take()
    office.clock.advance(wait_s)
    assert not office.take(**again).merged


def test_what_the_second_call_adds_is_learned(office: Office) -> None:
    office.take(vehicle={"vin": None}, safe_place=None)
    learned = office.take(
        safe_place=False, symptom="dark road", vehicle={"purchased_on": "2025-01-01"}
    ).incident
    assert learned.vehicle.vin == "LRFABCDE3JK012345"
    assert learned.entitlement.free
    assert learned.symptom == "dark road"
    assert learned.priority == 1
    job = office.job(learned.id)
    assert job is not None
    assert job.priority == 1
    assert all("safety_cones" in option.needs for option in job.options)
    assert office.told()[2:] == ["incident.updated", "incident.merged"]


def merged_payload(office: Office) -> dict[str, Any]:
    """Return what the last merging tells."""
    with office.database.read() as session:
        return events.read_after(session, 0, kinds=["incident.merged"])[-1].payload


def test_who_calls_last_is_called_back_and_what_they_add_is_shown(office: Office) -> None:
    office.take(symptom="dark", location_note="level B1")
    again = office.take(
        caller={"phone": "13900000000", "name": "Li"}, symptom="smoke", location_note="level B2"
    ).incident
    assert (again.caller.phone, again.caller.name) == ("+8613900000000", "Li")
    assert (again.symptom, again.note) == ("dark", "smoke")
    assert again.place.note == "level B1\nlevel B2"
    assert merged_payload(office)["learned"] == ["phone", "note"]
    with office.database.read() as session:
        rows = session.query(IncidentCallRow).order_by(IncidentCallRow.id).all()
        assert [row.caller_phone for row in rows] == ["+8613812341234", "+8613900000000"]
        assert [row.said["symptom"] for row in rows] == ["dark", "smoke"]


def test_the_first_caller_is_still_known_after_another_one(office: Office) -> None:
    first = office.take().incident
    office.take(caller={"phone": "13900000000"})
    third = office.take(vehicle={"vin": None, "plate": None})
    assert (third.merged, third.incident.id) == (True, first.id)


def test_a_later_place_is_taken_when_it_is_as_sure(office: Office) -> None:
    office.take()
    pin = {"lon": 113.31, "lat": 23.1, "datum": "WGS-84"}
    moved = office.take(location=pin).incident
    assert moved.place.position == Position(113.31, 23.1)
    job = office.job(moved.id)
    assert job is not None
    assert job.position == moved.place.position
    assert merged_payload(office)["learned"] == ["place"]


def test_a_later_place_that_is_less_sure_is_told_and_not_taken(office: Office) -> None:
    office.take()
    kept = office.take(location={"address": "港口"}).incident
    assert kept.place.position == Position(113.3, 23.1)
    assert merged_payload(office)["learned"] == ["other_place"]


def test_a_repeat_that_adds_nothing_changes_nothing(office: Office) -> None:
    office.take()
    office.take()
    assert office.told() == ["incident.created", "promise.made", "incident.merged"]


# ---------------------------------------------------------------------------------- remote


REMOTE = {"fault": "breakdown", "symptom": "screen frozen", "drivable": True}


def test_what_is_solved_remotely_needs_no_unit(office: Office) -> None:
    incident = office.take(**REMOTE).incident
    assert (incident.state, incident.outcome) == (IncidentState.CLOSED, Outcome.SOLVED_REMOTELY)
    assert office.job(incident.id) is None
    assert office.told() == ["incident.created", "incident.closed"]


def test_advice_that_did_not_help_is_not_given_twice(office: Office) -> None:
    office.take(**REMOTE)
    office.clock.advance(300)
    again = office.take(**REMOTE)
    assert not again.merged
    assert again.incident.state is IncidentState.WAITING
    assert office.job(again.incident.id) is not None


def test_a_day_later_advice_is_given_again(office: Office) -> None:
    office.take(**REMOTE)
    office.clock.advance(24 * 3600 + 1)
    assert office.take(**REMOTE).incident.outcome is Outcome.SOLVED_REMOTELY
