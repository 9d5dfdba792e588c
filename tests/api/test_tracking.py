"""The owner's link shows one rescue, and nothing of anybody else."""

from __future__ import annotations

from typing import Any

import pytest

from api.owner_links import AFTER_CLOSE, LINK_LIFE
from tests.support.service import NEW_TOWN, Town, a_call, owner_of

ON_BOTH_DATABASES = True


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
