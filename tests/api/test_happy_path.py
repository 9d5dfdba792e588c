from __future__ import annotations

from datetime import timedelta

from dispatch import contractors
from tests.support.service import Town

ON_BOTH_DATABASES = True


def test_a_call_is_ordered_rolled_arrived_and_done(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    assert incident["state"] == "waiting"
    assert incident["target_at"] == "2026-06-01T04:30:00Z"
    town.decide()

    code, job = town.unit_with_job()
    assert code == "R-01"  # the only one that changes tyres
    assert job["incident_id"] == incident["id"]
    assert job["allowed"][0] == "rolling"
    for minutes, kind, state in (
        (1, "rolling", "rolling"),
        (9, "arrived", "on_site"),
        (20, "done", "closed"),
    ):
        town.clock.advance(minutes * 60)
        assert town.press(code, kind, job["job_id"]).json()["results"][0]["status"] == "applied"
        town.decide()
        assert town["desk"].get(f"incidents/{incident['id']}").json()["state"] == state

    closed = town["desk"].get(f"incidents/{incident['id']}").json()
    assert closed["outcome"] == "repaired"
    assert closed["arrived_at"] == "2026-06-01T04:10:00Z"
    told = [item["kind"] for item in closed["timeline"]]
    wanted = ["incident.created", "job.ordered", "job.rolling", "job.arrived", "incident.closed"]
    assert [kind for kind in told if kind in wanted] == wanted
    assert town[code].get("field/jobs").json()["current"] is None


def test_the_plan_and_the_units_show_the_same_job(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    town.decide()
    plan = town["desk"].get("plan").json()
    units = {unit["code"]: unit for unit in town["desk"].get("units").json()["items"]}
    assert [route["unit_code"] for route in plan["routes"]] == ["R-01"]
    assert plan["routes"][0]["stops"][0]["incident_id"] == incident["id"]
    assert plan["unassigned"] == []
    assert units["R-01"]["job"]["incident_number"] == incident["number"]
    assert units["T-01"]["job"] is None


def test_routes_are_lines_on_the_roads(town: Town) -> None:
    town.start_shifts()
    town.call()
    town.decide()
    unit_id = town["R-01"].get("me").json()["unit_id"]
    legs = town["desk"].get(f"units/{unit_id}/route").json()["features"]
    assert [leg["properties"]["leg"] for leg in legs] == ["current"]
    assert legs[0]["geometry"]["type"] == "LineString"
    assert legs[0]["properties"]["duration_s"] > 0


def test_a_tow_goes_to_the_service_centre(town: Town) -> None:
    town.start_shifts()
    town.call(fault="accident", safe_place=True)
    town.decide()
    code, job = town.unit_with_job()
    assert code == "T-01"
    assert job["destination"]["name"] == "新城服务中心"
    for kind in ("rolling", "arrived", "loaded"):
        town.clock.advance(300)
        town.press(code, kind, job["job_id"])
    way = town[code].get(f"field/jobs/{job['job_id']}/route", params={"from": "119.62,25.36"})
    end = way.json()["points"][-1]
    assert abs(end[0] - job["destination"]["lon"]) < 0.002  # the car is loaded: to the centre
    town.clock.advance(600)
    town.press(code, "done", job["job_id"])
    closed = town["desk"].get("incidents", params={"state": "closed"}).json()["items"]
    assert [incident["outcome"] for incident in closed] == ["towed"]


def test_candidates_say_why(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    town.decide()
    found = town["desk"].get(f"incidents/{incident['id']}/candidates").json()
    by_code = {item["unit_code"]: item for item in found["items"]}
    assert by_code["R-01"]["chosen"] is True
    assert by_code["R-01"]["on_time"] is True
    assert by_code["T-01"]["forbidden"]["rule"] == "no_unit_has"


def test_an_assignment_by_hand_is_kept(town: Town) -> None:
    town.start_shifts()
    incident = town.call(fault="breakdown", symptom="car lost drive at a crossing")
    town.decide()
    version = town["desk"].get("plan").json()["version"]
    tow = town["T-01"].get("me").json()["unit_id"]
    wish = {"unit_id": tow, "plan_version": version}
    answer = town["desk"].post(f"incidents/{incident['id']}/assign", wish)
    assert answer.status_code == 200, answer.text
    assert answer.json()["job"]["unit_code"] == "T-01"
    assert answer.json()["job"]["lock"] == "unit"
    town.clock.advance(60)
    town.decide()
    kept = town["desk"].get(f"incidents/{incident['id']}").json()
    assert kept["job"]["unit_code"] == "T-01"
    stale = town["desk"].post(f"incidents/{incident['id']}/assign", wish)
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_plan")


def test_a_contractor_takes_over(town: Town) -> None:
    incident = town.call()  # nobody is on shift
    answer = town["desk"].post(f"incidents/{incident['id']}/contractor-offer", {})
    assert answer.json()["contractor"]["state"] == "offered", answer.text
    offer = town["partner"].get("provider/offers").json()["items"][0]
    assert offer["phone"] is None
    accepted = town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 20})
    assert accepted.json()["phone"] == "+8613812340001"
    for minutes, status in ((18, "arrived"), (20, "done")):
        town.clock.advance(minutes * 60)
        done = town["partner"].post(f"provider/offers/{offer['id']}/status", {"status": status})
        assert done.status_code == 200, done.text
    closed = town["desk"].get(f"incidents/{incident['id']}").json()
    assert closed["state"] == "closed"
    assert closed["arrived_at"] == "2026-06-01T04:18:00Z"


def test_a_contractor_is_told_by_when_it_has_to_be_there(town: Town) -> None:
    incident = town.call()
    runtime = town.service.runtime
    by_at = town.clock.now() + timedelta(minutes=25)
    with runtime.database.write() as session:
        contractors.offer(session, runtime.context, incident["id"], needed_by_at=by_at)
    offer = town["partner"].get("provider/offers").json()["items"][0]
    seen = town["desk"].get(f"incidents/{incident['id']}").json()["contractor"]
    assert offer["needed_by_at"] == seen["needed_by_at"] == "2026-06-01T04:25:00Z"
    late = town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 26})
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert "by 04:25 UTC" in late.json()["detail"]
    taken = town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 25})
    assert taken.json()["state"] == "accepted"


def test_times_are_utc_with_z(town: Town) -> None:
    town.clock.advance(timedelta(minutes=90).total_seconds())
    assert town.nobody.get("clock").json()["now"] == "2026-06-01T05:30:00Z"
