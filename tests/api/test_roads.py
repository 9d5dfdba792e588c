"""Closures and slower traffic, from the request to the plan, the routes and the owner's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from shapely.geometry import LineString, MultiLineString

from api.service import open_service
from dispatch.snapshot import build_snapshot
from kernel.position import Position
from routing.travel_times import UNREACHABLE_S
from tests.support.service import HARBOUR, NEW_TOWN, OLD_TOWN, OpenTown, Town

ON_BOTH_DATABASES = True

TABLE = """
timezone = "Asia/Shanghai"
[vehicles.tow_truck]
top_kph = 20
[[slices]]
name = "noon"
days = ["mon"]
from = "12:00"
to = "12:30"
factor = { default = 0.5 }
"""


def all_roads(town: Town) -> dict[str, Any]:
    west, south, east, north = town.service.runtime.city.bounds
    return {"area": [[west, south], [east, south], [east, north], [west, north]]}


def report(town: Town, where: dict[str, Any], **said: Any) -> httpx.Response:
    return town["desk"].post("road-reports", {"where": where, **({"effect": "closed"} | said)})


def seconds(town: Town, unit: str = "R-01") -> int:
    """Return the drive of a unit to the one open job, as a plan would be made now."""
    context = town.service.runtime.context
    with context.database.read() as session:
        problem = build_snapshot(session, context).problem
    start = next(it.start_place for it in problem.units if it.id == unit)
    goal = problem.jobs[0].options[0].visits[0].place
    return int(problem.travel_s[start, goal])


def way(town: Town, unit: str = "R-01") -> dict[str, Any]:
    unit_id = town[unit].get("me").json()["unit_id"]
    features = town["desk"].get(f"units/{unit_id}/route").json()["features"]
    return dict(features[0])


def events(town: Town) -> list[dict[str, Any]]:
    log = town["desk"].get("events/log?limit=500").json()["items"]
    return [event for event in log if event["kind"].startswith("road.")]


@pytest.fixture
def called(town: Town) -> Town:
    town.start_shifts()
    town.call()
    town.decide()
    return town


def test_a_slower_town_makes_later_arrivals_at_once_and_is_taken_back(called: Town) -> None:
    before = seconds(called)
    planned = called["desk"].get("incidents").json()["items"][0]
    made = report(called, all_roads(called), effect="factor", value=0.5, note="ice")
    assert made.status_code == 201, made.text
    assert made.json()["n_edges"] > 100
    assert seconds(called) == pytest.approx(2 * before, abs=2)
    called.decide()  # woken by the report, not by time
    later = called["desk"].get("incidents").json()["items"][0]
    assert later["eta_at"] > planned["eta_at"]
    cleared = called["desk"].post(f"road-reports/{made.json()['id']}/clear")
    assert cleared.status_code == 200
    assert seconds(called) == before
    assert called["desk"].get("road-reports").json() == {"items": []}
    assert [event["kind"] for event in events(called)] == ["road.reported", "road.cleared"]
    assert "ice" not in str(events(called))


def test_a_closed_road_is_driven_around_and_drawn(called: Town) -> None:
    before = way(called)
    line = LineString(before["geometry"]["coordinates"])
    spot = line.interpolate(0.5, normalized=True)
    made = report(called, {"at": {"lon": spot.x, "lat": spot.y}}).json()
    assert made["geometry"]["type"] == "MultiLineString"
    around = way(called)
    assert around["properties"]["duration_s"] > before["properties"]["duration_s"]
    listed = called["desk"].get("road-reports").json()["items"][0]
    shut = MultiLineString(listed["geometry"]["coordinates"])
    assert line.intersection(shut.buffer(1e-6)).length > 1e-4
    driven = LineString(around["geometry"]["coordinates"])
    assert driven.intersection(shut.buffer(1e-6)).length < 1e-5
    assert around["properties"]["duration_s"] == pytest.approx(seconds(called), abs=0.5)


def test_the_owner_and_the_technician_see_the_same_way(called: Town) -> None:
    code, job = called.unit_with_job()
    called.press(code, "rolling", job["job_id"])
    called.decide()
    incident = called["desk"].get("incidents").json()["items"][0]
    link = f"track/{incident['track_url'].rpartition('/')[2]}"
    free = called.nobody.get(link).json()
    phone = f"field/jobs/{job['job_id']}/route?from={OLD_TOWN[0]},{OLD_TOWN[1]}"
    drive = called[code].get(phone).json()
    spot = LineString(drive["points"]).interpolate(0.5, normalized=True)
    report(called, {"at": {"lon": spot.x, "lat": spot.y}})
    called.decide()
    after, around = called.nobody.get(link).json(), called[code].get(phone).json()
    assert around["duration_s"] > drive["duration_s"]
    assert after["route"]["coordinates"] == around["points"]
    report(called, all_roads(called), effect="factor", value=0.25)
    called.decide()
    assert called.nobody.get(link).json()["eta_at"] > free["eta_at"]


def test_a_report_runs_out(called: Town) -> None:
    before = seconds(called)
    until = (called.clock.now() + timedelta(minutes=10)).isoformat()
    assert report(called, all_roads(called), effect="factor", value=0.5, until=until).is_success
    called.clock.advance(599)
    assert seconds(called) > before
    called.clock.advance(1)
    assert seconds(called) == before
    assert called["desk"].get("road-reports").json()["items"] == []


def test_a_service_that_starts_again_knows_them(
    open_town: OpenTown, tmp_path: Path, town_data: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'kept.sqlite'}"
    first = open_town(database=url)
    first.seed()
    first.start_shifts()
    first.call()
    free = seconds(first)
    report(first, all_roads(first), effect="factor", value=0.5)
    slow = seconds(first)
    assert slow > free
    first.service.close()
    with open_service(
        clock=first.clock, city="town", data_dir=town_data, database=url,
        drive="manual", solver="inline", engine="greedy",
    ) as second:  # fmt: skip
        assert seconds(Town(second, first.clock, first.nobody)) == slow


def test_without_a_table_all_vehicles_have_the_engines_own_seconds(called: Town) -> None:
    context = called.service.runtime.context
    assert context.times_by_vehicle().keys() == {"van"}
    for vehicle in ("van", "tow_truck", "scooter"):
        assert context.times(vehicle).current is context.travel_times.current


def test_departure_and_vehicle_choose_the_times(open_town: OpenTown, tmp_path: Path) -> None:
    file = tmp_path / "speeds.toml"
    file.write_text(TABLE, encoding="utf-8")
    town = open_town(speeds=file)
    town.seed()
    town.start_shifts()
    town.call(fault="accident", symptom="front hit")  # for the tow truck
    context = town.service.runtime.context
    repair, tow, car = context.roadside.snap(
        [Position(*it) for it in (OLD_TOWN, NEW_TOWN, HARBOUR)]
    )
    assert repair is not None
    assert tow is not None
    assert car is not None
    free = int(context.travel_times.matrix(repair, car)[0, 0])
    van, truck = (int(context.times(v).matrix(repair, car)[0, 0]) for v in ("van", "tow_truck"))
    assert van == pytest.approx(2 * free, abs=2), "12:00 in the town is in the slice"
    assert truck > van
    expected = int(context.times("tow_truck").matrix(tow, car)[0, 0])
    assert seconds(town, "T-01") == expected
    town.clock.advance(1800)
    assert int(context.times("van").matrix(repair, car)[0, 0]) == free
    assert seconds(town, "T-01") == expected, "20 km/h are the truck's own, at any time"


def road_at(town: Town, spot: tuple[float, float], who: str = "desk") -> httpx.Response:
    return town[who].get(f"road-reports/road-at?lon={spot[0]}&lat={spot[1]}")


def test_the_road_at_a_click_is_what_a_report_there_would_be_about(town: Town) -> None:
    road = road_at(town, HARBOUR).json()
    assert road["roads"]
    assert len(road["between"]) == 2
    assert len(road["directions"]) == 2, "the town's harbour street is driven both ways"
    before = town.n_rows()["road_reports"]
    assert before == 0, "asking reports nothing"
    middle = {"lon": road["lon"], "lat": road["lat"]}
    both = report(town, {"at": middle}).json()
    assert (both["n_edges"], both["heading_deg"]) == (2, None)
    assert (both["roads"], both["length_m"]) == (road["roads"], road["length_m"])
    assert sorted(both["between"]) == sorted(road["between"])
    for direction in road["directions"]:
        where = {"at": middle | {"heading_deg": direction["heading_deg"]}}
        one = report(town, where).json()
        assert (one["n_edges"], one["heading_deg"]) == (1, direction["heading_deg"])
        assert one["geometry"]["coordinates"] == [direction["line"]]


def test_a_click_far_from_any_road_is_answered_with_why(shared_town: Town) -> None:
    answer = road_at(shared_town, (119.0, 25.0))
    assert (answer.status_code, answer.json()["code"]) == (422, "outside_network")


@pytest.mark.parametrize(("who", "status"), [("planner", 200), ("hotline", 403), ("R-01", 403)])
def test_only_who_keeps_the_roads_may_ask_for_them(
    shared_town: Town, who: str, status: int
) -> None:
    assert road_at(shared_town, HARBOUR, who).status_code == status


WRONG: dict[str, tuple[Callable[[Town], dict[str, Any]], dict[str, Any], str]] = {
    "no place": (lambda _: {}, {}, "roads.where"),
    "an unknown way": (lambda _: {"way_ids": [4711]}, {}, "overlay.way"),
    "an area of no road": (
        lambda _: {"area": [[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]]}, {}, "roads.area"
    ),
    "a bow tie": (
        lambda _: {"area": [[0.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 0.0]]}, {}, "roads.area"
    ),
    "a closure with a speed": (all_roads, {"value": 3.0}, "roads.closed"),
    "an absurd speed": (all_roads, {"effect": "speed", "value": 900.0}, "roads.speed"),
    "no factor": (all_roads, {"effect": "factor"}, "roads.factor"),
    "a past end": (all_roads, {"until": "2026-06-01T03:59:59Z"}, "roads.until"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_reports_that_make_no_sense_are_named(shared_town: Town, name: str) -> None:
    where, said, code = WRONG[name]
    before = shared_town.n_rows()
    answer = report(shared_town, where(shared_town), **said)
    assert answer.status_code == 422
    assert [fault["code"] for fault in answer.json()["faults"]] == [code]
    assert shared_town.n_rows() == before


def test_a_spot_far_from_any_road_is_named(shared_town: Town) -> None:
    answer = report(shared_town, {"at": {"lon": 119.0, "lat": 25.0}})
    assert (answer.status_code, answer.json()["code"]) == (422, "outside_network")


def test_who_is_closed_in_is_still_sent_and_reached(called: Town) -> None:
    for lon, lat in (OLD_TOWN, HARBOUR):
        report(called, {"at": {"lon": lon, "lat": lat}}).raise_for_status()
    assert 0 < seconds(called) < UNREACHABLE_S
