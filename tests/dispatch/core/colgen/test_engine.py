"""The engine ``colgen`` on problems that check by hand, and on waves."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.checker import check
from dispatch.core.colgen.engine import solve_traced
from dispatch.core.model import (
    UNREACHABLE_S,
    Break,
    Job,
    LatenessCurve,
    Lock,
    Problem,
    Unit,
    Window,
)
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from tests.dispatch.core.small import commitment, job, problem, repair, unit

STEPS = SolveParams(wall_limit_s=None, ruin_steps=200)


def solved(given: Problem, params: SolveParams = STEPS, seed: int = 0):
    plan = solve(given, engine="colgen", params=params, seed=seed)
    assert check(given, plan) == []
    return plan


def test_two_units_share_two_jobs() -> None:
    # 4 min + 4 min of driving at 1 CNY; any other plan drives more.
    plan = solved(
        problem((unit("a", 0), unit("b", 20)), (job("j", repair(4)), job("k", repair(16))))
    )
    assert plan.cost_cny == pytest.approx(8.0)
    assert plan.lower_bound_cny == pytest.approx(8.0, abs=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_a_small_wave_is_proved_optimal(seed: int) -> None:
    plan = solved(wave_problem(draw_wave(10, 20, seed)))
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, rel=1e-5)


def test_equal_steps_and_seeds_give_equal_plans() -> None:
    wave = wave_problem(draw_wave(17, 30, 5))
    assert solved(wave, seed=7) == solved(wave, seed=7)


def test_no_engine_is_cheaper_than_the_bound() -> None:
    wave = wave_problem(draw_wave(12, 30, 2))
    bound = solved(wave, replace(STEPS, pricing_rounds=6, cut_rounds=0)).lower_bound_cny
    for engine in ("ortools", "greedy"):
        cost = solve(wave, engine=engine, params=SolveParams(wall_limit_s=None)).cost_cny
        assert bound is None or bound <= cost + 1e-6


@pytest.mark.parametrize("most_labels", [1, 10, 100])
def test_too_few_labels_claim_no_more_than_they_prove(most_labels: int) -> None:
    wave = wave_problem(draw_wave(10, 26, 1))
    best = solved(wave).cost_cny
    bound = solved(wave, replace(STEPS, most_labels=most_labels)).lower_bound_cny
    assert bound is None or bound <= best + 1e-6


def test_long_routes_get_a_plan_and_a_bound() -> None:
    wave = wave_problem(draw_wave(6, 24, 1))
    plan = solved(wave, replace(STEPS, pricing_rounds=12))
    assert plan.lower_bound_cny is not None
    assert plan.lower_bound_cny <= solve(wave, engine="ortools").cost_cny + 1e-6


def test_replanning_what_is_optimal_changes_nothing() -> None:
    wave = wave_problem(draw_wave(10, 20, 3))
    plan = solved(wave)
    held = tuple(
        commitment(it.job_id, route.unit_id, Lock.FREE, position=i, option=it.option)
        for route in plan.routes
        for i, it in enumerate(route.jobs)
    )
    assert solved(replace(wave, commitments=held), seed=9).routes == plan.routes


def test_a_plan_that_is_proved_is_not_searched_any_further() -> None:
    # Each job has its unit on the spot: the plan in force costs nothing, and nothing costs less.
    units = tuple(unit(f"u{i}", i) for i in range(20))
    jobs = tuple(job(f"j{i}", repair(i)) for i in range(0, 20, 4))
    held = [commitment(f"j{i}", f"u{i}", Lock.FREE) for i in range(0, 20, 4)]
    outcome = solve_traced(problem(units, jobs, *held), STEPS, 0)
    assert outcome.plan.cost_cny == pytest.approx(outcome.plan.lower_bound_cny, abs=1e-3)
    steps = [what for what, *_ in outcome.trace]
    assert not any(" columns, " in what for what in steps)


def test_the_bound_counts_a_break() -> None:
    # Rests from 0 to 20, arrives at 24; target 10, 1 CNY a minute of driving and of lateness.
    resting = unit("a", 0, breaks=(Break(0, 600, 1200),))
    late = LatenessCurve(((0, 1.0),))
    plan = solved(problem((resting,), (job("j", repair(4), target_min=10, lateness=late),)))
    assert plan.cost_cny == pytest.approx(4 + 14)
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, abs=1e-3)
    assert plan.relaxed == ()


def test_a_break_that_falls_into_a_wait_is_found_although_it_begins_later() -> None:
    # The far appointment opens at 60: going there first (20 to 60), the break may begin at 15 and
    # is over at 45. Helping k on the way (5 to 15) moves it behind k, where the wait swallows it.
    resting = unit("a", 0, breaks=(Break(900, 900, 1800),))
    jobs = (
        job("k", repair(5), target_min=60),
        job("far", repair(20), target_min=61, windows=(Window(3600, 3660),)),
    )
    plan = solved(problem((resting,), jobs))
    assert [it.job_id for it in plan.routes[0].jobs] == ["k", "far"]
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, abs=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_a_wave_before_lunch_is_proved_optimal(seed: int) -> None:
    wave = wave_problem(draw_wave(8, 16, seed))
    lunch = (Break(1800, 5400, 1800),)
    units = tuple(replace(it, breaks=lunch if i % 2 else ()) for i, it in enumerate(wave.units))
    plan = solved(replace(wave, units=units))
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny, rel=1e-5)


NOBODY: tuple[Unit, ...] = ()
NOTHING: tuple[Job, ...] = ()


@pytest.mark.parametrize(
    "given",
    [
        problem(NOBODY, NOTHING),
        problem((unit("a", 0),), NOTHING),
        problem(NOBODY, (job("j", repair(3)),)),
        problem((unit("a", 0),), (job("j", repair(3, 10, "wings")),)),
        problem((unit("a", 0, hard_end_s=60),), (job("j", repair(3)),)),
        problem((unit("a", 5),), tuple(job(f"j{i}", repair(5)) for i in range(9))),
        problem((unit("a", 0),), tuple(job(f"j{i}", repair(i), target_min=-60) for i in range(6))),
        problem((unit("a", 0),), (job("j", repair(3)),), commitment("j", "a", Lock.FULL)),
    ],
    ids=["empty", "idle", "no-unit", "no-skill", "no-time", "one-place", "all-late", "locked"],
)
def test_odd_problems_give_a_plan_and_reasons(given: Problem) -> None:
    plan = solved(given)
    assert {it.job_id for it in plan.unassigned} <= {it.id for it in given.jobs}


def test_times_and_prices_at_the_limit_give_a_plan() -> None:
    travel = np.full((3, 3), 10**9, dtype=np.int32)
    travel[0, 1] = UNREACHABLE_S
    np.fill_diagonal(travel, 0)
    jobs = (job("j", repair(1), unassigned_cny=1e9), job("k", repair(2), unassigned_cny=1e9))
    given = replace(problem((unit("a", 0), unit("b", 2)), jobs), travel_s=travel)
    solved(given)
