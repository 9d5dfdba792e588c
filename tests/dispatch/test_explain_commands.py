"""Questions about plans in files, as people and programs ask them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from dispatch.explain_commands import (
    EXAMPLE,
    EXAMPLE_DAY,
    diff_app,
    explain_app,
    schema_app,
    what_if_app,
)
from dispatch.problem_file import read_problem
from dispatch.solve_commands import check_app, solve_app
from geo_data.city_import import TOWN, import_town
from geo_data.osm_reader import read_osm
from kernel.errors import InvalidInput, NotFound


def run(app, *arguments):
    return CliRunner().invoke(app, [str(it) for it in arguments])


def answer(app, *arguments):
    result = run(app, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def plan(tmp_path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text(run(solve_app, EXAMPLE, "--engine", "greedy", "--json").stdout)
    return path


def test_every_unit_is_judged(plan) -> None:
    units = {
        it["unit"]: it for it in answer(explain_app, EXAMPLE, plan, "--job", "to-centre")["units"]
    }
    assert units["T-02"]["verdict"] == "chosen"
    assert units["T-01"]["changes"] == [
        {
            "kind": "skill",
            "unit": "T-01",
            "amount": 0.0,
            "names": ["brand"],
            "words": {"zh": "T-01 具备 brand", "en": "T-01 has brand"},
        }
    ]


def test_exact_costs_are_never_above_the_quick_ones(plan) -> None:
    asked = [EXAMPLE, plan, "--job", "flat-battery"]
    quick = {it["unit"]: it for it in answer(explain_app, *asked, "--quick")["units"]}
    exact = {it["unit"]: it for it in answer(explain_app, *asked)["units"]}
    assert {it["method"] for it in quick.values()} == {"insertion"}
    assert exact["T-01"]["method"] == "resolve"
    for name, it in exact.items():
        assert it["extra_cny"] <= quick[name]["extra_cny"] + 1e-6


def test_the_best_units_are_compared_in_both_languages(plan) -> None:
    asked = [EXAMPLE, plan, "--job", "flat-battery", "--best", "2", "--quick"]
    assert len(answer(explain_app, *asked)["units"]) == 2
    assert "C-01 is best" in run(explain_app, *asked).stdout
    assert "推荐 C-01" in run(explain_app, *asked, "--language", "zh").stdout


def test_what_if_tells_the_difference_and_the_new_plan(plan, tmp_path) -> None:
    told = answer(what_if_app, EXAMPLE, plan, "--without", "C-01", "--engine", "greedy")
    assert {it["job"]: it["kind"] for it in told["jobs"]} == {
        "wallbox": "left_out",
        "flat-battery": "moved",
        "to-centre": "later",
    }
    other = tmp_path / "other.json"
    other.write_text(json.dumps(told["plan"]))
    found = answer(diff_app, plan, other)
    assert found["jobs"] == told["jobs"]
    assert found["extra_cny"] == pytest.approx(told["extra_cny"])


def test_what_if_a_job_is_fixed_and_a_unit_is_added(plan, tmp_path) -> None:
    asked = [EXAMPLE, plan, "--fix", "flat-battery=T-01", "--engine", "greedy"]
    assert "C-01 to T-01" in run(what_if_app, *asked).stdout
    new = tmp_path / "unit.json"
    new.write_text('{"id": "C-02", "has": ["charge"], "start_place": 2, "kwh": 20.0}')
    asked = [EXAMPLE, plan, "--add", new, "--engine", "greedy"]
    assert "flat-battery goes from C-01 to C-02, 7 min earlier." in run(what_if_app, *asked).stdout


def test_the_schemas_and_the_example_are_printed() -> None:
    assert json.loads(run(schema_app).stdout)["title"].startswith("A snapshot")
    assert json.loads(run(schema_app, "plan").stdout)["title"].startswith("A plan")
    assert json.loads(run(schema_app, "day").stdout)["title"].startswith("A day")
    assert run(schema_app, "example").stdout == EXAMPLE.read_text()
    assert run(schema_app, "example-day").stdout == EXAMPLE_DAY.read_text()
    assert isinstance(run(schema_app, "city").exception, InvalidInput)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--job", "ghost"], NotFound),
        (["--job", "wallbox", "--engine", "magic"], InvalidInput),
        (["--job", "wallbox", "--language", "fr"], InvalidInput),
    ],
)
def test_what_makes_no_sense_is_refused(plan, arguments, error) -> None:
    assert isinstance(run(explain_app, EXAMPLE, plan, *arguments).exception, error)


def test_a_plan_with_two_routes_of_a_unit_is_refused(plan, tmp_path) -> None:
    document = json.loads(plan.read_text())
    document["routes"].append(document["routes"][0])
    twice = tmp_path / "twice.json"
    twice.write_text(json.dumps(document))
    raised = run(explain_app, EXAMPLE, twice, "--job", "wallbox").exception
    assert isinstance(raised, InvalidInput)
    assert "two routes of" in str(raised)


def test_a_unit_that_saves_money_is_told_so(plan, tmp_path) -> None:
    document = json.loads(plan.read_text()) | {"routes": []}
    empty = tmp_path / "empty.json"
    empty.write_text(json.dumps(document))
    asked = (EXAMPLE, empty, "--job", "flat-battery", "--quick")
    assert "CNY less." in run(explain_app, *asked).stdout
    assert "少花" in run(explain_app, *asked, "--language", "zh").stdout


def test_places_of_another_city_are_refused(tmp_path) -> None:
    import_town(tmp_path)
    document = json.loads(EXAMPLE.read_text())
    del document["travel_s"]
    document |= {"city": "town", "places": [[116.39, 39.91]] * 5}
    path = tmp_path / "city.json"
    path.write_text(json.dumps(document))
    raised = run(solve_app, path, "--data-dir", tmp_path).exception
    assert isinstance(raised, InvalidInput)
    assert "None of the 5 places lies near a road of 'town'." in str(raised)


def test_a_snapshot_may_give_coordinates_and_a_city(tmp_path) -> None:
    import_town(tmp_path)
    roads = read_osm(TOWN)
    document = json.loads(EXAMPLE.read_text())
    del document["travel_s"]
    nodes = range(0, 25, 6)
    places = [[float(roads.node_lon[i]), float(roads.node_lat[i])] for i in nodes]
    document |= {"city": "town", "places": [*places[:4], places[0]]}
    path, plan = tmp_path / "city.json", tmp_path / "plan.json"
    path.write_text(json.dumps(document))
    where = ["--data-dir", tmp_path]
    solved = run(solve_app, path, "--engine", "greedy", "--json", *where)
    assert solved.exit_code == 0, solved.exception
    plan.write_text(solved.stdout)
    assert answer(check_app, path, plan, *where)["ok"]
    travel_s = read_problem(path, tmp_path).travel_s
    assert travel_s.shape == (5, 5)
    assert travel_s[0, 1] > 0
    assert travel_s[0, 4] == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"places": [[1, 2]]},
        {"places": None, "city": "demo", "travel_s": None},
        {"places": [[1, 2], ["x", 3], [500, 0]], "city": "demo", "travel_s": None},
    ],
)
def test_coordinates_that_make_no_sense_are_refused(tmp_path, changes) -> None:
    document = json.loads(EXAMPLE.read_text()) | changes
    document = {key: value for key, value in document.items() if value is not None}
    path = tmp_path / "bad.json"
    path.write_text(json.dumps(document))
    with pytest.raises(InvalidInput):
        read_problem(path, tmp_path)
