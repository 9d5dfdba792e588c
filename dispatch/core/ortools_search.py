"""Guided local search of OR-Tools from given tours, for a fixed number of steps."""

from __future__ import annotations

from typing import Any

from ortools.constraint_solver import pywrapcp, routing_enums_pb2
from ortools.util import optional_boolean_pb2

from dispatch.core.insertion import Pricer
from dispatch.core.ortools_model import RoutingModel
from dispatch.core.ortools_nodes import build_nodes
from dispatch.core.tours import Tours

OPERATORS = {
    "relocate",
    "exchange",
    "cross",
    "two_opt",
    "or_opt",
    "make_active",
    "make_inactive",
    "swap_active",
}
"""Operators whose neighbours cost about the same; those that rebuild routes take milliseconds each
without asking the limit (2 s for 60 units and 5 jobs)."""

LONGEST_MS = 3_600_000
"""Guided local search warns when it has no time limit at all, milliseconds."""


def improve(tours: Tours, steps: int, seed: int, wall_limit_s: float | None) -> Tours | None:
    """Return what OR-Tools makes of ``tours``, or ``None`` if it has nothing to say.

    A step is one question of the search to its limit: about one neighbour. Neither solutions nor
    branches nor failures grow steadily enough to stop by, and the search never ends on its own. The
    objective of the routing model is not quite ours (whole cost units, breach spread out): the
    result may be worse than ``tours``.
    """
    if steps == 0 or not tours.routes:
        return None
    nodes = build_nodes(tours.pricer)
    if not nodes.nodes:
        return None
    model = RoutingModel(nodes)
    parameters = _parameters(wall_limit_s)
    _stop_after(model.routing, steps)
    # Reading an assignment closes the model with default parameters unless it is closed before.
    model.routing.CloseModelWithParameters(parameters)
    model.routing.solver().ReSeed(seed % 2**31)
    start = model.routing.ReadAssignmentFromRoutes(model.indices_of(tours.routes), True)
    if start is None:
        return None
    found = model.routing.SolveFromAssignmentWithParameters(start, parameters)
    return None if found is None else _feasible(tours.pricer, model.routes_of(found))


def _parameters(wall_limit_s: float | None) -> Any:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    operators = parameters.local_search_operators
    for it in operators.DESCRIPTOR.fields:
        wanted = it.name.removeprefix("use_") in OPERATORS
        setattr(
            operators,
            it.name,
            optional_boolean_pb2.BOOL_TRUE if wanted else optional_boolean_pb2.BOOL_FALSE,
        )
    parameters.local_search_metaheuristic = (
        routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    )
    limit_ms = LONGEST_MS if wall_limit_s is None else max(1, round(wall_limit_s * 1000))
    parameters.time_limit.FromMilliseconds(limit_ms)
    return parameters


def _stop_after(routing: Any, steps: int) -> None:
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > steps

    routing.AddSearchMonitor(routing.solver().CustomLimit(enough))


def _feasible(pricer: Pricer, routes: list[tuple[int, ...]]) -> Tours | None:
    """Return the tours, with what our exact rules refuse taken back to nothing."""
    possible = [
        route if pricer.route_cny(u, route) < float("inf") else () for u, route in enumerate(routes)
    ]
    if any(pricer.route_cny(u, route) == float("inf") for u, route in enumerate(possible)):
        return None
    return Tours.of(pricer, possible)
