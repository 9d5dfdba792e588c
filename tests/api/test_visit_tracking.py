"""The owner's link to a booked visit: its stages, what it offers, and how it ends."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from tests.support.service import NEW_TOWN, OLD_TOWN, PIN, Client, Town, owner_of

ON_BOTH_DATABASES = True

PICKUP_TOMORROW = {
    "kind": "pickup_delivery",
    "window": {"start_at": "2026-06-02T01:00:00Z", "end_at": "2026-06-02T03:00:00Z"},
    "return_window": {"start_at": "2026-06-02T08:00:00Z", "end_at": "2026-06-02T10:00:00Z"},
    "caller": {"name": "李女士", "phone": "13812349999"},
    "vehicle": {"plate": "闽AD30001"},
    "location": {"lon": NEW_TOWN[0], "lat": NEW_TOWN[1], "datum": "WGS-84"},
}


def test_a_booked_visit_has_a_code_and_the_same_page(town: Town) -> None:
    key = {"Idempotency-Key": "v1"}
    answer = town["hotline"].post("appointments", PICKUP_TOMORROW, headers=key)
    assert answer.status_code == 201, answer.text
    booked = answer.json()
    assert len(booked["code"]) == 6
    day = town["hotline"].get("appointments", params={"day": "2026-06-02"}).json()["items"]
    assert [item["id"] for item in day] == [booked["id"]]
    assert day[0]["caller"]["phone"] == "138****9999"
    owner, path = owner_of(town, booked)
    view = owner.get(path).json()
    assert (view["kind"], view["code"], view["stage"]) == (
        "appointment",
        booked["code"],
        "received",
    )
    assert view["window"] == ["2026-06-02T01:00:00Z", "2026-06-02T03:00:00Z"]
    assert "13812349999" not in owner.get(path).text
    done = owner.post(f"{path}/cancel", {"reason": "away"}).json()
    assert done["stage"] == "cancelled"


DRIVER = {
    "code": "V-01",
    "name": "Driver 1",
    "kind": "valet",
    "skills": ["valet"],
    "equipment": [],
    "lon": OLD_TOWN[0],
    "lat": OLD_TOWN[1],
    "plate": "闽AD77777",
    "pin": PIN,
}


def a_pickup(town: Town, **changes: Any) -> tuple[Client, str]:
    """Book a pickup for today with a driver on shift; return its owner and the page's path."""
    town["admin"].request("PUT", "fleet", json={"units": [DRIVER]})
    answer = town.nobody.post("login", {"user": "V-01", "secret": PIN})
    town.people["V-01"] = town.nobody.with_token(answer.json()["token"])
    town.start_shifts("V-01")
    body = {
        "kind": "pickup_delivery",
        "window": {"start_at": "2026-06-01T05:00:00Z", "end_at": "2026-06-01T06:00:00Z"},
        "return_window": {"start_at": "2026-06-01T09:00:00Z", "end_at": "2026-06-01T10:00:00Z"},
        "caller": {"phone": "13812349999"},
        "vehicle": {"plate": "闽AD30001"},
        "location": {"lon": NEW_TOWN[0], "lat": NEW_TOWN[1], "datum": "WGS-84"},
    } | changes
    answer = town["hotline"].post("appointments", body, headers={"Idempotency-Key": "v1"})
    return owner_of(town, answer.json())


def drive(town: Town, owner: Client, path: str, *kinds: str) -> list[dict[str, Any]]:
    """Let the driver get the next order and press these; return the page after each."""
    for _ in range(40):
        town.decide()
        job = town["V-01"].get("field/jobs").json()["current"]
        if job is not None:
            break
        town.clock.advance(600)
    views = [owner.get(path).json()]
    for kind in kinds:
        town.clock.advance(60)
        town.press("V-01", kind, job["job_id"])
        views.append(owner.get(path).json())
    return views


def test_the_stages_of_a_visit(town: Town) -> None:
    owner, path = a_pickup(town)
    first = owner.get(path).json()
    assert (first["stage"], first["can_cancel"], first["visit"]) == (
        "received",
        True,
        "pickup_delivery",
    )
    assert first["return_window"] == ["2026-06-01T09:00:00Z", "2026-06-01T10:00:00Z"]
    steps = ("rolling", "arrived", "loaded", "done")
    fetch = drive(town, owner, path, *steps)
    back = drive(town, owner, path, *steps)
    assert [view["stage"] for view in fetch] == [
        "assigned",
        "on_the_way",
        "at_car",
        "fetched",
        "at_centre",
    ]
    assert [view["stage"] for view in back] == [
        "at_centre",
        "at_centre",
        "at_centre",
        "returning",
        "done",
    ]
    driving = [view["stage"] for view in fetch + back if (view["unit"] or {}).get("lon")]
    assert driving == ["on_the_way", "returning"]
    assert [view["can_cancel"] for view in fetch] == [True, False, False, False, False]
    assert {view["promised_at"] for view in back[:-1]} == {"2026-06-01T10:00:00Z"}
    assert [view["can_rate"] for view in fetch + back] == [False] * 9 + [True]
    assert not any(view["can_cancel"] for view in back)


