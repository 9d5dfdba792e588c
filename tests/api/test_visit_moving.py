"""A booked visit is moved to another slot: by whom, when, and what its owner is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.appointments import jobs_of_appointment
from tests.api.test_visit_tracking import PICKUP_TOMORROW, a_pickup, drive
from tests.support.service import OpenTown, Town, owner_of

ON_BOTH_DATABASES = True


def slot(start: str, end: str) -> dict[str, str]:
    return {"start_at": f"2026-06-{start}:00Z", "end_at": f"2026-06-{end}:00Z"}


LATER = {
    "window": slot("04T01:00", "04T03:00"),
    "return_window": slot("04T08:00", "04T10:00"),
}


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """Return a town in which nobody has to log in again while days pass."""
    opened = open_town(access_life=timedelta(days=90))
    opened.seed()
    return opened


@pytest.fixture
def booked(town: Town) -> tuple[Town, dict[str, Any]]:
    """Return a town and a visit that is booked for tomorrow."""
    answer = town["hotline"].post("appointments", PICKUP_TOMORROW)
    assert answer.status_code == 201, answer.text
    return town, dict(answer.json())


def move(town: Town, visit: dict[str, Any], body: Any, who: str = "hotline") -> Any:
    return town[who].post(f"appointments/{visit['id']}/move", body)


def page(town: Town, visit: dict[str, Any]) -> dict[str, Any]:
    owner, path = owner_of(town, visit)
    return dict(owner.get(path).json())


def codes(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [it["code"] for it in answer.json()["faults"]]


def test_code_history_and_link_stay_and_the_owner_is_told(booked: Any) -> None:
    town, visit = booked
    assert visit["can_move"]
    answer = move(town, visit, LATER)
    assert answer.status_code == 200, answer.text
    moved = answer.json()
    same = ("id", "code", "track_url", "kind", "state", "stage")
    assert {it: moved[it] for it in same} == {it: visit[it] for it in same}
    assert moved["window"] == ["2026-06-04T01:00:00Z", "2026-06-04T03:00:00Z"]
    assert moved["return_window"] == ["2026-06-04T08:00:00Z", "2026-06-04T10:00:00Z"]
    days = [
        town["hotline"].get("appointments", params={"day": f"2026-06-0{n}"}).json()["items"]
        for n in (2, 4)
    ]
    assert [[it["id"] for it in day] for day in days] == [[], [visit["id"]]]
    view = page(town, visit)
    assert view["window"] == moved["window"]
    assert [it["kind"] for it in view["timeline"]] == [
        "appointment.booked",
        "appointment.changed",
    ]


def test_to_where_it_is_nothing_is_changed_or_told(booked: Any) -> None:
    town, visit = booked
    for _ in range(2):
        assert move(town, visit, LATER, "desk").status_code == 200
    assert move(town, visit, {}).json()["window"] == [
        "2026-06-04T01:00:00Z",
        "2026-06-04T03:00:00Z",
    ]
    told = [it["kind"] for it in page(town, visit)["timeline"]]
    assert told.count("appointment.changed") == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"window": slot("01T01:00", "01T02:00")}, "window.past"),
        ({"window": slot("03T03:00", "03T01:00")}, "window.order"),
        ({"window": slot("03T00:00", "03T13:00")}, "window.long"),
        ({"window": slot("02T11:00", "02T12:00")}, "window.order"),  # after it is brought back
        ({"return_window": slot("02T02:00", "02T04:00")}, "window.order"),
    ],
)
def test_a_slot_that_is_not_open_is_refused(booked: Any, body: Any, code: str) -> None:
    town, visit = booked
    answer = move(town, visit, body)
    assert codes(answer) == [code]
    [fault] = answer.json()["faults"]
    assert fault["remedy"]
    assert fault["text"]["zh"]
    assert page(town, visit)["window"] == visit["window"]


def test_while_the_centre_is_closed_no_car_is_brought(booked: Any) -> None:
    town, visit = booked
    centre = {
        "name": "新城服务中心",
        "lon": 119.64,
        "lat": 25.365,
        "skills": ["repair", "tyre", "hv_safety", "boost"],
        "opening_hours": "Mo-Fr 08:00-18:00",
    }
    assert town["admin"].request("PUT", "fleet", json={"centres": [centre]}).is_success
    sunday = {"window": slot("07T01:00", "07T03:00"), "return_window": slot("08T08:00", "08T09:00")}
    answer = move(town, visit, sunday)
    assert codes(answer) == ["window.closed"]
    assert answer.json()["faults"][0]["message"] == "新城服务中心 is closed then."
    assert move(town, visit, LATER).status_code == 200


def test_of_an_installation_only_its_window_is_moved(town: Town) -> None:
    body = PICKUP_TOMORROW | {"kind": "installation", "vehicle": {}}
    body.pop("return_window")
    visit = town["hotline"].post("appointments", body).json()
    assert codes(move(town, visit, LATER)) == ["return_window.unfit"]
    assert move(town, visit, {"window": LATER["window"]}).status_code == 200


def test_who_was_ordered_has_the_order_no_more(town: Town) -> None:
    owner, path = a_pickup(town)
    assert drive(town, owner, path)[0]["stage"] == "assigned"
    [visit] = town["desk"].get("appointments").json()["items"]
    assert move(town, visit, LATER, "desk").json()["unit_code"] is None
    town.decide()
    assert town["V-01"].get("field/jobs").json()["current"] is None
    view = owner.get(path).json()
    assert (view["stage"], view["window"][0]) == ("received", "2026-06-04T01:00:00Z")
    town.clock.advance(timedelta(days=2, hours=20).total_seconds())
    assert drive(town, owner, path, "rolling")[-1]["stage"] == "on_the_way"


def test_what_has_begun_is_not_moved_what_has_not_is(town: Town) -> None:
    owner, path = a_pickup(town)
    drive(town, owner, path, "rolling")
    [visit] = town["desk"].get("appointments").json()["items"]
    refused = move(town, visit, LATER)
    assert (refused.status_code, refused.json()["remedy"]) == (
        409,
        "Call the technician; only what has not begun can be moved.",
    )
    back = {"return_window": LATER["return_window"]}
    assert move(town, visit, back).json()["return_window"][0] == "2026-06-04T08:00:00Z"
    assert owner.get(path).json()["stage"] == "on_the_way"


def test_a_visit_that_was_missed_is_moved_with_its_return(booked: Any) -> None:
    town, visit = booked
    town.decide()
    town.clock.advance(timedelta(days=1, hours=2).total_seconds())
    town.decide()
    assert page(town, visit)["stage"] == "failed"
    assert codes(move(town, visit, {"return_window": LATER["return_window"]})) == ["window.past"]
    assert move(town, visit, LATER).json()["stage"] == "received"
    with town.service.runtime.database.read() as session:
        jobs = jobs_of_appointment(session, visit["id"])
    assert [(it.purpose, it.state.value) for it in jobs] == [
        ("fetch", "open"),
        ("return", "cancelled"),
        ("return", "open"),
    ]


def test_a_cancelled_visit_and_another_ones_are_refused(booked: Any) -> None:
    town, visit = booked
    assert town["partner"].post(f"appointments/{visit['id']}/move", LATER).status_code == 403
    assert town["hotline"].post("appointments/99/move", LATER).status_code == 404
    town["hotline"].post(f"appointments/{visit['id']}/cancel", {"reason": "away"})
    refused = move(town, visit, LATER)
    assert (refused.status_code, refused.json()["remedy"]) == (409, "Book a new one.")


def test_the_link_lives_as_long_as_the_moved_visit_needs_it(booked: Any) -> None:
    town, visit = booked
    far = {"window": slot("30T01:00", "30T03:00"), "return_window": slot("30T08:00", "30T09:00")}
    assert move(town, visit, far).status_code == 200
    town.clock.advance(timedelta(days=45).total_seconds())  # 43 after the end it was made for
    owner, path = owner_of(town, visit)
    assert owner.get(path).status_code == 200
