"""The OR-Tools routing model of a problem.

Lateness is soft and piecewise linear; Python has no piecewise cost on arrival times, so there is
one time dimension for each breakpoint of the price of arriving late: each adds what the rate grows
by there. The price of a breach is not convex; it is spread over the first minutes of lateness.
Exact evaluation follows outside.
"""

from __future__ import annotations

from typing import Any

from ortools.constraint_solver import pywrapcp

from dispatch.core.model import Job
from dispatch.core.ortools_nodes import (
    HORIZON_S,
    MOST_COST,
    SCALE,
    Node,
    Nodes,
    cost_units,
    matrices,
    release_cny,
)
from dispatch.core.tours import leave_cny

BREACH_SPREAD_S = 1_200
"""The price of a breach is charged evenly over this much lateness."""

MOST_RATE = 10**6
"""Cost units per second are cut here, so that cost times time cannot overflow."""

GRAMS = 1_000
"""Energy is counted in thousandths of a kWh."""


class RoutingModel:
    """An OR-Tools model with what is needed to translate tours to it and back."""

    def __init__(self, nodes: Nodes) -> None:
        self.nodes = nodes
        n_units, n_jobs = len(nodes.starts), len(nodes.nodes)
        self.manager = pywrapcp.RoutingIndexManager(
            n_jobs + 2 * n_units,
            n_units,
            [nodes.start_node(u) for u in range(n_units)],
            [nodes.end_node(u) for u in range(n_units)],
        )
        self.routing = pywrapcp.RoutingModel(self.manager)
        self._index = [self.manager.NodeToIndex(i) for i in range(n_jobs)]
        times, costs = matrices(nodes)
        self._time = self.routing.RegisterTransitMatrix(times)
        self.routing.SetArcCostEvaluatorOfAllVehicles(self.routing.RegisterTransitMatrix(costs))
        self._add_disjunctions()
        self._add_capabilities()
        self._add_dimensions()
        self._add_stock()
        self._add_kept()

    def _add_disjunctions(self) -> None:
        compiled = self.nodes.compiled
        for j, copies in self.nodes.of_job.items():
            penalty = cost_units(leave_cny(compiled, j) + release_cny(compiled, j))
            self.routing.AddDisjunction(
                [self._index[i] for i in copies], min(penalty, MOST_COST), 1
            )

    def _add_capabilities(self) -> None:
        everybody = len(self.nodes.starts)
        for i, node in enumerate(self.nodes.nodes):
            if len(node.units) < everybody:
                vehicle = self.routing.VehicleVar(self._index[i])
                vehicle.SetValues([-1, *node.units])

    def _add_dimensions(self) -> None:
        compiled = self.nodes.compiled
        bends = {i: self._bends(node) for i, node in enumerate(self.nodes.nodes)}
        n_dimensions = max([1, *(len(it) for it in bends.values())])
        waits = any(job.earliest_s > 0 for job in compiled.jobs)
        for k in range(n_dimensions):
            name = f"time{k}"
            self.routing.AddDimension(self._time, HORIZON_S if waits else 0, HORIZON_S, False, name)
            dimension = self.routing.GetDimensionOrDie(name)
            self._add_windows(dimension, first=k == 0)
            for i, bend in bends.items():
                if k < len(bend):
                    dimension.SetCumulVarSoftUpperBound(self._index[i], *bend[k])

    def _bends(self, node: Node) -> list[tuple[int, int]]:
        """Return where the price of arriving grows, and by how much a second."""
        if node.kept_by != -1:
            return []
        job = self.nodes.compiled.jobs[self.nodes.compiled.job_of[node.choice]]
        return [(max(0, at), min(rate, MOST_RATE)) for at, rate in price_bends(job) if rate > 0]

    def _add_windows(self, dimension: Any, *, first: bool) -> None:
        compiled = self.nodes.compiled
        for i, node in enumerate(self.nodes.nodes):
            job = compiled.jobs[compiled.job_of[node.choice]]
            if node.kept_by != -1:
                continue
            if job.earliest_s > 0:
                dimension.CumulVar(self._index[i]).SetMin(job.earliest_s)
            if job.latest_s is not None:
                self._close(dimension.CumulVar(self._index[i]), job.latest_s)
        for u, unit in enumerate(compiled.units):
            start = self.nodes.starts[u]
            dimension.CumulVar(self.routing.Start(u)).SetRange(start.time_s, start.time_s)
            end = dimension.CumulVar(self.routing.End(u))
            if unit.hard_end_s is not None:
                end.SetMax(max(unit.hard_end_s, self._idle_end_s(u)))
            if first:
                self._price_overtime(dimension, u)

    def _close(self, cumul: Any, latest_s: int) -> None:
        """Set the latest start; a window in the past is one that nobody can reach."""
        cumul.SetMax(max(latest_s, cumul.Min()))

    def _price_overtime(self, dimension: Any, u: int) -> None:
        compiled = self.nodes.compiled
        rate = _per_second(compiled.problem.prices.overtime_cny_per_min)
        bound = max(compiled.units[u].shift_end_s, self._idle_end_s(u))
        dimension.SetCumulVarSoftUpperBound(self.routing.End(u), bound, min(rate, MOST_RATE))
        if compiled.units[u].end_place is not None:
            self.routing.SetVehicleUsedWhenEmpty(True, u)

    def _idle_end_s(self, u: int) -> int:
        compiled, start = self.nodes.compiled, self.nodes.starts[u]
        end_place = compiled.units[u].end_place
        return start.time_s + (0 if end_place is None else compiled.rows[start.place][end_place])

    def _add_stock(self) -> None:
        compiled = self.nodes.compiled
        taken = [round(compiled.options[node.choice].kwh * GRAMS) for node in self.nodes.nodes]
        if not any(taken):
            return
        rest = 2 * len(self.nodes.starts)
        stock = [max(0, round(start.kwh * GRAMS)) for start in self.nodes.starts]
        unary = self.routing.RegisterUnaryTransitVector([*taken, *([0] * rest)])
        self.routing.AddDimensionWithVehicleCapacity(unary, 0, stock, True, "kwh")

    def _add_kept(self) -> None:
        """Let a kept commitment follow nothing but the start of its unit."""
        for i, node in enumerate(self.nodes.nodes):
            if node.kept_by == -1:
                continue
            start = self.routing.Start(node.kept_by)
            for other in range(self.routing.Size()):
                if other not in (start, self._index[i]):
                    self.routing.NextVar(other).RemoveValue(self._index[i])

    def indices_of(self, routes: list[tuple[int, ...]]) -> list[list[int]]:
        """Return the tours of all units as node indices, without what is cut off."""
        result = []
        for u, route in enumerate(routes):
            rest = route[len(self.nodes.starts[u].fixed) :]
            copies = [self.nodes.node_of(u, c, first=i == 0) for i, c in enumerate(rest)]
            result.append([self._index[i] for i in copies if i is not None])
        return result

    def routes_of(self, assignment: Any) -> list[tuple[int, ...]]:
        """Return the tours of a solution, with what was cut off in front."""
        routes = []
        for u, start in enumerate(self.nodes.starts):
            route = list(start.fixed)
            index = assignment.Value(self.routing.NextVar(self.routing.Start(u)))
            while not self.routing.IsEnd(index):
                route.append(self.nodes.nodes[self.manager.IndexToNode(index)].choice)
                index = assignment.Value(self.routing.NextVar(index))
            routes.append(tuple(route))
        return routes


def price_bends(job: Job) -> list[tuple[int, int]]:
    """Return the times at which the price of arriving at a job begins to grow faster.

    Pairs of seconds and cost units per second, the growth of the rate at that time.
    """
    bends = [(max(0, job.earliest_s), _per_second(job.wait_cny_per_min))]
    before = 0.0
    for after_s, rate in job.lateness.steps:
        bends.append((job.target_s + after_s, _per_second(rate - before)))
        before = rate
    if job.lateness.breach_cny and job.target_s >= 0:
        bends.append((job.target_s, round(job.lateness.breach_cny * SCALE / BREACH_SPREAD_S)))
    merged: dict[int, int] = {}
    for at, rate_units in bends:
        merged[max(0, at)] = merged.get(max(0, at), 0) + rate_units
    return sorted(merged.items())


def _per_second(cny_per_min: float) -> int:
    return round(cny_per_min * SCALE / 60)
