from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import contractors
from dispatch.offers_wanted import Offer
from dispatch.store import ContractorOfferRow
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


def test_the_dispatcher_chooses_among_contractors(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}"
    [choice] = town["desk"].get(f"{path}/contractors").json()["items"]
    assert (choice["best"], choice["state"], choice["silent_until"]) == (True, None, None)
    assert choice["from_at"] < choice["to_at"]
    assert choice["price_cny"] > 0
    etag = town["desk"].get(path).headers["ETag"]
    body = {"contractor_id": choice["id"]}
    offered = town["desk"].post(f"{path}/contractor-offer", body, headers={"If-Match": etag})
    assert offered.json()["contractor"]["name"] == choice["name"]
    [asked] = town["desk"].get(f"{path}/contractors").json()["items"]
    assert asked["state"] == "offered"
    assert town["hotline"].get(f"{path}/contractors").status_code == 403


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
        contractors.offer_as_planned(session, runtime.context, incident["id"], Offer(1, by_at))
    offer = town["partner"].get("provider/offers").json()["items"][0]
    seen = town["desk"].get(f"incidents/{incident['id']}").json()["contractor"]
    assert offer["needed_by_at"] == seen["needed_by_at"] == "2026-06-01T04:25:00Z"
    late = town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 26})
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert "by 12:25" in late.json()["detail"]
    taken = town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 25})
    assert taken.json()["state"] == "accepted"


def test_a_contractor_that_does_not_answer_is_told_of_until_it_does(town: Town) -> None:
    def silent(incident: int) -> list[str]:
        found = town["desk"].get(f"incidents/{incident}/candidates").json()
        return [it["name"] for it in found["silent"]]

    calls = []
    for n_silent in (0, 1):
        calls.append(town.call()["id"])  # nobody is on shift
        town.decide()
        town.clock.advance(200)
        town.decide()
        assert len(silent(calls[-1])) == n_silent
    alarms = town["desk"].get("alarms").json()["items"]
    assert [it["kind"] for it in alarms].count("contractor_silent") == 1
    runtime = town.service.runtime
    with runtime.database.read() as session:
        [offer] = session.scalars(select(ContractorOfferRow.id).filter_by(incident_id=calls[-1]))
    late = town["partner"].post(f"provider/offers/{offer}/accept", {"eta_min": 20})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    town.clock.advance(10)
    assert silent(calls[-1]) == []


def test_a_contractor_under_way_is_told_of_a_corrected_place(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}"
    town["desk"].post(f"{path}/contractor-offer", {})
    offer = town["partner"].get("provider/offers").json()["items"][0]
    assert (offer["location"]["note"], offer["location"]["changed_at"]) == (None, None)
    town["partner"].post(f"provider/offers/{offer['id']}/accept", {"eta_min": 20})
    told: list[str] = []
    town.service.on_notice(told.append)
    town["desk"].request("PATCH", path, json={"note": "a red car"})
    assert "contractor:partner" not in told
    town.clock.advance(60)
    lon, lat = incident["location"]["lon"] + 0.002, incident["location"]["lat"]
    place = {"lon": lon, "lat": lat, "datum": "WGS-84"}
    body = {"location": place, "location_note": "behind the petrol station"}
    answer = town["desk"].request("PATCH", path, json=body)
    assert answer.status_code == 200, answer.text
    assert "contractor:partner" in told
    [seen] = town["partner"].get("provider/offers").json()["items"]
    assert seen["location"] == {
        "lon": pytest.approx(lon),
        "lat": pytest.approx(lat),
        "text": answer.json()["location"]["text"],
        "note": "behind the petrol station",
        "changed_at": "2026-06-01T04:01:00Z",
    }
    timeline = town["desk"].get(path).json()["timeline"]
    assert [it["kind"] for it in timeline].count("contractor.place_changed") == 1


def test_who_is_only_asked_hears_of_the_place_and_not_how_to_find_it(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}"
    town["desk"].post(f"{path}/contractor-offer", {})
    body = {"location_note": "behind the petrol station"}
    town["desk"].request("PATCH", path, json=body)
    [seen] = town["partner"].get("provider/offers").json()["items"]
    assert (seen["location"]["note"], seen["location"]["changed_at"]) == (
        None,
        "2026-06-01T04:00:00Z",
    )
    town["partner"].post(f"provider/offers/{seen['id']}/reject", {"reason": "no driver"})
    told: list[str] = []
    town.service.on_notice(told.append)
    town["desk"].request("PATCH", path, json={"location_note": "at the pump"})
    assert "contractor:partner" not in told


def test_times_are_utc_with_z(town: Town) -> None:
    town.clock.advance(timedelta(minutes=90).total_seconds())
    assert town.nobody.get("clock").json()["now"] == "2026-06-01T05:30:00Z"
