"""What a contractor is told to do, and what an incident ends with that it has done."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import FLEET, Town

ON_BOTH_DATABASES = True

TOWER = {
    name: FLEET["contractors"][0][name]
    for name in ("name", "phone", "lon", "lat", "callout_cny", "cny_per_km")
} | {"skills": ["tow", "flatbed"]}


def offered(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    """Offer an incident to the contractor and return what that sees."""
    answer = town["desk"].post(f"incidents/{incident['id']}/contractor-offer", {})
    assert answer.status_code == 200, answer.text
    [offer] = town["partner"].get("provider/offers").json()["items"]
    return dict(offer)


@pytest.fixture
def towed(town: Town) -> Town:
    """Return a town whose one contractor tows."""
    assert town["admin"].request("PUT", "fleet", json={"contractors": [TOWER]}).is_success
    return town


def test_a_contractor_is_told_of_the_way_in_which_it_can_help(towed: Town) -> None:
    incident = towed.call(fault="breakdown")
    repair, tow = incident["triage"]["options"]
    assert (repair["name"], tow["name"]) == ("repair", "tow_to_workshop")
    offer = offered(towed, incident)
    assert offer["label"] == tow["label"]
    path = f"provider/offers/{offer['id']}"
    accepted = towed["partner"].post(f"{path}/accept", {"eta_min": 20}).json()
    assert accepted["label"] == tow["label"]
    for status in ("arrived", "done"):
        assert towed["partner"].post(f"{path}/status", {"status": status}).is_success
    assert towed["desk"].get(f"incidents/{incident['id']}").json()["outcome"] == "towed"


def test_a_contractor_is_not_asked_to_repair_what_could_not_be_repaired(town: Town) -> None:
    town.start_shifts("R-01")
    incident = town.call(fault="breakdown")
    town.decide()
    code, job = town.unit_with_job()
    for kind in ("rolling", "arrived", "not_possible"):
        more = {"reason": "motor is broken"} if kind == "not_possible" else {}
        town.press(code, kind, job["job_id"], **more)
    _, tow = incident["triage"]["options"]
    assert offered(town, incident)["label"] == tow["label"]


def test_what_needs_nobody_any_more_is_refused_with_what_to_do(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}"
    town["desk"].post(f"{path}/cancel", {"reason": "not needed"})
    refused = town["desk"].post(f"{path}/contractor-offer", {})
    assert (refused.status_code, refused.json()["remedy"]) == (409, "Read it again.")
    assert refused.json()["text"]["zh"].endswith("请刷新后查看。")
