"""The published schema is that of the code, and says what the code accepts."""

import json
from pathlib import Path

import jsonschema_rs
import pytest

import dispatch.core.schema
from dispatch.core.schema import plan_schema, problem_schema
from dispatch.core.serialize import plan_to_dict, problem_from_dict, problem_to_dict
from dispatch.core.solve import solve
from dispatch.core.validate import check_problem
from tests.dispatch.core.small import job, problem, repair, unit
from tests.strategies.seeded import seeded_problem

ROOT = Path(dispatch.core.schema.__file__).parents[2]
PUBLISHED = {"snapshot": problem_schema, "plan": plan_schema}


def through_json(document):
    return json.loads(json.dumps(document, allow_nan=False))


@pytest.fixture(scope="module")
def example():
    return json.loads((ROOT / "dispatch" / "example_snapshot.json").read_text())


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_published_schema_is_that_of_the_code(name) -> None:
    published = json.loads((ROOT / "docs" / f"{name}.schema.json").read_text())
    assert published == PUBLISHED[name](), "write it anew: ./run roadflare schema"


def test_the_example_is_valid_and_can_be_solved(example) -> None:
    jsonschema_rs.validator_for(problem_schema()).validate(example)
    problem = problem_from_dict(example)
    check_problem(problem)
    plan = solve(problem, engine="greedy")
    assert plan.unassigned == ()
    jsonschema_rs.validator_for(plan_schema()).validate(through_json(plan_to_dict(plan)))


def test_generated_problems_and_their_plans_fit_the_schema() -> None:
    problems, plans = map(jsonschema_rs.validator_for, (problem_schema(), plan_schema()))
    for seed in range(60):
        given = seeded_problem(seed)
        problems.validate(through_json(problem_to_dict(given)))
        plans.validate(through_json(plan_to_dict(solve(given, engine="greedy"))))


WRONG = {
    "no times": lambda it: it.pop("travel_s"),
    "times twice": lambda it: it.update(city="demo", places=[[121.4, 31.2]]),
    "an unknown field": lambda it: it.update(colour="red"),
    "a negative stock": lambda it: it["units"][2].update(kwh=-1),
    "a negative coverage": lambda it: it["units"][2]["coverage"][0]["cny"].insert(0, -1),
    "a unit without a name": lambda it: it["units"][0].update(id=""),
    "half a second": lambda it: it["jobs"][0].update(target_s=0.5),
    "a lock that is none": lambda it: it["commitments"][0].update(lock="loose"),
    "a link since nothing": lambda it: it["links"][0].update(since="middle"),
    "a place without latitude": lambda it: (it.pop("travel_s"), it.update(city="x", places=[[1]])),
}


@pytest.mark.parametrize("name", WRONG)
def test_the_schema_refuses(name, example) -> None:
    document = json.loads(json.dumps(example))
    WRONG[name](document)
    assert not jsonschema_rs.validator_for(problem_schema()).is_valid(document)


def test_every_field_says_what_it_means() -> None:
    schema = problem_schema()
    for name, definition in schema["$defs"].items():
        assert definition["description"], name
        for field, shape in definition["properties"].items():
            told = shape.get("description") or field in definition["description"]
            assert told or "$ref" in shape, f"{name}.{field}"


def test_the_smallest_snapshot_of_the_text_can_be_solved() -> None:
    text = (ROOT / "docs" / "snapshots.md").read_text()
    document = json.loads(text.partition("```json\n")[2].partition("```")[0])
    jsonschema_rs.validator_for(problem_schema()).validate(document)
    (route,) = solve(problem_from_dict(document), engine="greedy").routes
    assert (route.unit_id, route.jobs[0].arrival_s) == ("R-01", 300)


def test_a_plan_may_save_of_what_a_unit_drives_anyway() -> None:
    """By the place of the job it is sooner home than directly."""
    given = problem((unit("u", 0, end_place=9),), (job("j", repair(1, 0)),))
    given.travel_s[1, 9] = 0
    report = json.loads(json.dumps(plan_to_dict(solve(given, engine="colgen"))))
    assert (report["cost"], report["lower_bound"]) == (-8.0, pytest.approx(-8.0))
    jsonschema_rs.validator_for(plan_schema()).validate(report)
