"""The bound is never false: against trying everything, with and without triangle inequality."""

from dataclasses import replace
from itertools import cycle

import pytest

from dispatch.core.checker import check
from dispatch.core.evaluate import evaluate
from dispatch.core.model import UNREACHABLE_S, Break, LatenessCurve, Lock, Problem
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import optimum
from tests.dispatch.core.colgen.bounds import STEPS, check_bounds
from tests.dispatch.core.small import commitment, job, problem, repair, unit
from tests.strategies.problems import BREAKS
from tests.strategies.seeded import seeded_problem


def test_the_bound_never_exceeds_the_optimum_of_small_problems() -> None:
    found = check_bounds(120)
    assert found.optimal >= 0.98 * found.seen
    assert found.proved >= found.seen // 2


@pytest.mark.parametrize("most_labels", [2, 6])
def test_a_search_cut_short_proves_nothing_false(most_labels: int) -> None:
    few = replace(STEPS, most_labels=most_labels, ruin_steps=1, pricing_rounds=3)
    check_bounds(120, few)


def test_a_locked_job_that_is_reached_by_way_of_a_free_one_may_be_left_out() -> None:
    """The unit need not go where it rolls to, and has no other way to what is locked to it."""
    given = problem(
        (unit("u", 0), unit("v", 5)),
        (
            job("rolling", repair(5, 0), target_min=0, lateness=LatenessCurve(((0, 100.0),))),
            job("locked", repair(9, 0), unassigned_cny=20.0),
        ),
        commitment("rolling", "u", Lock.FULL, release_cny=5.0),
        commitment("locked", "u", Lock.UNIT, position=1),
    )
    given.travel_s[0, 9] = UNREACHABLE_S
    other = evaluate(given, {"v": [("rolling", "repair")]})
    assert (check(given, other), other.cost_cny) == ([], 25.0)
    bound = solve(given, engine="colgen", params=STEPS).lower_bound_cny
    assert bound is None or bound <= other.cost_cny


def resting(seed: int) -> Problem:
    """Return problem number ``seed`` with a break for each unit."""
    given = seeded_problem(seed, max_units=3, max_jobs=4, links=False)
    breaks = cycle([*BREAKS, (Break(900, 2700, 600),)])
    units = tuple(replace(it, breaks=rests) for it, rests in zip(given.units, breaks, strict=False))
    return replace(given, units=units)


def check_resting(seeds: range) -> float:
    """Check bounds where every unit rests; return the share of problems proved optimal."""
    proved = []
    for seed in seeds:
        given = resting(seed)
        plan = solve(given, engine="colgen", params=STEPS)
        least = optimum(given)
        rounding = 1e-6 * max(1.0, abs(least))
        assert plan.relaxed == ()
        if plan.lower_bound_cny is not None:
            assert plan.lower_bound_cny <= least + rounding, seed
        proved.append(
            plan.lower_bound_cny is not None and plan.cost_cny - plan.lower_bound_cny < 1e-3
        )
    return sum(proved) / len(proved)


def test_breaks_are_part_of_the_bound() -> None:
    assert check_resting(range(120)) >= 0.7


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_breaks_are_part_of_the_bound_of_two_thousand_problems() -> None:
    assert check_resting(range(2_000)) >= 0.7


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_bound_never_exceeds_the_optimum_of_two_thousand_problems() -> None:
    found = check_bounds(2_000)
    assert found.optimal >= 0.995 * found.seen
