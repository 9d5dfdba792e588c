"""The technician's endpoints: own jobs only, late, twice and out of order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.service import HARBOUR, Town

ON_BOTH_DATABASES = True


def later(town: Town, seconds: float) -> str:
    return (town.clock.now() + timedelta(seconds=seconds)).isoformat()


@pytest.fixture
def busy(town: Town) -> tuple[Town, str, dict[str, Any]]:
    """A town in which one unit has an order."""
    town.start_shifts()
    town.call()
    town.decide()
    code, job = town.unit_with_job()
    return town, code, job


def test_another_technicians_job_is_not_there(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, job = busy
    other = next(it for it in ("R-01", "T-01") if it != code)
    before = town.n_rows()
    answer = town.press(other, "rolling", job["job_id"])
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    way = town[other].get(f"field/jobs/{job['job_id']}/route", params={"from": "119.62,25.36"})
    assert way.status_code == 404
    assert town.n_rows() == before
    assert town["desk"].get(f"incidents/{job['incident_id']}").json()["state"] == "assigned"


def test_a_job_that_never_was_does_not_block_the_queue(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    events = [
        {"client_id": "a", "at": later(town, 0), "kind": "rolling", "job_id": 9999},
        {"client_id": "b", "at": later(town, 0), "kind": "rolling", "job_id": job["job_id"]},
    ]
    results = town[code].post("field/events", {"events": events}).json()["results"]
    assert [(it["client_id"], it["status"], it["code"]) for it in results] == [
        ("a", "rejected", "not_found"),
        ("b", "applied", None),
    ]
    assert results[0]["text"] == {
        "zh": "没有编号为 9999 的任务，请联系调度。",
        "en": results[0]["detail"],
    }
    assert results[1]["text"] is None


def test_repeats_are_harmless(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, job = busy
    event = {"client_id": "x", "at": later(town, 0), "kind": "rolling", "job_id": job["job_id"]}
    first = town[code].post("field/events", {"events": [event, event]}).json()
    before = town.n_rows()
    again = town[code].post("field/events", {"events": [event]}).json()
    assert [it["status"] for it in first["results"]] == ["applied", "duplicate"]
    assert again["results"][0]["status"] == "duplicate"
    assert again["version"] == first["version"]
    assert town.n_rows() == before


def test_a_queue_from_the_tunnel_is_applied_in_its_own_order(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    start = town.clock.now()
    town.clock.advance(7200)
    minutes = {"done": 40, "rolling": 2, "arrived": 15}
    events = [
        {
            "client_id": kind,
            "at": (start + timedelta(minutes=after)).isoformat(),
            "kind": kind,
            "job_id": job["job_id"],
        }
        for kind, after in minutes.items()
    ]
    answer = town[code].post("field/events", {"events": events}).json()
    assert [it["client_id"] for it in answer["results"]] == list(minutes)
    closed = town["desk"].get(f"incidents/{job['incident_id']}").json()
    assert closed["state"] == "closed"
    assert closed["arrived_at"] == "2026-06-01T04:15:00Z"


def test_a_clock_that_is_hours_ahead_is_told_so(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, job = busy
    before = town.n_rows()
    answer = town.press(code, "rolling", job["job_id"], at=later(town, 7200))
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"] == "/events/0/at"
    assert town.n_rows() == before


def test_only_the_job_in_hand_shows_the_number(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, job = busy
    assert job["caller"]["phone"] == "+8613812340001"
    second = town.call(fault="tyre")
    town.decide()
    wish = {
        "unit_id": town[code].get("me").json()["unit_id"],
        "plan_version": town["desk"].get("plan").json()["version"],
    }
    town["desk"].post(f"incidents/{second['id']}/assign", wish).raise_for_status()
    town.decide()
    listed = town[code].get("field/jobs").json()
    assert job["caller"]["name"] == "王先生"
    assert [it["caller"] for it in listed["next"]] == [{"name": None, "phone": "138****0002"}]
    assert listed["next"][0]["allowed"] == []
    assert "13812340002" not in town["desk"].get("incidents").text


def test_what_is_over_or_somebody_elses_shows_nothing_of_the_caller(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    other = next(it for it in ("R-01", "T-01") if it != code)

    def personal(who: str) -> list[str]:
        paths = ("field/jobs", f"field/jobs/{job['job_id']}/route?from=119.62,25.36")
        texts = " ".join(town[who].get(path).text for path in paths)
        return [it for it in ("13812340001", "王先生", "闽AD20001", "138****0001") if it in texts]

    assert personal(code) == ["13812340001", "王先生", "闽AD20001"]
    assert personal(other) == []
    for kind in ("rolling", "arrived", "done"):
        assert town.press(code, kind, job["job_id"]).is_success
    assert personal(code) == personal(other) == []


def test_the_place_is_also_given_as_chinese_maps_draw_it(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    _, _, job = busy
    lon, lat = job["gcj02"]
    assert 0.002 < lon - HARBOUR[0] < 0.008  # about 500 m east
    assert -0.006 < lat - HARBOUR[1] < 0.0


def test_a_declined_job_goes_to_nobody_else_who_cannot(
    busy: tuple[Town, str, dict[str, Any]],
) -> None:
    town, code, job = busy
    town.press(code, "declined", job["job_id"], reason="flat tyre myself")
    town.decide()
    assert town[code].get("field/jobs").json()["current"] is None
    waiting = town["desk"].get(f"incidents/{job['incident_id']}").json()
    assert waiting["state"] == "waiting"


def test_the_version_changes_with_the_list_only(town: Town) -> None:
    town.start_shifts()
    phone = town["R-01"]
    version = phone.get("field/jobs").json()["version"]
    town.clock.advance(30)
    assert phone.get("field/jobs").json()["version"] == version
    town.call()
    town.decide()
    assert phone.get("field/jobs").json()["version"] != version


def test_fixes_move_the_unit_forward_in_time_only(town: Town) -> None:
    town.start_shifts("R-01")
    town.clock.advance(600)
    body = {
        "positions": [
            {"at": later(town, -10), "lon": 119.615, "lat": 25.363, "speed_kph": 40},
            {"at": later(town, -300), "lon": 119.611, "lat": 25.365},
        ]
    }
    assert town["R-01"].post("field/positions", body).json()["accepted"] == 2
    units = {unit["code"]: unit for unit in town["desk"].get("units").json()["items"]}
    assert (units["R-01"]["lon"], units["R-01"]["lat"]) == (119.615, 25.363)
    assert town["desk"].get("events/log").json()["items"][-1]["kind"] == "unit.shift_started"


@pytest.mark.parametrize(
    "fix",
    [
        {"lon": 119.6, "lat": False},
        {"lon": 0, "lat": 0},
        {"lon": 119.6, "lat": 25.36, "accuracy_m": -1},
        {"lon": 119.6, "lat": 25.36, "at": "2031-01-01T00:00:00Z"},
    ],
)
def test_fixes_that_cannot_be(shared_town: Town, fix: dict[str, Any]) -> None:
    before = shared_town.n_rows()
    body = {"positions": [{"at": shared_town.now} | fix]}
    answer = shared_town["R-01"].post("field/positions", body)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["pointer"].startswith("/positions/0")
    assert shared_town.n_rows() == before


def test_a_shift_button_pressed_twice_counts_once(town: Town) -> None:
    body = {"action": "start", "client_id": "s", "at": town.now}
    for _ in range(2):
        answer = town["R-01"].post("field/shift", body)
        assert (answer.status_code, answer.json()["unit"]["state"]) == (200, "idle")
    assert answer.json()["unit"]["shift_end_at"] == "2026-06-01T12:00:00Z"  # as planned
    other = town["R-01"].post("field/shift", body | {"client_id": "t"})
    assert (other.status_code, other.json()["code"]) == (409, "illegal_transition")


def test_nobody_goes_home_with_a_job_in_hand(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, _ = busy
    for action in ("end", "pause"):
        body = {"action": action, "client_id": action, "at": town.now}
        answer = town[code].post("field/shift", body)
        assert answer.status_code == 409
        assert answer.json()["remedy"] == "Finish it or decline it first."
    assert town.n_rows()["technician_events"] == 2  # the two that started the shifts


def test_the_way_begins_where_the_phone_is(busy: tuple[Town, str, dict[str, Any]]) -> None:
    town, code, job = busy
    path = f"field/jobs/{job['job_id']}/route"
    way = town[code].get(path, params={"from": "119.64,25.365"}).json()
    assert way["elapsed_s"][0] == 0
    assert way["elapsed_s"][-1] == pytest.approx(way["duration_s"], abs=0.1)
    assert len(way["points"]) == len(way["elapsed_s"])
    assert sum(metres for _, metres in way["streets"]) == pytest.approx(way["length_m"], rel=0.01)
    for start in ("x", "119.64", "119.64,95", "nan,25", "0,0"):
        assert town[code].get(path, params={"from": start}).status_code == 422, start
