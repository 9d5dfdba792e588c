"""Problems nobody thought of: every engine, every plan, checked by the independent checker."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch.core.checker import check
from dispatch.core.compiled import compile_problem
from dispatch.core.costing import route_cost_function
from dispatch.core.engines import ENGINES
from dispatch.core.model import REASONS, TERMS, Lock, Problem
from dispatch.core.params import SolveParams
from dispatch.core.schedule import Broken, timetable
from dispatch.core.solve import solve
from dispatch.core.terms import route_charges
from dispatch.core.validate import check_problem
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.strategies.problems import problems
from tests.strategies.seeded import seeded_problem

BRIEF = SolveParams(ortools_steps=60, polish_steps=30, wall_limit_s=None)

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(QUICK, max_examples=60)
@given(problems(), st.sampled_from(list(ENGINES)))
def test_every_plan_of_every_engine_passes_the_checker(problem: Problem, engine: str) -> None:
    assert check(problem, solve(problem, engine=engine, params=BRIEF)) == []


def wrong_plans(engine: str, seeds: Iterable[int]) -> dict[int, list[str]]:
    """Return what the checker says of an engine's plans, by problem, where it says anything."""
    found = {}
    for seed in seeds:
        problem = seeded_problem(seed)
        check_problem(problem)
        violations = check(problem, solve(problem, engine=engine, params=BRIEF))
        if violations:
            found[seed] = [it.sentence for it in violations]
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_three_hundred_plans_pass_the_checker(engine: str) -> None:
    assert wrong_plans(engine, range(300)) == {}


def test_heads_that_do_not_fit_or_are_given_up_in_part_stay_whole() -> None:
    # A head job that only fits behind others (2899, 5104); one that left instead of another (4176).
    assert wrong_plans("colgen", [2899, 4176, 5104]) == {}


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", ENGINES)
def test_ten_thousand_plans_pass_the_checker(engine: str) -> None:
    assert wrong_plans(engine, range(10_000)) == {}


def test_the_generated_problems_cover_every_construct() -> None:
    drawn = [seeded_problem(seed) for seed in range(300)]
    plans = [solve(it, engine="greedy") for it in drawn]
    assert {left.reason for plan in plans for left in plan.unassigned} >= set(REASONS) - {"waiting"}
    assert {name for plan in plans for name, cny in plan.terms.items() if cny} == set(TERMS)
    assert {c.lock for it in drawn for c in it.commitments} == set(Lock)
    assert any(route.breaks for plan in plans for route in plan.routes)
    served = [{job.job_id for route in plan.routes for job in route.jobs} for plan in plans]
    linked = [(it.links, done) for it, done in zip(drawn, served, strict=True)]
    assert sum({x.before, x.after} <= done for links, done in linked for x in links) >= 5
    metric = [closed(it.travel_s) for it in drawn]
    assert any(metric)
    assert not all(metric)


def closed(travel_s: NDArray[np.int32]) -> bool:
    """Return whether no way round is shorter than the way itself."""
    wide = travel_s.astype(np.int64)
    return bool((wide <= (wide[:, :, None] + wide[None, :, :]).min(axis=1)).all())


@settings(QUICK, max_examples=100)
@given(problems(max_units=2), st.data())
def test_fast_cost_equals_the_sum_of_the_terms(problem: Problem, data: st.DataObject) -> None:
    compiled = compile_problem(problem)
    if not compiled.units:
        return
    cost = route_cost_function(compiled)
    u = data.draw(st.integers(0, len(compiled.units) - 1))
    jobs = data.draw(st.permutations(range(len(compiled.jobs))))
    jobs = jobs[: data.draw(st.integers(0, len(jobs)))]
    sequence = [data.draw(st.sampled_from(compiled.choices[j])) for j in jobs]
    times = timetable(compiled, u, sequence)
    if isinstance(times, Broken):
        assert cost(u, sequence) == float("inf")
    else:
        expected = sum(charge.cny for charge in route_charges(compiled, times))
        assert abs(cost(u, sequence) - expected) < 1e-6


def gaps_to_the_optimum(engine: str, seeds: range, *, links: bool) -> list[float]:
    """Return how much dearer an engine is than trying everything, CNY; never less than nothing."""
    gaps = []
    for seed in seeds:
        problem = seeded_problem(seed, max_units=2 + (not links), max_jobs=3, links=links)
        if links and not problem.links:
            continue
        least = optimum(problem)
        plan = solve(problem, engine=engine, params=BRIEF)
        assert check(problem, plan) == []
        gap = cost_as_searched(problem, plan) - least
        assert gap > -1e-6 * max(1.0, abs(least)), f"problem {seed}: cheaper than the optimum"
        if plan.lower_bound_cny is not None:
            assert plan.lower_bound_cny <= least + 1e-6 * max(1.0, abs(least)), seed
        gaps.append(gap)
    return gaps


def share_equal(gaps: list[float]) -> float:
    return sum(gap < 1e-3 for gap in gaps) / len(gaps)


SEARCHING = sorted({"ortools", "colgen"} & set(ENGINES))


@pytest.mark.parametrize("engine", SEARCHING)
def test_small_problems_are_solved_to_the_optimum(engine: str) -> None:
    assert share_equal(gaps_to_the_optimum(engine, range(200), links=False)) >= 0.99


@pytest.mark.parametrize("engine", SEARCHING)
def test_small_problems_with_links_come_close_to_the_optimum(engine: str) -> None:
    assert share_equal(gaps_to_the_optimum(engine, range(150), links=True)) >= 0.9


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("engine", SEARCHING)
def test_two_thousand_small_problems_are_solved_to_the_optimum(engine: str) -> None:
    assert share_equal(gaps_to_the_optimum(engine, range(2_000), links=False)) >= 0.995
    assert share_equal(gaps_to_the_optimum(engine, range(2_000), links=True)) >= 0.95
