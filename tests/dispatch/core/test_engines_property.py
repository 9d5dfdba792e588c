from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.core.checker import check
from dispatch.core.compiled import compile_problem
from dispatch.core.costing import route_cost_function
from dispatch.core.model import Problem
from dispatch.core.schedule import Broken, timetable
from dispatch.core.solve import solve
from dispatch.core.terms import route_charges
from tests.strategies.problems import problems


@settings(deadline=None, max_examples=150)
@given(problems(), st.sampled_from(["greedy", "nearest", "hungarian"]))
def test_every_plan_of_the_quick_engines_passes_the_checker(problem: Problem, engine: str) -> None:
    assert check(problem, solve(problem, engine=engine)) == []


@settings(deadline=None, max_examples=200)
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
