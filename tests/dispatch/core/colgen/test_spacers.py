"""A job that pays nothing may be worth doing all the same: behind it, a unit is turned away."""

from dataclasses import replace

import pytest

from dispatch.core.checker import check
from dispatch.core.model import Problem
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import optimum
from tests.dispatch.core.colgen.bounds import STEPS
from tests.dispatch.core.small import Lock, commitment, job, problem, repair, unit
from tests.strategies.seeded import seeded_problem


def turned_away(start_s: int, release_cny: float, minutes: int) -> Problem:
    """Return a unit that rolls to a job and is late there; another job, short or long, is near.

    Whoever arrives at the first one behind the other arrives as soon as driving allows.
    """
    return problem(
        (unit("u", 0),),
        (
            job("near", replace(repair(0, 15), name="long"), replace(repair(0, minutes))),
            job("rolling", repair(1), wait_cny_per_min=2.0),
        ),
        commitment("rolling", "u", Lock.FULL, start_s=start_s, release_cny=release_cny),
    )


def test_a_job_without_a_price_may_come_between() -> None:
    plan = solve(turned_away(2000, 60.0, 1), engine="colgen", params=STEPS)
    assert [it.option for it in plan.routes[0].jobs] == ["repair", "repair"]
    assert plan.cost_cny == pytest.approx(60 + 1 + 2 * 2)
    assert plan.lower_bound_cny == pytest.approx(plan.cost_cny)


@pytest.mark.parametrize("start_s", [60, 600, 2000])
@pytest.mark.parametrize("release_cny", [0.0, 9.0, 60.0])
@pytest.mark.parametrize("minutes", [0, 1, 10])
def test_the_bound_knows_of_it(start_s: int, release_cny: float, minutes: int) -> None:
    given = turned_away(start_s, release_cny, minutes)
    plan = solve(given, engine="colgen", params=STEPS)
    assert plan.lower_bound_cny == pytest.approx(optimum(given), abs=1e-4)
    assert plan.cost_cny == pytest.approx(optimum(given))


def rolling(seed: int) -> Problem:
    """Return problem number ``seed`` with units that roll, late, to jobs that wait at a price."""
    given = seeded_problem(seed, max_units=2, max_jobs=4, links=False)
    jobs = tuple(replace(it, wait_cny_per_min=2.0, latest_s=None) for it in given.jobs)
    held = tuple(
        replace(it, lock=Lock.FULL, start_s=1200 + 600 * (i % 3), release_cny=4.0 * i)
        for i, it in enumerate(given.commitments)
    )
    return replace(given, jobs=jobs, commitments=held)


def test_the_bound_of_units_that_roll_late_is_never_false() -> None:
    for seed in range(200):
        given = rolling(seed)
        plan = solve(given, engine="colgen", params=STEPS)
        least = optimum(given)
        assert check(given, plan) == [], seed
        if plan.lower_bound_cny is not None:
            assert plan.lower_bound_cny <= least + 1e-6 * max(1.0, abs(least)), seed
