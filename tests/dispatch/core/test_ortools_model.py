"""The routing model charges what we charge: its objective for given tours, to the cent."""

from dataclasses import replace

import pytest

from dispatch.core.evaluate import tours_of
from dispatch.core.insertion import Pricer
from dispatch.core.model import LatenessCurve, Lock
from dispatch.core.ortools_model import RoutingModel, price_bends
from dispatch.core.ortools_nodes import SCALE, build_nodes
from dispatch.core.ortools_search import improve
from dispatch.core.solve import solve
from dispatch.core.tours import Tours
from tests.dispatch.core.small import commitment, job, problem, repair, tow, unit

CURVE = LatenessCurve(((0, 2.0), (300, 5.0)))

UNITS = (
    unit("a", 0, "repair", "tow", kept_cny=7.0, shift_end_s=1200),
    unit("b", 12, "repair", available_s=240, end_place=12, shift_end_s=600),
    unit("c", 25, "charge", "repair", kwh=12.0),
)
JOBS = (
    job("late", repair(3, 10, "repair"), target_min=1, lateness=CURVE, wait_cny_per_min=0.5),
    job("two ways", repair(14, 20, "charge"), tow(14, 9, "tow", price_cny=9.0), target_min=10),
    job("stock", repair(20, 10, "charge", kwh=10.0), lateness=CURVE, target_min=2),
    job("window", repair(11, 10, "repair"), earliest_s=1800, latest_s=2400),
    job("nobody", repair(1, 10, "helicopter"), unassigned_cny=120.0),
    job("last", repair(29, 10, "repair"), lateness=CURVE, target_min=3, wait_cny_per_min=1.0),
)

CASES = {
    "plain": problem(UNITS, JOBS),
    "a plan in force": problem(
        UNITS, JOBS, commitment("late", "b", Lock.FREE), commitment("window", "b", Lock.FREE)
    ),
    "a unit that rolls": problem(
        UNITS, JOBS, commitment("late", "a", Lock.FULL, start_s=500, release_cny=30.0)
    ),
    "a lock": problem(UNITS, JOBS, commitment("last", "b", Lock.UNIT)),
}


def objective(model, routes):
    """Return the objective of the routing model for tours that may not be changed."""
    model.routing.CloseModel()
    assignment = model.routing.ReadAssignmentFromRoutes(model.indices_of(routes), True)
    assert assignment is not None
    return assignment.ObjectiveValue() / SCALE


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("engine", ["greedy", "hungarian", "nearest"])
def test_the_objective_is_the_exact_cost(case, engine):
    given = CASES[case]
    pricer = Pricer.of(given)
    compiled = pricer.compiled
    plan = solve(given, engine=engine)
    model = RoutingModel(build_nodes(pricer))
    routes = [tuple(tour) for tour in tours_of(compiled, plan)]
    # Units with an end place drive there in the model also when idle; "nobody" has no node.
    anyway = sum(compiled.idle_drive_s) / 60 * given.prices.drive_cny_per_min
    assert objective(model, routes) + 120 - anyway == pytest.approx(plan.cost_cny, abs=0.01)


def test_the_price_of_arriving_bends_where_the_terms_do():
    it = replace(JOBS[0], earliest_s=30)
    assert price_bends(it) == [(30, 50), (60, 200), (360, 300)]


def test_two_bends_at_one_time_are_one():
    assert price_bends(replace(JOBS[0], target_s=-60)) == [(0, 250), (240, 300)]


def test_a_breach_is_spread_over_the_first_minutes():
    it = job("j", repair(1), target_min=1, lateness=LatenessCurve(((0, 0.0),), breach_cny=20.0))
    assert dict(price_bends(it))[60] == 100


@pytest.mark.parametrize("case", CASES)
def test_the_search_repeats_and_helps(case):
    pricer = Pricer.of(CASES[case])
    start = Tours.of(
        pricer, [tuple(t) for t in tours_of(pricer.compiled, solve(CASES[case], engine="nearest"))]
    )
    found = [improve(start, 400, 1, None) for _ in range(2)]
    assert found[0].routes == found[1].routes
    assert found[0].cost_cny < start.cost_cny
