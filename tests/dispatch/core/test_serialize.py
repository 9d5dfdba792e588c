import json

import pytest
from hypothesis import HealthCheck, given, settings

from dispatch.core.model import Plan, Problem
from dispatch.core.serialize import (
    plan_from_dict,
    plan_to_dict,
    problem_from_dict,
    problem_to_dict,
)
from dispatch.core.solve import solve
from kernel.errors import InvalidInput
from tests.dispatch.core.small import Lock, commitment, job, problem, repair, unit
from tests.strategies.problems import problems


def through_json(document):
    return json.loads(json.dumps(document, allow_nan=False))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_problems_and_plans_survive_json(given_problem: Problem) -> None:
    again = problem_from_dict(through_json(problem_to_dict(given_problem)))
    for name in ("epoch", "units", "jobs", "commitments", "prices"):
        assert getattr(again, name) == getattr(given_problem, name)
    assert again.travel_s.dtype == given_problem.travel_s.dtype
    assert (again.travel_s == given_problem.travel_s).all()
    plan = solve(again, engine="greedy")
    assert plan_from_dict(through_json(plan_to_dict(plan))) == plan


@pytest.fixture
def document():
    it = problem((unit("u", 0),), (job("j", repair(1)),), commitment("j", "u", Lock.FREE))
    return through_json(problem_to_dict(it))


def test_locks_are_words_and_other_things_ids_are_short(document) -> None:
    assert document["commitments"][0]["lock"] == "free"
    assert document["commitments"][0]["job"] == "j"


def test_fields_with_a_default_may_be_left_out(document) -> None:
    del document["prices"], document["commitments"]
    assert problem_from_dict(document).commitments == ()


def test_all_faults_are_told_at_once_with_their_place(document) -> None:
    document["units"][0]["available_s"] = True
    document["jobs"][0]["target_s"] = 1.5
    document["jobs"][0]["colour"] = "red"
    document["commitments"][0]["lock"] = "loose"
    del document["epoch"]
    with pytest.raises(InvalidInput) as caught:
        problem_from_dict(document)
    assert {fault.pointer for fault in caught.value.faults} == {
        "/epoch",
        "/units/0/available_s",
        "/jobs/0/target_s",
        "/jobs/0/colour",
        "/commitments/0/lock",
    }


@pytest.mark.parametrize("wrong", [None, [], "x", {"format": "other/1"}])
def test_another_document_is_refused(wrong) -> None:
    with pytest.raises(InvalidInput):
        plan_from_dict(wrong)


def test_a_ragged_matrix_is_refused(document) -> None:
    document["travel_s"][1] = document["travel_s"][1][:-1]
    with pytest.raises(InvalidInput, match="travel_s"):
        problem_from_dict(document)


def test_what_a_report_adds_is_passed_over() -> None:
    plan = Plan((), (), 0.0, {}, "greedy")
    assert plan_from_dict(plan_to_dict(plan) | {"seconds": 1, "gap": None, "relaxed": []}) == plan


def test_whole_numbers_may_be_written_with_a_point(document) -> None:
    document["travel_s"][0][1], document["jobs"][0]["target_s"] = 300.0, 1800.0
    read = problem_from_dict(document)
    assert (read.travel_s[0, 1], read.jobs[0].target_s) == (300, 1800)


@pytest.mark.parametrize("wrong", [0.5, "far", True, 10**10])
def test_a_wrong_travel_time_is_told_with_its_cell(document, wrong) -> None:
    document["travel_s"][2][1] = wrong
    with pytest.raises(InvalidInput, match="in row 2, column 1 is no whole number of seconds"):
        problem_from_dict(document)


@pytest.mark.parametrize("wrong", [["free"], {}, None, "loose"])
def test_what_is_no_lock_is_told_which_ones_there_are(document, wrong) -> None:
    document["commitments"][0]["lock"] = wrong
    with pytest.raises(InvalidInput, match="one of free, unit, order, full"):
        problem_from_dict(document)


def test_half_a_character_is_no_text(document) -> None:
    document["jobs"][0]["id"] = "\ud83d"
    with pytest.raises(InvalidInput, match="lone surrogate"):
        problem_from_dict(document)
    document["jobs"][0]["id"] = document["commitments"][0]["job"] = "\U0001f697"
    assert problem_from_dict(document).jobs[0].id == "\U0001f697"


def test_another_version_is_told(document) -> None:
    with pytest.raises(InvalidInput, match=r"but 'roadflare.problem/9'"):
        problem_from_dict(document | {"format": "roadflare.problem/9"})
