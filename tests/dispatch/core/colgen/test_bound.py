"""The bound is never false: against trying everything, with and without triangle inequality."""

from dataclasses import replace
from itertools import cycle

import pytest

from dispatch.core.model import Break, Problem
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import optimum
from tests.dispatch.core.colgen.bounds import STEPS, check_bounds
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
