"""The owner's link shows one case, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from api.owner_links import AFTER_CLOSE, LINK_LIFE
from tests.support.service import NEW_TOWN, OLD_TOWN, PIN, Client, Town, a_call

ON_BOTH_DATABASES = True


def owner_of(town: Town, incident: dict[str, Any]) -> tuple[Client, str]:
    return town.nobody, "track/" + incident["track_url"].rpartition("/")[2]


def test_the_stages_of_a_rescue(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    owner, path = owner_of(town, incident)
    assert owner.get(path).json()["stage"] == "received"
    town.decide()
    assert owner.get(path).json()["stage"] == "assigned"
    code, job = town.unit_with_job()
    stages = []
    for kind in ("rolling", "arrived", "done"):
        town.clock.advance(300)
        town.press(code, kind, job["job_id"])
        stages.append(owner.get(path).json()["stage"])
    assert stages == ["on_the_way", "at_car", "done"]


def test_pages_are_told_the_zone_of_the_region(town: Town) -> None:
    town.start_shifts()
    owner, path = owner_of(town, town.call())
    assert owner.get(path).json()["timezone"] == "Asia/Shanghai"
    assert town["R-01"].get("field/jobs").json()["timezone"] == "Asia/Shanghai"


def test_the_unit_is_on_the_map_only_while_it_comes(town: Town) -> None:
    town.start_shifts()
    owner, path = owner_of(town, town.call())
    town.decide()
    waiting = owner.get(path).json()
    assert (waiting["unit"]["lon"], waiting["unit"]["plate"], waiting["route"]) == (None,) * 3
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    coming = owner.get(path).json()
    assert coming["unit"]["lon"] is not None
    assert coming["unit"]["plate"] == "闽AD12345"
    assert coming["route"]["type"] == "LineString"
    town.press(code, "arrived", job["job_id"])
    there = owner.get(path).json()
    assert (there["unit"]["lon"], there["route"]) == (None, None)


def test_a_unit_with_another_job_first_is_never_shown_driving(town: Town) -> None:
    town.start_shifts()
    first = town.call()
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    town.press(code, "arrived", job["job_id"])
    second = town.call(location={"lon": NEW_TOWN[0], "lat": NEW_TOWN[1], "datum": "WGS-84"})
    town.decide()
    wish = {
        "unit_id": town[code].get("me").json()["unit_id"],
        "plan_version": town["desk"].get("plan").json()["version"],
    }
    town["desk"].post(f"incidents/{second['id']}/assign", wish).raise_for_status()
    town.decide()
    owner, path = owner_of(town, second)
    view = owner.get(path).json()
    assert view["stage"] == "finishing_other_job"
    assert view["unit"]["name"] == "Repair 1"
    assert (view["unit"]["lon"], view["unit"]["lat"], view["route"]) == (None, None, None)
    assert first["number"] not in owner.get(path).text


def test_no_telephone_number_and_no_other_customer(town: Town) -> None:
    town.start_shifts()
    one, two = town.call(), town.call(location={"lon": 119.64, "lat": 25.365, "datum": "WGS-84"})
    town.decide()
    owner, path = owner_of(town, one)
    text = owner.get(path).text
    for secret in ("13812340001", "13812340002", "+86", two["number"], "王先生", "闽AD20002"):
        assert secret not in text


def test_the_owner_cancels_until_somebody_is_at_the_car(town: Town) -> None:
    town.start_shifts()
    first, second = town.call(), town.call()
    town.decide()
    owner, path = owner_of(town, second)
    done = owner.post(f"{path}/cancel", {"reason": "it starts again"})
    assert (done.status_code, done.json()["stage"]) == (200, "cancelled")
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    town.press(code, "arrived", job["job_id"])
    owner, path = owner_of(town, first)
    assert owner.get(path).json()["can_cancel"] is False
    refused = owner.post(f"{path}/cancel", {"reason": "too late"})
    assert refused.status_code == 409
    assert town["desk"].get(f"incidents/{first['id']}").json()["state"] == "on_site"


def test_a_rating_comes_after_the_help(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    town.decide()
    owner, path = owner_of(town, incident)
    rating = {"stars": 5, "text": "谢谢"}
    assert owner.post(f"{path}/rating", rating).status_code == 409
    code, job = town.unit_with_job()
    for kind in ("rolling", "arrived", "done"):
        town.press(code, kind, job["job_id"])
    assert owner.get(path).json()["can_rate"] is True
    number = f"incidents/{incident['id']}"
    assert town["desk"].get(number).json()["rating"] is None
    assert owner.post(f"{path}/rating", rating).json()["rating"] == rating
    assert town["desk"].get(number).json()["rating"] == rating
    assert owner.get(path).json()["can_rate"] is False
    for stars in (0, 6, True, 4.5, "5"):
        assert owner.post(f"{path}/rating", {"stars": stars}).status_code == 422


def closed_with(town: Town, outcome: str) -> dict[str, Any]:
    """Return what the owner sees of an incident that ended so."""
    town.start_shifts()
    incident = town.call()
    owner, path = owner_of(town, incident)
    if outcome == "cancelled_by_owner":
        return dict(owner.post(f"{path}/cancel", {"reason": "it starts again"}).json())
    if outcome == "solved_remotely":
        town["desk"].post(f"incidents/{incident['id']}/solve-remotely", {"note": "reset"})
        return dict(owner.get(path).json())
    town.decide()
    code, job = town.unit_with_job()
    ending = "done" if outcome == "repaired" else outcome
    for _ in range(2):  # a tow is tried where a repair was not possible
        for kind in ("rolling", "arrived", ending):
            town.press(code, kind, job["job_id"])
        view = dict(owner.get(path).json())
        if view["state"] == "closed":
            break
        town.decide()
        code, job = town.unit_with_job()
    return view


@pytest.mark.parametrize(
    ("outcome", "last"),
    [
        ("repaired", "All done"),
        ("solved_remotely", "Solved from afar"),
        ("gone_on_arrival", "Your car was not found"),
        ("not_possible", "We are sorry: we could not help"),
        ("cancelled_by_owner", "Cancelled"),
    ],
)
def test_the_owner_is_told_how_it_ended(town: Town, outcome: str, last: str) -> None:
    view = closed_with(town, outcome)
    assert (view["state"], view["outcome"]) == ("closed", outcome)
    assert view["timeline"][-1]["text"]["en"] == last
    assert view["can_rate"] is (outcome in ("repaired", "solved_remotely"))


def test_unknown_and_expired_links_look_the_same(town: Town) -> None:
    owner, path = owner_of(town, town.call())
    unknown = owner.get("track/" + "x" * 32)
    assert unknown.status_code == 404
    for key in ("x", "%00" * 30, "x" * 400, "%E8%BD%A6" * 10):
        assert owner.get(f"track/{key}").json() == unknown.json()
    town.clock.advance(LINK_LIFE.total_seconds())
    expired = owner.get(path)
    assert expired.status_code == 404
    assert expired.json() == unknown.json()


def test_a_link_ends_a_day_after_the_incident(town: Town) -> None:
    incident = town.call()
    owner, path = owner_of(town, incident)
    owner.post(f"{path}/cancel", {"reason": "it starts again"})
    town.clock.advance(AFTER_CLOSE.total_seconds() - 1)
    assert owner.get(path).status_code == 200
    town.clock.advance(1)
    assert owner.get(path).status_code == 404


def test_a_link_is_renewed_and_revoked(town: Town) -> None:
    incident = town.call()
    owner, first = owner_of(town, incident)
    change = f"incidents/{incident['id']}/owner-link"
    renewed = town["hotline"].post(change, {"action": "renew"}).json()["track_url"]
    second = "track/" + renewed.rpartition("/")[2]
    assert (owner.get(first).status_code, owner.get(second).status_code) == (404, 200)
    assert town["desk"].post(change, {"action": "revoke"}).is_success
    unknown = owner.get("track/" + "x" * 32)
    assert owner.get(second).json() == unknown.json()
    assert owner.post(f"{second}/cancel", {"reason": "x"}).status_code == 404
    assert town["desk"].get(f"incidents/{incident['id']}").json()["state"] != "closed"


def test_a_second_call_for_the_car_gets_the_same_link(town: Town) -> None:
    first = town.call()
    again = town["hotline"].post("incidents", a_call(1))
    assert again.status_code == 200
    assert again.json()["id"] == first["id"]
    assert again.json()["n_calls"] == 2
    assert again.json()["track_url"] == first["track_url"]


def test_a_second_call_from_another_phone_is_called_back_and_told_to_staff(town: Town) -> None:
    first = town.call()
    other = {"caller": {"phone": "13900000009"}, "location_note": "level B2"}
    again = town["hotline"].post("incidents", a_call(1, **other)).json()
    assert (again["id"], again["location"]["note"]) == (first["id"], "level B2")
    assert again["caller"]["phone"] == "139****0009"
    path = f"incidents/{first['id']}"
    last = town["hotline"].get(path).json()["timeline"][-1]["text"]
    assert last == {
        "zh": "同车再次来电，已合并：回拨号码已更新、备注已补充",
        "en": "Another call for this car, merged: the number to call back is a new one, "
        "there are new notes",
    }
    patched = town["hotline"].request("PATCH", path, json={"location_note": "level B3"})
    assert patched.json()["location"]["note"] == "level B3"
    for unchanged in ({"note": "red car"}, {"safe_place": None}):
        patched = town["hotline"].request("PATCH", path, json=unchanged)
        assert patched.json()["location"]["note"] == "level B3"
    emptied = town["hotline"].request("PATCH", path, json={"location_note": None})
    assert emptied.json()["location"]["note"] is None


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
