"""What is asked of the engine ``colgen`` on any small problem."""

from hypothesis import HealthCheck, Phase, given, settings

from dispatch.core.checker import check
from dispatch.core.model import Problem
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from tests.dispatch.core.brute_force import cost_as_searched, optimum
from tests.strategies.problems import problems

STEPS = SolveParams(wall_limit_s=None, ruin_steps=60)


def check_bounds(n_problems: int) -> tuple[int, int, int]:
    """Check that bounds hold; return how many plans were optimal, proved to be, and all."""
    optimal, proved, seen = 0, 0, 0

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
        nonlocal optimal, proved, seen
        plan = solve(problem, engine="colgen", params=STEPS)
        violations = check(problem, plan)
        assert violations == []
        least = optimum(problem)
        cost, bound = cost_as_searched(problem, plan), plan.lower_bound_cny
        rounding = 1e-6 * max(1.0, abs(least))
        assert cost > least - rounding, "cheaper than the optimum"
        if bound is not None:
            assert bound <= plan.cost_cny + rounding
            assert bound <= least + rounding, "the bound exceeds the optimum"
            proved += plan.cost_cny - bound < 1e-3
        optimal += cost - least < 1e-3
        seen += 1

    run()
    return optimal, proved, seen
