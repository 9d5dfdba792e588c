"""Problems nobody thought of: every engine, every plan, checked by the independent checker."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from dispatch.core.checker import check
from dispatch.core.compiled import compile_problem
from dispatch.core.costing import route_cost_function
from dispatch.core.engines import ENGINES
from dispatch.core.model import Problem
from dispatch.core.params import SolveParams
from dispatch.core.schedule import Broken, timetable
from dispatch.core.solve import solve
from dispatch.core.terms import route_charges
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.strategies.problems import problems

BRIEF = SolveParams(ortools_steps=100, polish_steps=20, wall_limit_s=None)

QUICK = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(QUICK, max_examples=60)
@given(problems(), st.sampled_from(list(ENGINES)))
def test_every_plan_of_every_engine_passes_the_checker(problem: Problem, engine: str) -> None:
    assert check(problem, solve(problem, engine=engine, params=BRIEF)) == []


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("engine", ENGINES)
@settings(QUICK, max_examples=2_500, phases=[Phase.generate])
@given(problem=problems(max_units=5, max_jobs=7))
def test_ten_thousand_plans_pass_the_checker(problem: Problem, engine: str) -> None:
    assert check(problem, solve(problem, engine=engine, params=BRIEF)) == []


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


def gaps_to_the_optimum(n_problems: int) -> list[float]:
    gaps: list[float] = []

    @settings(
        QUICK, max_examples=n_problems, derandomize=True, database=None, phases=[Phase.generate]
    )
    @given(problems(max_units=3, max_jobs=4))
    def run(problem: Problem) -> None:
        least = optimum(problem)
        plan = solve(problem, params=BRIEF)
        assert check(problem, plan) == []
        gap = cost_as_searched(problem, plan) - least
        assert gap > -1e-6 * max(1.0, abs(least)), "cheaper than the optimum"
        gaps.append(gap)

    run()
    return gaps


def share_equal(gaps: list[float]) -> float:
    return sum(gap < 1e-3 for gap in gaps) / len(gaps)


def test_small_problems_are_solved_to_the_optimum() -> None:
    assert share_equal(gaps_to_the_optimum(150)) >= 0.99


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_thousand_small_problems_are_solved_to_the_optimum() -> None:
    assert share_equal(gaps_to_the_optimum(2_000)) >= 0.995