def test_staff_see_how_far_a_visit_is_and_are_offered_what_is_taken(town: Town) -> None:
    owner, path = a_pickup(town)
    seen = []
    for kinds in ((), ("rolling",), ("arrived", "loaded"), ("done",), ("rolling",)):
        drive(town, owner, path, *kinds)
        (visit,) = town["desk"].get("appointments", params={"day": "2026-06-01"}).json()["items"]
        seen.append((visit["stage"], visit["can_cancel"], visit["unit_code"]))
    assert seen == [
        ("assigned", True, "V-01"),
        ("on_the_way", False, "V-01"),
        ("fetched", False, "V-01"),
        ("at_centre", False, "V-01"),
        ("at_centre", False, "V-01"),
    ]
    refused = town["desk"].post(f"appointments/{visit['id']}/cancel", {"reason": "ill"})
    assert refused.status_code == 409


def test_what_a_page_of_a_visit_offers_is_accepted(town: Town) -> None:
    owner, path = a_pickup(town)
    for kinds in (("rolling", "arrived", "loaded", "done"),) * 2:
        drive(town, owner, path, *kinds)
        view = owner.get(path).json()
        rated = owner.post(f"{path}/rating", {"stars": 5})
        cancelled = owner.post(f"{path}/cancel", {"reason": "away"})
        assert rated.is_success is view["can_rate"]
        assert cancelled.is_success is view["can_cancel"]


def test_a_visit_is_rated_when_it_is_done(town: Town) -> None:
    owner, path = a_pickup(town, return_window=None)
    early = owner.post(f"{path}/rating", {"stars": 5})
    assert (early.status_code, early.json()["code"]) == (409, "conflict")
    drive(town, owner, path, "rolling", "arrived", "loaded", "done")
    rating = {"stars": 4, "text": "很准时"}
    rated = owner.post(f"{path}/rating", rating).json()
    assert (rated["rating"], rated["can_rate"]) == (rating, False)
    for stars in (0, 6, True, 4.5, "5"):
        assert owner.post(f"{path}/rating", {"stars": stars}).status_code == 422
    assert owner.get(path).json()["rating"] == rating
    (visit,) = town["desk"].get("appointments", params={"day": "2026-06-01"}).json()["items"]
    assert visit["rating"] == rating


def test_a_day_of_many_visits_asks_once_for_all_their_jobs(town: Town) -> None:
    statements: list[str] = []
    engine = town.service.runtime.database.engine
    event.listen(engine, "before_cursor_execute", lambda *it: statements.append(it[2]))
    for n in range(3):
        key = {"Idempotency-Key": f"v{n}"}
        town["hotline"].post("appointments", PICKUP_TOMORROW, headers=key)
    statements.clear()
    day = town["desk"].get("appointments", params={"day": "2026-06-02"}).json()["items"]
    assert len(day) == 3
    assert len([it for it in statements if "FROM jobs" in it]) == 1


def test_a_visit_that_failed_is_not_booked_for_ever(town: Town) -> None:
    owner, path = a_pickup(town)
    *_, failed = drive(town, owner, path, "rolling", "arrived", "not_possible")
    assert (failed["stage"], failed["can_cancel"], failed["unit"]) == ("failed", False, None)
    assert failed["can_rate"] is False
    assert owner.post(f"{path}/rating", {"stars": 1}).status_code == 409
    town.clock.advance(5 * 3600)
    town.decide()
    assert town["V-01"].get("field/jobs").json()["current"] is None, "no car is to be brought back"
    assert owner.get(path).json()["stage"] == "failed"


def test_a_visit_that_nobody_came_to_in_time_is_not_booked_for_ever(town: Town) -> None:
    owner, path = a_pickup(town)
    town["V-01"].post("field/shift", {"action": "end", "client_id": "home", "at": town.now})
    town.clock.advance(2 * 3600)
    assert owner.get(path).json()["stage"] == "received"  # the window's end is within it
    town.clock.advance(1)
    town.decide()
    missed = owner.get(path).json()
    assert (missed["stage"], missed["can_cancel"], missed["can_rate"]) == ("failed", False, False)


def test_a_car_that_is_not_brought_back_in_time_is_not_promised_any_more(town: Town) -> None:
    owner, path = a_pickup(town)
    *_, fetched = drive(town, owner, path, "rolling", "arrived", "loaded", "done")
    assert fetched["stage"] == "at_centre"
    town["V-01"].post("field/shift", {"action": "end", "client_id": "home", "at": town.now})
    town.clock.advance(6 * 3600)
    town.decide()
    assert owner.get(path).json()["stage"] == "failed"


def test_what_happened_to_a_visit_is_told_from_its_booking_on(town: Town) -> None:
    owner, path = a_pickup(town)
    assert [it["text"]["en"] for it in owner.get(path).json()["timeline"]] == [
        "Your visit is booked"
    ]
    drive(town, owner, path, "rolling", "arrived", "loaded", "done")
    *_, last = drive(town, owner, path, "rolling", "arrived", "loaded", "done")
    assert [it["text"]["en"] for it in last["timeline"]] == [
        "Your visit is booked",
        "Somebody is assigned",
        "We are on the way to you",
        "We are with you",
        "Your car is on its way to the service centre",
        "Your car is at the service centre",
        "Your car is on its way back to you",
        "Your car is back with you",
    ]


def test_a_cancelled_visit_says_so_in_its_timeline(town: Town) -> None:
    owner, path = a_pickup(town, return_window=None)
    view = owner.post(f"{path}/cancel", {"reason": "away"}).json()
    assert view["timeline"][-1]["kind"] == "appointment.cancelled"
