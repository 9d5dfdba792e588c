"""An arrival that was reported by mistake is taken back, by the technician or the dispatcher."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import Town, owner_of

ON_BOTH_DATABASES = True


@pytest.fixture
def there(town: Town) -> tuple[Town, dict[str, Any], str, int]:
    """Return a town, an incident, and the unit at its car by mistake with its job."""
    town.start_shifts()
    incident = town.call()
    town.decide()
    code, job = town.unit_with_job()
    for kind in ("rolling", "arrived"):
        town.clock.advance(60)
        assert status(town.press(code, kind, job["job_id"])) == "applied"
        town.decide()
    return town, incident, code, job["job_id"]


def status(answer: Any) -> str:
    return str(answer.json()["results"][0]["status"])


def seen(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    return dict(town["desk"].get(f"incidents/{incident['id']}").json())


def owner_sees(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    who, path = owner_of(town, incident)
    return dict(who.get(path).json())


def unit_state(town: Town, code: str) -> str:
    units = {it["code"]: it for it in town["desk"].get("units").json()["items"]}
    return str(units[code]["state"])


def test_the_technician_is_not_there_yet(there: Any) -> None:
    town, incident, code, job_id = there
    current = town[code].get("field/jobs").json()["current"]
    assert (current["state"], current["take_back_until"]) == ("on_site", "2026-06-01T04:12:00Z")
    assert "not_there" not in current["allowed"]  # older phones know no such step
    assert owner_sees(town, incident)["stage"] == "at_car"
    town.clock.advance(60)
    assert status(town.press(code, "not_there", job_id)) == "applied"
    town.decide()
    now = seen(town, incident)
    assert (now["state"], now["arrived_at"], now["job"]["arrived_at"]) == ("rolling", None, None)
    assert (now["job"]["state"], unit_state(town, code)) == ("rolling", "rolling")
    assert now["eta_at"] is not None
    assert now["timeline"][-1]["text"]["en"] == f"{code} is not there yet: arrival taken back"
    page = owner_sees(town, incident)
    assert (page["stage"], page["eta_at"]) == ("on_the_way", now["eta_at"])
    assert page["timeline"][-1]["kind"] == "job.not_there"
    current = town[code].get("field/jobs").json()["current"]
    assert (current["take_back_until"], current["allowed"][0]) == (None, "arrived")
    town.clock.advance(300)
    town.press(code, "arrived", job_id)
    town.decide()
    assert seen(town, incident)["arrived_at"] == "2026-06-01T04:08:00Z"


def test_it_is_told_once_however_often_it_is_sent(there: Any) -> None:
    town, incident, code, job_id = there
    event = {"client_id": "back", "at": town.now, "kind": "not_there", "job_id": job_id}
    sent = [town[code].post("field/events", {"events": [event]}) for _ in range(2)]
    assert [status(it) for it in sent] == ["applied", "duplicate"]
    assert status(town.press(code, "not_there", job_id)) == "late"  # pressed again: no news
    kinds = [it["kind"] for it in owner_sees(town, incident)["timeline"]]
    assert kinds.count("job.not_there") == 1


def test_both_pressed_without_a_network_are_told_to_no_owner(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    pressed = town.now
    town.clock.advance(30)
    events = [
        {"client_id": kind, "at": at, "kind": kind, "job_id": job["job_id"]}
        for kind, at in (("not_there", town.now), ("arrived", pressed))
    ]
    for event in events:  # the later one is heard first
        assert status(town[code].post("field/events", {"events": [event]})) == "late"
    assert seen(town, incident)["state"] == "rolling"
    kinds = [it["kind"] for it in owner_sees(town, incident)["timeline"]]
    assert not {"job.arrived", "job.not_there"} & set(kinds)


def test_the_dispatcher_takes_it_back_at_any_time(there: Any) -> None:
    town, incident, code, job_id = there
    town.clock.advance(25 * 60)
    late = town.press(code, "not_there", job_id).json()["results"][0]
    assert (late["status"], late["code"]) == ("rejected", "report.stands")
    action = f"incidents/{incident['id']}/not-there"
    assert town["hotline"].post(action).status_code == 403
    assert town["desk"].post(action).json()["state"] == "rolling"
    town.decide()
    now = seen(town, incident)
    assert (now["arrived_at"], unit_state(town, code)) == (None, "rolling")
    assert now["risk"] in ("at_risk", "breached")
    refused = town["desk"].post(action)
    assert (refused.status_code, bool(refused.json()["remedy"])) == (409, True)
    assert status(town.press(code, "arrived", job_id)) == "applied"  # at the same instant
    assert seen(town, incident)["state"] == "on_site"


def test_what_broke_the_promise_is_alarmed_again(there: Any) -> None:
    town, incident, _, _ = there
    town.clock.advance(60 * 60)
    town["desk"].post(f"incidents/{incident['id']}/not-there")
    town.decide()
    assert seen(town, incident)["risk"] == "breached"
    assert seen(town, incident)["promised_at"] > "2026-06-01T05:02:00Z"
    kinds = [it["kind"] for it in town["desk"].get("alarms").json()["items"]]
    assert "work_overdue" not in kinds


def test_once_the_work_has_gone_on_the_arrival_stands(there: Any) -> None:
    town, incident, code, job_id = there
    town.clock.advance(60)
    town.press(code, "done", job_id)
    town.clock.advance(60)
    result = town.press(code, "not_there", job_id).json()["results"][0]
    assert (result["status"], result["code"]) == ("rejected", "report.worked")
    assert town["desk"].post(f"incidents/{incident['id']}/not-there").status_code == 409
    assert seen(town, incident)["arrived_at"] == "2026-06-01T04:02:00Z"


def test_another_unit_cannot_take_it_back(there: Any) -> None:
    town, incident, code, job_id = there
    other = "T-01" if code == "R-01" else "R-01"
    assert town.press(other, "not_there", job_id).status_code == 404
    assert seen(town, incident)["state"] == "on_site"
