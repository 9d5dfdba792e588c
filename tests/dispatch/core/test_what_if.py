"""Recommend, ask what if, tell the difference; and change nothing where nothing has changed."""

import pytest

from dispatch.core.changes import Change
from dispatch.core.checker import check
from dispatch.core.diff import diff
from dispatch.core.engines import ENGINES
from dispatch.core.evaluate import evaluate
from dispatch.core.explain import explain
from dispatch.core.model import Lock, Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from dispatch.core.what_if import in_force, recommend, replan, what_if
from kernel.errors import InvalidInput, NotFound
from tests.dispatch.core.small import commitment, job, problem, repair, tow, unit
from tests.strategies.seeded import seeded_problem

BRIEF = SolveParams(ortools_steps=20, polish_steps=30, wall_limit_s=None)
TWO = problem(
    (unit("near", 9), unit("far", 0)),
    (job("j", repair(10), wait_cny_per_min=1.0), job("k", repair(1))),
)


def exact(given: Problem) -> Plan:
    return solve(given, params=BRIEF)


@pytest.fixture
def plan() -> Plan:
    return evaluate(TWO, {"near": [("j", "repair")], "far": [("k", "repair")]})


def test_the_best_units_come_with_how_they_compare(plan: Plan) -> None:
    best, second = recommend(TWO, plan, "j", 2)
    assert (best.rank, best.verdict.unit_id) == (1, "near")
    assert second.words.en == "far: 9 min later than near, 26 CNY more."
    assert second.words.zh == "far：比 near 晚 9 分钟，多花 26 元。"
    assert recommend(TWO, plan, "j", 0) == ()


def test_two_equal_plans_do_not_differ(plan: Plan) -> None:
    assert diff(plan, plan).jobs == ()
    assert diff(plan, plan).words.en == "Nothing changes."
    assert diff(plan, plan).words.zh == "没有变化。"


def test_each_difference_has_its_words(plan: Plan) -> None:
    other = evaluate(TWO, {"far": [("j", "repair")]})
    found = diff(plan, other)
    assert [(it.kind, it.job_id, it.later_s) for it in found.jobs] == [
        ("left_out", "k", None),
        ("moved", "j", 540),
    ]
    assert found.jobs[0].words.en == "k is left out; far had it."
    assert found.jobs[1].words.en == "j goes from near to far, 9 min later."
    assert found.jobs[1].words.zh == "j 由 near 改给 far，晚到 9 分钟。"
    assert found.extra_cny == pytest.approx(other.cost_cny - plan.cost_cny)
    assert found.terms["unassigned"] == 10_000


def test_a_later_and_an_earlier_arrival_are_told() -> None:
    one = evaluate(TWO, {"far": [("k", "repair"), ("j", "repair")]})
    two = evaluate(TWO, {"far": [("j", "repair"), ("k", "repair")]})
    assert [it.words.en for it in diff(one, two).jobs] == [
        "k is reached 28 min later.",
        "j is reached 10 min earlier.",
    ]


def test_what_if_a_unit_is_not_there(plan: Plan) -> None:
    answer = what_if(TWO, plan, (Change("without_unit", "near"),), exact)
    assert answer.words.en.startswith("If near is not there: 2 job(s) change, ")
    assert check(answer.problem, answer.plan) == []
    assert [(it.kind, it.job_id) for it in answer.diff.jobs] == [("moved", "j"), ("later", "k")]


def test_what_if_a_job_is_fixed_excluded_or_a_unit_added(plan: Plan) -> None:
    fixed = what_if(TWO, plan, (Change("fix", "far", "j"),), exact)
    excluded = what_if(TWO, plan, (Change("exclude", "near", "j"),), exact)
    for answer in (fixed, excluded):
        assert [it.after_unit for it in answer.diff.jobs if it.job_id == "j"] == ["far"]
    added = what_if(TWO, plan, (Change("add_unit", new_unit=unit("new", 10)),), exact)
    assert [(it.after_unit, it.later_s) for it in added.diff.jobs] == [("new", -60)]


