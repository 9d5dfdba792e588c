"""A plan at once, and searches that begin with one."""

from dataclasses import replace

import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.checker import check
from dispatch.core.first import insert_first
from dispatch.core.model import Lock, Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve, solve_warm
from tests.dispatch.core.small import commitment, job, problem, repair, unit
from tests.strategies.seeded import seeded_problem

STEPS = SolveParams(wall_limit_s=None, ruin_steps=60, polish_steps=20)
HASTY = replace(STEPS, ruin_steps=0, pricing_rounds=0)


def order(plan: Plan) -> dict[str, list[str]]:
    return {route.unit_id: [it.job_id for it in route.jobs] for route in plan.routes}


def without(problem: Problem, n_jobs: int) -> Problem:
    """Return the problem before its last jobs were called in."""
    jobs = problem.jobs[: len(problem.jobs) - n_jobs]
    ids = {job.id for job in jobs}
    links = tuple(it for it in problem.links if {it.before, it.after} <= ids)
    held = tuple(it for it in problem.commitments if it.job_id in ids)
    return replace(problem, jobs=jobs, links=links, commitments=held)


def test_a_new_job_goes_where_it_costs_least_and_nothing_else_moves() -> None:
    units = unit("a", 0), unit("b", 20)
    before = problem(units, (job("j", repair(4)), job("k", repair(16))))
    after = problem(units, (*before.jobs, job("new", repair(17))))
    plan = insert_first(after, solve(before, engine="greedy"))
    # Past 17 on its way from 20 to 16: no minute more.
    assert order(plan) == {"a": ["j"], "b": ["new", "k"]}
    assert plan.cost_cny == pytest.approx(8.0)


def test_the_order_of_a_plan_is_kept_even_where_another_would_be_cheaper() -> None:
    given = problem((unit("a", 0),), (job("j", repair(9)), job("k", repair(1))))
    backwards = solve(
        replace(
            given,
            commitments=(
                commitment("j", "a", Lock.ORDER, position=0),
                commitment("k", "a", Lock.ORDER, position=1),
            ),
        ),
        engine="greedy",
    )
    assert order(insert_first(given, backwards)) == {"a": ["j", "k"]}


def test_units_and_jobs_that_are_gone_are_passed_over() -> None:
    jobs = job("j", repair(4)), job("k", repair(16))
    plan = solve(problem((unit("a", 0), unit("b", 20)), jobs), engine="greedy")
    left = insert_first(problem((unit("a", 0),), (jobs[1], job("new", repair(1)))), plan)
    assert order(left) == {"a": ["new", "k"]}


@pytest.mark.parametrize("engine", ["colgen", "ortools"])
def test_a_search_is_never_dearer_than_the_plan_it_begins_with(engine: str) -> None:
    wave = wave_problem(draw_wave(12, 24, 6))
    good = solve(wave, engine="colgen", params=STEPS)
    bare = replace(HASTY, ortools_steps=0, polish_steps=0)
    begun = solve(wave, engine=engine, params=bare, start=good)
    assert begun.cost_cny <= good.cost_cny + 1e-6


def test_what_was_learned_before_shortens_the_next_search() -> None:
    wave = wave_problem(draw_wave(12, 24, 6))
    earlier, warm = solve_warm(without(wave, 2), params=STEPS)
    first = insert_first(wave, earlier)
    few = replace(STEPS, ruin_steps=0, pricing_rounds=2, cut_rounds=0)
    plan, again = solve_warm(wave, params=few, start=first, warm=warm)
    cold = solve(wave, engine="colgen", params=few, start=first)
    assert plan.lower_bound_cny is not None
    assert check(wave, plan) == []
    assert cold.lower_bound_cny is None or plan.lower_bound_cny >= cold.lower_bound_cny
    assert set(again.duals) == {it.id for it in wave.jobs}


def test_plans_inserted_first_and_warm_searches_pass_the_checker_on_any_problem() -> None:
    for seed in range(150):
        given = seeded_problem(seed)
        earlier, warm = solve_warm(without(given, 2), params=STEPS)
        first = insert_first(given, earlier)
        assert check(given, first) == [], seed
        plan, _ = solve_warm(given, params=STEPS, start=first, warm=warm)
        assert check(given, plan) == [], seed
        assert check(given, solve(given, engine="ortools", params=HASTY, start=first)) == [], seed
