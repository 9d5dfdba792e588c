"""A unit that a job excludes: turned away where that may be, kept where a lock says so."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from dispatch.core.changes import Change, applied
from dispatch.core.checker import check
from dispatch.core.engines import ENGINES
from dispatch.core.evaluate import evaluate
from dispatch.core.explain import explain
from dispatch.core.model import Commitment, Lock, Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from dispatch.core.what_if import what_if
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.dispatch.core.small import commitment, job, problem, repair, tow, unit
from tests.strategies.seeded import seeded_problem

BRIEF = SolveParams(ortools_steps=60, polish_steps=30, wall_limit_s=None)


def rolling(*excluded: str, release_cny: float | None = 40.0, lock: Lock = Lock.FULL) -> Problem:
    """Return a problem in which ``a`` rolls to ``j``, a minute away; ``b`` is five away."""
    return problem(
        (unit("a", 0), unit("b", 6)),
        (job("j", repair(1), excluded_units=frozenset(excluded)),),
        commitment("j", "a", lock, start_s=60, release_cny=release_cny),
    )


def units_of(plan: Plan) -> list[str]:
    return [route.unit_id for route in plan.routes]


@pytest.mark.parametrize("engine", ENGINES)
def test_who_rolls_and_is_excluded_is_turned_away_at_its_price(engine: str) -> None:
    plan = solve(rolling("a"), engine=engine, params=BRIEF)
    assert (units_of(plan), plan.cost_cny) == (["b"], 45.0)
    assert check(rolling("a"), plan) == []


@pytest.mark.parametrize("lock", [Lock.UNIT, Lock.ORDER, Lock.FULL])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_lock_to_an_excluded_unit_holds(engine: str, lock: Lock) -> None:
    given = rolling("a", release_cny=None, lock=lock)
    assert units_of(solve(given, engine=engine, params=BRIEF)) == ["a"]


def test_a_plan_that_keeps_the_excluded_unit_is_refused() -> None:
    kept = evaluate(rolling(), {"a": [("j", "repair")]})
    assert check(rolling(), kept) == []
    assert "capability" in {it.code for it in check(rolling("a"), kept)}


def test_what_needs_nothing_is_not_said_to_lack_a_skill() -> None:
    given = problem(
        (unit("a", 0),), (job("j", repair(1), tow(1, 2, "tow"), excluded_units=frozenset("a")),)
    )
    (left,) = solve(given, engine="greedy").unassigned
    assert left.detail == "No unit may do it."


def test_where_nobody_else_can_the_job_is_left_out() -> None:
    given = rolling("a", "b")
    plan = solve(given, engine="colgen", params=BRIEF)
    assert [it.reason for it in plan.unassigned] == ["no_unit_has"]
    assert check(given, plan) == []


def test_explain_says_what_would_let_it_go_on() -> None:
    given = rolling("a")
    _, a = explain(given, solve(given, engine="colgen"), "j")
    assert (a.unit_id, a.words.en) == (
        "a",
        "a cannot do it, unless a is no longer excluded from j.",
    )
    again = solve(applied(given, a.changes), engine="colgen")
    assert (units_of(again), again.cost_cny) == (["a"], 1.0)


def test_what_if_excluded_is_the_plan_of_a_snapshot_that_excludes() -> None:
    plan = solve(rolling(), engine="colgen")
    answer = what_if(
        rolling(), plan, [Change("exclude", "a", "j")], lambda it: solve(it, engine="colgen")
    )
    excluded = solve(rolling("a"), engine="colgen")
    assert units_of(answer.plan) == units_of(excluded) == ["b"]
    assert answer.diff.extra_cny == pytest.approx(excluded.cost_cny - plan.cost_cny)


def excluded_and_rolling(seeds: range) -> Iterator[tuple[int, Problem, Commitment]]:
    """Yield small problems with a unit that rolls to a job that excludes it, at a price."""
    for seed in seeds:
        given = seeded_problem(seed, max_units=3, max_jobs=3, links=False)
        held = next((it for it in given.commitments if it.lock == Lock.FULL), None)
        if held is None:
            continue
        held = replace(held, release_cny=25.0)
        commitments = tuple(held if it.job_id == held.job_id else it for it in given.commitments)
        jobs = tuple(
            replace(it, excluded_units=frozenset({held.unit_id})) if it.id == held.job_id else it
            for it in given.jobs
        )
        yield seed, replace(given, commitments=commitments, jobs=jobs), held


def test_the_best_plan_is_the_one_without_the_commitment_and_its_price() -> None:
    n = 0
    for seed, given, held in excluded_and_rolling(range(800)):
        without = tuple(it for it in given.commitments if it != held)
        least = optimum(replace(given, commitments=without)) + 25.0
        assert optimum(given) == pytest.approx(least), seed
        plan = solve(given, engine="colgen", params=BRIEF)
        assert check(given, plan) == []
        assert cost_as_searched(given, plan) == pytest.approx(least, abs=1e-3), seed
        if plan.lower_bound_cny is not None:
            assert plan.lower_bound_cny <= least + 1e-6 * max(1.0, abs(least)), seed
        n += 1
    assert n > 40


def test_hungarian_gives_who_is_turned_away_another_job() -> None:
    given = problem(
        (unit("a", 0, available_s=60),),
        (job("j", repair(1), excluded_units=frozenset({"a"})), job("k", repair(2))),
        commitment("j", "a", Lock.FULL, start_s=60, release_cny=40.0),
    )
    plan = solve(given, engine="hungarian")
    assert [it.job_id for route in plan.routes for it in route.jobs] == ["k"]
