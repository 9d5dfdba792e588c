"""Over HTTP: hours without a network, clocks years off, places that jump or stand still."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.support.service import HARBOUR, OpenTown, Town

ON_BOTH_DATABASES = True
HOUR = timedelta(hours=1)
YEARS = timedelta(days=6 * 365)


@pytest.fixture
def busy(open_town: OpenTown) -> tuple[Town, str, dict[str, Any]]:
    """A town in which a unit has an order; its code, and the order."""
    town = open_town()
    town.seed()
    town.start_shifts()
    town.call()
    town.decide()
    return town, *town.unit_with_job()


def incident(town: Town, job: dict[str, Any]) -> dict[str, Any]:
    return dict(town["desk"].get(f"incidents/{job['incident_id']}").json())


def unit_state(town: Town, code: str) -> str:
    units = town["desk"].get("units").json()["items"]
    return str(next(unit["state"] for unit in units if unit["code"] == code))


def step(town: Town, by: timedelta) -> None:
    """Set the service's clock as an operator or NTP does, also back."""
    town.clock._now += by


@pytest.mark.parametrize("seed", [7])
def test_two_hours_offline_told_in_any_order_and_twice(
    busy: tuple[Town, str, dict[str, Any]], seed: int
) -> None:
    town, code, job = busy
    rng, start = random.Random(seed), town.clock.now()
    n_before = town.n_rows()["technician_events"]  # the beginning of each shift is one too
    town.clock.advance(7200)
    story = {"accepted": 1, "rolling": 3, "arrived": 21, "done": 64}
    events = [
        {
            "client_id": f"{seed}-{kind}",
            "at": (start + timedelta(minutes=minutes)).isoformat(),
            "kind": kind,
            "job_id": job["job_id"],
        }
        for kind, minutes in story.items()
    ]
    fixes = [
        {"at": (start + timedelta(minutes=n)).isoformat(), "lon": HARBOUR[0], "lat": HARBOUR[1]}
        for n in range(1, 120)
    ]
    for _ in range(2):
        rng.shuffle(events)
        rng.shuffle(fixes)
        assert town[code].post("field/events", {"events": events[:2]}).status_code == 200
        taken = town[code].post("field/positions", {"positions": fixes})
        assert taken.json()["accepted"] == len(fixes)
        assert town[code].post("field/events", {"events": events}).status_code == 200
    told = incident(town, job)
    assert (told["state"], told["outcome"]) == ("closed", "repaired")
    assert told["arrived_at"] == "2026-06-01T04:21:00Z"
    assert unit_state(town, code) == "idle"
    rows = town.n_rows()
    assert rows["technician_events"] - n_before == len(story)
    assert rows["unit_positions"] >= len(fixes)
    assert town[code].post("field/positions", {"positions": fixes}).is_success
    assert town.n_rows() == rows
    town.call()
    town.decide()
    assert town.unit_with_job()


def test_a_phone_years_behind_is_held_to_its_order(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    ordered_at = incident(town, job)["job"]["ordered_at"]
    town.clock.advance(600)
    long_ago = (town.clock.now() - YEARS).isoformat()
    assert town.press(code, "arrived", job["job_id"], at=long_ago).is_success
    assert incident(town, job)["arrived_at"] == ordered_at
    fix = {"at": long_ago, "lon": HARBOUR[0], "lat": HARBOUR[1]}
    refused = town[code].post("field/positions", {"positions": [fix]})
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["code"] == "position.too_old"


def test_a_phone_years_ahead_is_told_so_and_its_report_counts_once_it_is_set(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    before, ahead = town.n_rows(), (town.clock.now() + YEARS).isoformat()
    refused = town.press(code, "rolling", job["job_id"], at=ahead)
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (422, "event.future")
    fix = {"at": ahead, "lon": HARBOUR[0], "lat": HARBOUR[1]}
    refused = town[code].post("field/positions", {"positions": [fix]})
    assert (refused.status_code, refused.json()["faults"][0]["code"]) == (422, "position.future")
    assert town.n_rows() == before
    assert town.press(code, "rolling", job["job_id"]).json()["results"][0]["status"] == "applied"


def test_a_place_that_jumps_away_and_back_costs_nobody_their_unit(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    assert town.press(code, "rolling", job["job_id"]).is_success
    for n, (lon, lat) in enumerate([(HARBOUR[0] + 60, 0.5), (HARBOUR[0], 89.9), HARBOUR]):
        town.clock.advance(60)
        fix = {"at": town.now, "lon": lon, "lat": lat}
        assert town[code].post("field/positions", {"positions": [fix]}).is_success, n
        town.decide()
        told = incident(town, job)
        assert told["job"]["state"] == "rolling"
        assert told["job"]["unit_code"] == code
    assert told["eta_at"] is not None
    assert town.press(code, "arrived", job["job_id"]).is_success
    assert incident(town, job)["state"] == "on_site"


def test_a_place_that_stands_still_moves_the_eta_on_and_shows_the_risk(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    assert town.press(code, "rolling", job["job_id"]).is_success
    unit = next(it for it in town["desk"].get("units").json()["items"] if it["code"] == code)
    for _ in range(13):
        town.clock.advance(300)
        fix = {"at": town.now, "lon": unit["lon"], "lat": unit["lat"]}
        assert town[code].post("field/positions", {"positions": [fix]}).is_success
        town.decide()
        told = incident(town, job)
        if told["job"]["unit_code"] == code:
            assert datetime.fromisoformat(told["eta_at"]) >= town.clock.now()
    assert told["risk"] == "breached"


@pytest.mark.parametrize("by", [HOUR, -HOUR], ids=["forward", "back"])
def test_the_services_clock_is_set_wrong_and_right_again(
    open_town: OpenTown, by: timedelta
) -> None:
    town = open_town()
    town.seed()
    town.start_shifts()
    first = town.call()
    town.decide()
    code, job = town.unit_with_job()
    step(town, by)
    second = town.call(fault="accident", symptom="front hit")
    town.decide()
    states = {
        town["desk"].get(f"incidents/{it['id']}").json()["job"]["state"] for it in (first, second)
    }
    assert states == {"ordered"}
    assert town.press(code, "rolling", job["job_id"]).is_success
    step(town, -by)
    town.decide()
    for kind in ("arrived", "done"):
        assert town.press(code, kind, job["job_id"]).is_success
    assert incident(town, job)["state"] == "closed"
    received_at = datetime.fromisoformat(incident(town, job)["received_at"])
    arrived_at = datetime.fromisoformat(incident(town, job)["arrived_at"])
    assert timedelta(0) <= arrived_at - received_at <= HOUR
