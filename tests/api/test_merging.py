"""Two incidents of one car joined by a dispatcher, and what everybody sees of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import Town, owner_of

NO_CAR: dict[str, Any] = {"model": "G6"}


def two(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take two calls for one car, from two numbers; the second caller knows no plate."""
    return town.call(), town.call(vehicle=NO_CAR, caller={"name": "李女士", "phone": "13900000009"})


def merge(town: Town, gone: dict[str, Any], into: dict[str, Any], who: str = "desk") -> Any:
    return town[who].post(f"incidents/{gone['id']}/merge", {"into": into["id"]})


def read(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    return dict(town["desk"].get(f"incidents/{incident['id']}").json())


def test_the_closed_one_says_which_goes_on(town: Town) -> None:
    keep, double = two(town)
    answer = merge(town, double, keep)
    assert answer.status_code == 200
    gone, kept = answer.json(), read(town, keep)
    assert (gone["state"], gone["outcome"], gone["merged_into"]) == ("closed", "merged", keep["id"])
    assert gone["timeline"][-1]["text"] == {
        "zh": f"已并入 {keep['number']} 并结案",
        "en": f"Joined with {keep['number']}, which goes on, and closed",
    }
    assert kept["n_calls"] == 2
    assert kept["timeline"][-1]["text"]["en"].startswith(
        f"{double['number']} joined with this one by a dispatcher: the number to call back"
    )
    open_ones = town["desk"].get("incidents").json()["items"]
    assert [it["id"] for it in open_ones] == [keep["id"]]


def test_both_numbers_are_known_masked_and_shown_to_who_asks(town: Town) -> None:
    keep, double = two(town)
    merge(town, double, keep)
    kept = read(town, keep)
    assert (kept["caller"]["phone"], kept["other_callers"]) == (
        "139****0009",
        [{"name": "王先生", "phone": "138****0001"}],
    )
    shown = town["desk"].post(f"incidents/{keep['id']}/caller", {"reason": "call back"}).json()
    assert shown == {
        "name": "李女士",
        "phone": "+8613900000009",
        "others": [{"name": "王先生", "phone": "+8613812340001"}],
    }


def test_the_unit_and_the_contractor_of_the_closed_one_are_told(town: Town) -> None:
    keep, double = two(town)
    town["desk"].post(f"incidents/{double['id']}/contractor-offer", {})
    merge(town, double, keep)
    assert town["partner"].get("provider/offers").json()["items"] == []
    town.start_shifts()
    other = town.call(vehicle=NO_CAR, caller={"phone": "13900000010"})
    unit = town["R-01"].get("me").json()["unit_id"]
    version = town["desk"].get("plan").json()["version"]
    body = {"unit_id": unit, "plan_version": version}
    assert town["desk"].post(f"incidents/{other['id']}/assign", body).is_success
    assert town["R-01"].get("field/jobs").json()["current"]["incident_id"] == other["id"]
    merge(town, other, keep)
    assert town["R-01"].get("field/jobs").json()["current"] is None
    town.decide()
    assert town["R-01"].get("field/jobs").json()["current"]["incident_id"] == keep["id"]


def test_the_link_of_the_closed_one_shows_what_goes_on(town: Town) -> None:
    keep, double = two(town)
    owner, path = owner_of(town, double)
    merge(town, double, keep)
    view = owner.get(path).json()
    assert (view["number"], view["stage"], view["can_cancel"]) == (keep["number"], "received", True)
    joined = {
        "zh": "已与同一车辆的另一求助合并",
        "en": "Joined with another request for your car",
    }
    assert joined in [it["text"] for it in view["timeline"]]
    town.clock.advance(25 * 3600)  # longer than the link of what is over
    assert owner.get(path).json()["number"] == keep["number"]
    over = owner.post(f"{path}/cancel", {"reason": "starts again"}).json()
    assert (over["number"], over["outcome"]) == (keep["number"], "cancelled_by_owner")


def test_links_that_open_one_incident_are_revoked_together(town: Town) -> None:
    keep, double = two(town)
    links = [owner_of(town, it) for it in (keep, double)]
    merge(town, double, keep)
    town["desk"].post(f"incidents/{keep['id']}/owner-link", {"action": "revoke"})
    assert [owner.get(path).status_code for owner, path in links] == [404, 404]


def test_what_is_refused_says_what_to_do(town: Town) -> None:
    keep, double = two(town)
    town.start_shifts()
    town.decide()
    code, job = town.unit_with_job()
    for kind in ("rolling", "arrived"):
        town.clock.advance(60)
        town.press(code, kind, job["job_id"])
    helped, other = (keep, double) if job["incident_id"] == keep["id"] else (double, keep)
    refused = merge(town, helped, other)
    assert refused.status_code == 409
    assert f"{other['number']} into {helped['number']}" in refused.json()["remedy"]
    itself = merge(town, other, other)
    assert (itself.status_code, itself.json()["faults"][0]["pointer"]) == (422, "/into")
    assert merge(town, other, {"id": 2**31 - 1}).status_code == 404
    assert merge(town, other, helped).is_success


@pytest.mark.parametrize("who", ["hotline", "planner"])
def test_only_a_dispatcher_joins(town: Town, who: str) -> None:
    keep, double = two(town)
    assert merge(town, double, keep, who).status_code == 403
    assert read(town, double)["state"] == "waiting"


def test_joining_is_based_on_what_was_seen(town: Town) -> None:
    keep, double = two(town)
    path, body = f"incidents/{double['id']}", {"into": keep["id"]}
    seen = read(town, double)["etag"]
    town["hotline"].request("PATCH", path, json={"note": "another car after all"})
    refused = town["desk"].post(f"{path}/merge", body, headers={"If-Match": seen})
    assert refused.status_code == 412
    once = {"Idempotency-Key": "m1"}
    first = town["desk"].post(f"{path}/merge", body, headers=once)
    again = town["desk"].post(f"{path}/merge", body, headers=once)
    assert (first.json(), again.headers["idempotency-replayed"]) == (again.json(), "true")
    assert read(town, keep)["n_calls"] == 2
