"""Bounds that begin with what another search left: soon worth telling, and never false."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from benchmarks.tick.minute import a_minute_later, draw_tide
from dispatch.core.checker import check
from dispatch.core.colgen.ascent import Ascent
from dispatch.core.colgen.ascent_kernel import ascend
from dispatch.core.colgen.engine import solve_traced
from dispatch.core.first import insert_first
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve, solve_warm
from dispatch.core.start import Warm
from tests.dispatch.core.brute_force import optimum
from tests.dispatch.core.small import job, repair, unit
from tests.dispatch.core.small import problem as small_problem
from tests.strategies.seeded import seeded_problem

STEPS = SolveParams(wall_limit_s=None, ruin_steps=60)
HASTY = replace(STEPS, ruin_steps=0, pricing_rounds=2, listed_routes=0, cut_rounds=0)
"""Two rounds of pricing, and nothing that would mend a bound afterwards."""


def small(seed: int) -> Problem:
    return seeded_problem(seed, max_units=3, max_jobs=4, links=False)


def backwards(warm: Warm) -> Warm:
    return Warm(warm.duals, {u: tuple(it[::-1] for it in rs) for u, rs in warm.routes.items()})


def warmths(given: Problem, seed: int) -> Iterator[tuple[str, Warm]]:
    """Go through what an earlier search may have left, of use or not."""
    ids = [it.id for it in given.jobs]
    rng = np.random.default_rng(seed)
    earlier = replace(
        given,
        jobs=given.jobs[1:],
        commitments=tuple(it for it in given.commitments if it.job_id != given.jobs[0].id),
    )
    stale, own = solve_warm(earlier, params=STEPS)[1], solve_warm(given, params=STEPS)[1]
    yield "own", own
    yield "stale", stale
    yield "of another problem", solve_warm(small(seed + 1), params=STEPS)[1]
    yield "zero", Warm(dict.fromkeys(ids, 0.0), own.routes)
    yield "huge", Warm(dict.fromkeys(ids, 1e15), own.routes)
    yield "below zero", Warm(dict.fromkeys(ids, -1e6))
    yield "no numbers", Warm({it: (nan, inf, -inf)[i % 3] for i, it in enumerate(ids)})
    yield "any", Warm(dict(zip(ids, rng.uniform(0, 300, len(ids)).tolist(), strict=True)))
    yield "backwards", backwards(own)


def check_warm_bounds(seeds: range, params: SolveParams) -> int:
    """Check that no bound exceeds the optimum; return how many there were."""
    n_bounds = 0
    for seed in seeds:
        given = small(seed)
        if not given.jobs:
            continue
        least = optimum(given)
        for name, warm in warmths(given, seed):
            plan, _ = solve_warm(given, params=params, warm=warm)
            assert check(given, plan) == [], (seed, name)
            if plan.lower_bound_cny is not None:
                n_bounds += 1
                assert plan.lower_bound_cny <= least + 1e-6 * max(1.0, abs(least)), (seed, name)
    return n_bounds


@pytest.mark.parametrize("most_labels", [3, 60_000])
def test_nothing_left_by_another_search_makes_a_bound_false(most_labels: int) -> None:
    assert check_warm_bounds(range(60), replace(HASTY, most_labels=most_labels)) > 300


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("params", [HASTY, STEPS])
def test_nothing_makes_a_bound_false_on_two_thousand_problems(params: SolveParams) -> None:
    assert check_warm_bounds(range(2_000), params) > 10_000


def minutes(n_minutes: int) -> Iterator[tuple[Problem, Plan, Warm]]:
    """Go through minutes of a wave: the problem, its first plan, what the last search left."""
    tide = draw_tide(20, 54, 3 * n_minutes, 4)
    problem = tide.whole
    plan, warm = solve_warm(problem, params=replace(STEPS, ruin_steps=500))
    for number in range(n_minutes):
        problem = a_minute_later(problem, plan, tide.waiting[3 * number : 3 * number + 3])
        first = insert_first(problem, plan)
        yield problem, first, warm
        plan, warm = solve_warm(problem, params=HASTY, start=first, warm=warm)


def gap(plan: Plan) -> float:
    assert plan.lower_bound_cny is not None
    return (plan.cost_cny - plan.lower_bound_cny) / plan.cost_cny


def test_a_minute_later_two_rounds_of_pricing_are_enough_for_a_bound_worth_telling() -> None:
    for problem, first, warm in minutes(4):
        plan, _ = solve_warm(problem, params=HASTY, start=first, warm=warm)
        cold, _ = solve_warm(problem, params=HASTY, start=first)
        best = solve(problem, engine="colgen", params=STEPS, start=first)
        assert plan.lower_bound_cny is not None
        assert plan.lower_bound_cny <= best.cost_cny + 1e-6
        assert gap(plan) < 0.1
        assert gap(plan) < 0.5 * gap(cold)


def test_without_a_round_of_pricing_the_bound_is_that_of_nothing_at_all() -> None:
    # No term of this problem is below zero but what rounded ways save, so that 0 is a bound.
    wave = wave_problem(draw_wave(30, 80, 3))
    none = replace(HASTY, pricing_rounds=0)
    plan = solve(wave, engine="colgen", params=none)
    assert plan.lower_bound_cny == pytest.approx(0.0, abs=1.0)


def test_what_was_learned_is_not_lost_where_time_is_up_before_any_pricing() -> None:
    problem, first, warm = next(minutes(1))
    _, left = solve_warm(problem, params=replace(HASTY, pricing_rounds=0), start=first, warm=warm)
    common = set(warm.duals) & {it.id for it in problem.jobs}
    assert {it: left.duals[it] for it in common} == {it: warm.duals[it] for it in common}
    assert set(left.routes) == set(warm.routes)


def test_the_ascent_finds_the_duals_of_routes_that_check_by_hand() -> None:
    # Unit 0: {a} for 4, {a, b} for 6; unit 1: {b} for 5. Both jobs cost 6 by unit 0 alone, 9 by
    # both units; the linear program of the routes is 6.
    unit = np.array([0, 0, 1])
    jobs = np.array([[0, -1], [1, 0], [1, -1]])
    cny = np.array([4.0, 6.0, 5.0])
    duals, least = np.zeros(2), np.zeros(2)
    bound = ascend(unit, jobs, cny, np.zeros(2), np.full(2, 100.0), 6.0, 1_000, duals, least)
    assert bound == pytest.approx(6.0, abs=1e-4)
    assert bound == pytest.approx(duals.sum() + least.sum())
    assert least[1] == pytest.approx(min(0.0, 5.0 - duals[1]))


def test_the_ascent_stays_in_its_box() -> None:
    unit, jobs, cny = np.array([0]), np.array([[0]]), np.array([50.0])
    duals, least = np.array([10.0]), np.zeros(1)
    low, high = np.array([8.0]), np.array([12.0])
    assert ascend(unit, jobs, cny, low, high, 50.0, 100, duals, least) == pytest.approx(12.0)
    assert duals[0] == pytest.approx(12.0)


def test_no_more_labels_are_given_where_they_were_enough() -> None:
    units = (unit("a", 0), unit("b", 9))
    search = solve_traced(small_problem(units, (job("j", repair(3)),)), STEPS, 0).search
    assert search is not None
    ascent = Ascent.of(search, search.routes, np.zeros(1))
    before, duals = ascent.most_labels, np.full(1, 30.0)
    priced = search.pricing.price(duals, np.zeros(2))
    value = float(duals.sum() + priced.found.floor.sum())
    ascent._learn(priced, duals, hoped=value - 1e-12)  # sums are rounded in another order
    assert priced.exact
    assert ascent.most_labels == before