PRICES = {
    "a change": (Lock.FREE, None, 13.0, {"drive": 10.0, "change": 3.0}),
    "a unit turned away": (Lock.FULL, 40.0, 50.0, {"drive": 10.0, "release": 40.0}),
    "a lock lifted": (Lock.UNIT, None, 13.0, {"drive": 10.0, "change": 3.0}),
}


@pytest.mark.parametrize("kind", PRICES)
def test_taking_a_job_from_its_unit_costs_what_explain_says(kind: str) -> None:
    lock, release_cny, extra_cny, terms = PRICES[kind]
    held = commitment("j", "a", lock, start_s=0, release_cny=release_cny)
    given = problem((unit("a", 0), unit("b", 10)), (job("j", repair(0)),), held)
    plan = evaluate(given, {"a": [("j", "repair")]})
    for change in (Change("fix", "b", "j"), Change("exclude", "a", "j")):
        answer = what_if(given, plan, (change,), exact)
        assert [it.after_unit for it in answer.diff.jobs] == ["b"]
        assert (answer.diff.extra_cny, answer.diff.terms) == (extra_cny, terms), change.kind
        assert check(answer.problem, answer.plan) == []
    if lock is not Lock.UNIT:
        assert explain(given, plan, "j")[1].extra_terms == terms


def test_a_fixed_job_is_done_in_the_option_that_costs_least() -> None:
    ways = (tow(1, 2, price_cny=80.0), repair(1))
    given = problem((unit("a", 0), unit("b", 0)), (job("j", *ways),))
    plan = evaluate(given, {"a": [("j", "repair")]})
    assert what_if(given, plan, (Change("fix", "a", "j"),), exact).diff.jobs == ()
    answer = what_if(given, plan, (Change("fix", "b", "j"),), exact)
    assert (answer.diff.extra_cny, answer.plan.routes[0].jobs[0].option) == (0.0, "repair")


def test_a_fixed_job_is_left_out_only_where_the_unit_cannot_do_it() -> None:
    given = problem(
        (unit("a", 0), unit("b", 10), unit("c", 0, hard_end_s=9)),
        (job("j", repair(0), unassigned_cny=1.0),),
    )
    plan = evaluate(given, {"a": [("j", "repair")]})
    dear = what_if(given, plan, (Change("fix", "b", "j"),), exact)
    assert dear.diff.terms == {"drive": 10.0}
    never = what_if(given, plan, (Change("fix", "c", "j"),), exact)
    assert never.diff.terms == {"unassigned": 1.0}
    assert [it.reason for it in never.plan.unassigned] == ["window"]
    assert check(never.problem, never.plan) == check(dear.problem, dear.plan) == []


@pytest.mark.parametrize("change", [Change("fix", "", "j"), Change("exclude", "near", "")])
def test_a_change_without_a_name_is_refused(plan: Plan, change: Change) -> None:
    with pytest.raises(NotFound):
        what_if(TWO, plan, (change,), exact)


def test_a_change_of_something_unknown_is_refused(plan: Plan) -> None:
    with pytest.raises(NotFound):
        what_if(TWO, plan, (Change("without_unit", "ghost"),), exact)
    with pytest.raises(InvalidInput):
        what_if(TWO, plan, (Change("add_unit", new_unit=unit("far", 10)),), exact)


@pytest.mark.parametrize("engine", ENGINES)
def test_planning_again_with_nothing_changed_changes_nothing(engine: str) -> None:
    def again(given: Problem) -> Plan:
        return solve(given, engine=engine, params=BRIEF)

    for seed in range(40):
        given = seeded_problem(seed)
        first = again(given)
        answer = what_if(given, first, (), again)
        assert (answer.plan.routes, answer.diff.jobs) == (first.routes, ()), seed
        assert check(given, answer.plan) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_plan_in_force_changes_only_for_a_gain(engine: str) -> None:
    for seed in range(40):
        given = seeded_problem(seed)
        first = solve(given, engine=engine, params=BRIEF)
        now = in_force(given, first)
        again = replan(now, first, lambda it: solve(it, engine=engine, params=BRIEF, seed=1))
        assert check(now, again) == []
        if again.routes != first.routes:
            assert again.cost_cny < first.cost_cny - 1e-6, seed
