"""What is asked of the engine ``colgen`` on any small problem."""

from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings

from dispatch.core.checker import check
from dispatch.core.model import Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.strategies.problems import problems

STEPS = SolveParams(wall_limit_s=None, ruin_steps=60)


@dataclass(slots=True)
class Found:
    """How many problems were solved to the optimum, proved to be, and seen."""

    optimal: int = 0
    proved: int = 0
    seen: int = 0


def check_bounds(n_problems: int, params: SolveParams = STEPS) -> Found:
    """Check that no bound exceeds the optimum."""
    found = Found()

    @settings(
        deadline=None,
        suppress_health_check=list(HealthCheck),
        max_examples=n_problems,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )
    @given(problems(max_units=3, max_jobs=4))
    def run(problem: Problem) -> None:
        plan = solve(problem, engine="colgen", params=params)
        assert check(problem, plan) == []
        least = optimum(problem)
        cost, bound = cost_as_searched(problem, plan), plan.lower_bound_cny
        rounding = 1e-6 * max(1.0, abs(least))
        assert cost > least - rounding, "cheaper than the optimum"
        if bound is not None:
            assert bound <= plan.cost_cny + rounding
            assert bound <= least + rounding, "the bound exceeds the optimum"
            found.proved += plan.cost_cny - bound < 1e-3
        found.optimal += cost - least < 1e-3
        found.seen += 1

    run()
    return found
