"""Who could go: what is said of a unit is what sending it by hand does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.by_hand_rules import misjudged
from tests.support.service import FLEET, NEW_TOWN, PIN, Town

ON_BOTH_DATABASES = True


def weighed(town: Town, incident: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return what the dispatcher is told of each unit, by code."""
    answer = town["desk"].get(f"incidents/{incident['id']}/candidates")
    assert answer.status_code == 200, answer.text
    return {it["unit_code"]: it for it in answer.json()["items"]}


def send(town: Town, incident: dict[str, Any], unit: dict[str, Any]) -> Any:
    """Send a unit by hand."""
    path = f"incidents/{incident['id']}"
    version = town["desk"].get(f"{path}/candidates").json()["plan_version"]
    body = {"unit_id": unit["unit_id"], "plan_version": version}
    return town["desk"].post(f"{path}/assign", body)


@pytest.fixture
def pair(town: Town) -> Town:
    """Return a town in which two units on duty can change tyres."""
    second = FLEET["units"][0] | {"code": "R-02", "name": "Repair 2", "plate": "闽AD12346"}
    second |= {"lon": NEW_TOWN[0], "lat": NEW_TOWN[1]}
    assert town["admin"].request("PUT", "fleet", json={"units": [second]}).is_success
    token = town.nobody.post("login", {"user": "R-02", "secret": PIN}).json()["token"]
    town.people["R-02"] = town.nobody.with_token(token)
    town.start_shifts("R-01", "R-02", "T-01")
    return town


def ordered(town: Town) -> tuple[dict[str, Any], str, str]:
    """Return an incident that a plan has ordered, its unit, and the other one that could go."""
    incident = town.call()
    town.decide()
    code = town["desk"].get(f"incidents/{incident['id']}").json()["job"]["unit_code"]
    return incident, code, "R-02" if code == "R-01" else "R-01"


def test_who_could_go_is_told_of_a_lock_that_sending_it_lifts(pair: Town) -> None:
    incident, code, other = ordered(pair)
    path = f"incidents/{incident['id']}"
    assert {it["locked_to"] for it in weighed(pair, incident).values()} == {None}
    assert pair["desk"].post(f"{path}/lock", {"lock": "unit"}).status_code == 200
    found = weighed(pair, incident)
    assert (found[code]["locked_to"], found[other]["locked_to"]) == (None, code)
    assert found[other]["forbidden"] is None
    assert found[other]["arrival_at"] is not None
    assert found["T-01"]["forbidden"]["rule"] == "no_unit_has"  # the lock is not all
    assert list(misjudged(pair, incident["id"])) == []
    sent = send(pair, incident, found[other])
    assert (sent.status_code, sent.json()["job"]["unit_code"]) == (200, other)
    assert weighed(pair, incident)[code]["locked_to"] == other


def test_a_unit_under_way_by_hand_can_be_relieved_by_another(pair: Town) -> None:
    incident, code, other = ordered(pair)
    assert send(pair, incident, weighed(pair, incident)[code]).status_code == 200
    job = pair[code].get("field/jobs").json()["current"]
    pair.press(code, "rolling", job["job_id"])
    found = weighed(pair, incident)[other]
    assert (found["locked_to"], found["forbidden"]) == (code, None)
    assert found["terms"]["release"] > 0  # what turning a unit away costs
    assert send(pair, incident, found).json()["job"]["unit_code"] == other


def test_of_who_has_declined_another_obstacle_is_told_as_well(pair: Town) -> None:
    incident, code, other = ordered(pair)
    job = pair[code].get("field/jobs").json()["current"]
    pair.press(code, "declined", job["job_id"], reason="too far")
    declined = weighed(pair, incident)[code]
    assert declined["forbidden"]["rule"] == "declined"
    assert declined["forbidden"]["text"]["en"] == "Its technician has declined this job: too far"
    pause = {"action": "pause", "client_id": "p", "at": pair.now}
    assert pair[code].post("field/shift", pause).status_code == 200
    paused = weighed(pair, incident)[code]
    assert paused["forbidden"] == {
        "rule": "paused",
        "text": {
            "zh": "该车正在休息。该车技师已拒绝此任务：too far",
            "en": "It is on a break. Its technician has declined this job: too far",
        },
    }
    assert send(pair, incident, paused).status_code == 409
    assert list(misjudged(pair, incident["id"])) == []
    assert weighed(pair, incident)[other]["forbidden"] is None


def test_who_has_declined_and_lacks_a_skill_is_not_offered_as_declined(pair: Town) -> None:
    incident, code, _ = ordered(pair)
    job = pair[code].get("field/jobs").json()["current"]
    pair.press(code, "declined", job["job_id"], reason="no tyre")
    unit = FLEET["units"][0] | {"code": code, "skills": ["repair"], "plate": None}
    assert pair["admin"].request("PUT", "fleet", json={"units": [unit]}).is_success
    found = weighed(pair, incident)[code]["forbidden"]
    assert found["rule"] == "no_unit_has"
    assert found["text"]["en"].startswith("It lacks ")
    assert found["text"]["en"].endswith(" Its technician has declined this job: no tyre")


def test_what_a_contractor_has_is_said_to_be_with_it(pair: Town) -> None:
    incident = pair.call()
    pair["desk"].post(f"incidents/{incident['id']}/contractor-offer", {})
    [offer] = pair["partner"].get("provider/offers").json()["items"]
    pair["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 20})
    found = weighed(pair, incident)["R-01"]
    assert found["forbidden"]["rule"] == "contractor"
    assert send(pair, incident, found).status_code == 409
