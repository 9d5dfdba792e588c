"""What is happening is never undone for another lock that cannot be held beside it."""

import pytest

from dispatch.core.checker import check
from dispatch.core.engines import ENGINES
from dispatch.core.evaluate import evaluate
from dispatch.core.model import UNREACHABLE_S, Lock, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.dispatch.core.brute_force_locks import cheapest_allowed
from tests.dispatch.core.small import commitment, job, problem, repair, unit
from tests.strategies.locked import locked_problem

BRIEF = SolveParams(ortools_steps=60, polish_steps=30, wall_limit_s=None)


def at_work(lock: Lock) -> Problem:
    """Return a problem in which ``u`` is on its way to a dear job, and has to do a cheap one too.

    It is to be home at 1500 s, and there at 1200.
    """
    return problem(
        (unit("u", 0, hard_end_s=1500),),
        (job("rolling", repair(20), wait_cny_per_min=5.0), job("locked", repair(1))),
        commitment("rolling", "u", Lock.FULL, start_s=1200),
        commitment("locked", "u", lock, position=1),
    )


@pytest.mark.parametrize("lock", [Lock.UNIT, Lock.ORDER])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_unit_is_not_called_back_for_a_job_locked_to_it(engine: str, lock: Lock) -> None:
    given = at_work(lock)
    plan = solve(given, engine=engine, params=BRIEF)
    assert [it.job_id for it in plan.unassigned] == ["locked"]
    assert plan.cost_cny == 20 + 5 * 20 + 10_000
    assert check(given, plan) == []
    if engine == "colgen":
        assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, abs=0.01)


def test_a_plan_that_calls_it_back_is_refused() -> None:
    given = at_work(Lock.UNIT)
    back = evaluate(given, {"u": [("locked", "repair")]})
    assert [it.sentence for it in check(given, back)] == [
        "'u' is at 'rolling', and it is left out."
    ]


def test_what_it_carries_is_not_kept_for_a_job_locked_to_it() -> None:
    boosts = (job("rolling", repair(9, kwh=10.0)), job("locked", repair(1, kwh=10.0)))
    given = problem(
        (unit("u", 0, kwh=10.0),),
        boosts,
        commitment("rolling", "u", Lock.FULL, start_s=540),
        commitment("locked", "u", Lock.UNIT, position=1),
    )
    plan = solve(given, engine="colgen", params=BRIEF)
    assert [it.job_id for it in plan.unassigned] == ["locked"]


def test_where_locks_contradict_each_other_plans_are_legal_and_bounds_hold() -> None:
    n_left = 0
    for seed in range(400):
        given = locked_problem(seed, max_jobs=3)
        least = optimum(given)
        plan = solve(given, engine="colgen", params=BRIEF)
        assert check(given, plan) == [], seed
        assert cost_as_searched(given, plan) == pytest.approx(least, abs=1e-2), seed
        n_left += any(it.reason == "locked" for it in plan.unassigned)
        if plan.lower_bound_cny is not None:
            allowed = cheapest_allowed(given)
            assert plan.lower_bound_cny <= allowed + 1e-6 * max(1.0, abs(allowed)), seed
    assert n_left > 100


def test_of_two_facts_without_a_way_between_them_the_first_is_done() -> None:
    given = problem(
        (unit("u", 0),),
        (job("first", repair(1), wait_cny_per_min=9.0), job("second", repair(2))),
        commitment("first", "u", Lock.FULL, start_s=600),
        commitment("second", "u", Lock.FULL, position=1),
    )
    given.travel_s[1, 2] = UNREACHABLE_S
    plan = solve(given, engine="colgen", params=BRIEF)
    assert [it.job_id for it in plan.unassigned] == ["second"]
    assert check(given, plan) == []
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, abs=0.01)
    other = evaluate(given, {"u": [("second", "repair")]})
    assert {it.code for it in check(given, other)} == {"lock.dropped"}


def test_a_unit_is_turned_away_from_what_keeps_it_from_where_it_rolls_for_good() -> None:
    given = problem(
        (unit("u", 0),),
        (job("may", repair(1)), job("must", repair(2))),
        commitment("may", "u", Lock.FULL, start_s=60, release_cny=5.0),
        commitment("must", "u", Lock.FULL, position=1),
    )
    given.travel_s[1, 2] = UNREACHABLE_S
    plan = solve(given, engine="greedy")
    assert [it.job_id for it in plan.routes[0].jobs] == ["must", "may"]
    assert check(given, plan) == []
