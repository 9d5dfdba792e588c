"""What staff and owners read of what happened to an incident."""

from __future__ import annotations

from typing import Any

from api.views.timeline import owner_timeline
from kernel import events
from tests.support.service import FLEET, Town


def last_told(town: Town, incident: dict[str, Any]) -> dict[str, str]:
    """Return the last sentence of an incident's timeline."""
    item = town["desk"].get(f"incidents/{incident['id']}").json()["timeline"][-1]
    return dict(item["text"])


def test_a_release_says_what_it_did(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    path = f"incidents/{incident['id']}"
    town.decide()
    code, job = town.unit_with_job()
    town["desk"].post(f"{path}/release")
    assert last_told(town, incident)["en"] == f"Order to {code} withdrawn"
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    town["desk"].post(f"{path}/release")
    assert last_told(town, incident) == {
        "zh": f"已交回系统规划；{code} 已在途，继续前往",
        "en": f"Left to the plan again; {code} is on its way and goes on",
    }


def test_an_offer_that_is_released_is_told_as_withdrawn(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}"
    offered = town["desk"].post(f"{path}/contractor-offer", {})
    assert last_told(town, incident) == {"zh": "已询问外协", "en": "Offered to a contractor"}
    assert offered.json()["contractor"]["state"] == "offered"
    refused = town["desk"].post(f"{path}/contractor-offer", {})
    assert "release" in refused.json()["remedy"]
    town["desk"].post(f"{path}/release")
    told = [it["text"]["en"] for it in town["desk"].get(path).json()["timeline"]]
    assert "Withdrawn from the contractor" in told
    assert town["desk"].post(f"{path}/contractor-offer", {"contractor_id": 1}).is_success


def test_what_a_contractor_reports_is_told_of_the_contractor(town: Town) -> None:
    incident = town.call()
    town["desk"].post(f"incidents/{incident['id']}/contractor-offer", {})
    offer = town["partner"].get("provider/offers").json()["items"][0]["id"]
    town["partner"].post(f"provider/offers/{offer}/accept", {"eta_min": 20})
    town["partner"].post(f"provider/offers/{offer}/status", {"status": "arrived"})
    assert last_told(town, incident) == {"zh": "外协已到达", "en": "The contractor is at the car"}


def test_an_alarm_is_told_in_its_words_and_with_who_took_note_of_it(town: Town) -> None:
    incident = town.call()
    town.decide()
    [alarm, *_] = town["desk"].get("alarms").json()["items"]
    assert alarm["incident_id"] == incident["id"]
    told = [it["text"] for it in town["desk"].get(f"incidents/{incident['id']}").json()["timeline"]]
    assert {
        "zh": f"已报警给调度员：{alarm['text']['zh']}",
        "en": f"Dispatcher alarmed: {alarm['text']['en']}",
    } in told
    for _ in range(2):
        assert town["desk"].post(f"alarms/{alarm['id']}/acknowledge").is_success
    name = town["desk"].get("me").json()["name"]
    assert last_told(town, incident)["en"] == f"Alarm acknowledged by {name}"
    assert town["desk"].get("alarms").json()["items"] == []


def test_who_is_planned_for_nobody_any_more_is_told_so(town: Town) -> None:
    town.start_shifts("R-01")
    first, second = town.call(), town.call()
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "rolling", job["job_id"])
    town.decide()
    waiting = second if job["incident_id"] == first["id"] else first
    assert last_told(town, waiting)["en"].startswith("Planned for R-01")
    town["admin"].request(
        "PUT", "fleet", json={"units": [FLEET["units"][0] | {"skills": ["hv_safety"]}]}
    )
    town.decide()
    told = [
        it["text"]
        for it in town["desk"].get(f"incidents/{waiting['id']}").json()["timeline"]
        if it["kind"] == "job.planned"
    ]
    assert told[-1] == {"zh": "暂无可派车辆", "en": "No unit is planned any more"}


def test_of_new_times_in_a_row_the_owner_reads_the_last_one(town: Town) -> None:
    incident, runtime = town.call(), town.service.runtime
    with runtime.database.write() as session:
        for kind in ("promise.changed", "promise.changed", "job.rolling", "promise.changed"):
            now, region = runtime.clock.now(), runtime.region
            events.append(session, now, kind, region=region, incident_id=incident["id"])
    with runtime.database.read() as session:
        told = owner_timeline(session, incident["id"])
    kinds = [it.kind for it in told]
    assert kinds == ["incident.created", "promise.changed", "job.rolling", "promise.changed"]
