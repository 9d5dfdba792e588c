"""The nodes of the OR-Tools routing model: which unit may enter which, in what time, at what price.

A unit is a pair of nodes, where it starts and where it ends. A choice is one node, or several
copies where the price depends on the unit:

- a job of the plan in force (``FREE``): one copy for its unit, one for all others with the price of
  change;
- a ``FULL`` commitment that may be released: one copy *kept*, that only its unit may enter, and
  only first; all other copies cost the release.

What may not change at all (the rest of the heads) is cut off: the unit starts behind it.
"""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.core.compiled import Compiled
from dispatch.core.insertion import Pricer
from dispatch.core.model import UNREACHABLE_S
from dispatch.core.schedule import Broken, Stop, walk
from dispatch.core.terms import STOP_TERMS
from dispatch.core.tours import Tours, base_tours

SCALE = 6_000
"""Cost units of the routing model in one CNY: 1 CNY per minute is 100 units per second."""

MOST_COST = 10**14
"""Costs are cut here, in cost units, far below what would overflow."""

HORIZON_S = 10**12
"""Time may run up to here; a leg beyond it cannot be driven, seconds."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a unit's free part begins: behind the part of its head that cannot change."""

    fixed: tuple[int, ...]
    place: int
    time_s: int
    kwh: float
    used: bool


@dataclass(frozen=True, slots=True)
class Node:
    """A copy of a choice; ``kept_by`` is the unit of a kept commitment or -1.

    ``price_cny`` is paid on entering; ``units`` may enter.
    """

    choice: int
    units: tuple[int, ...]
    price_cny: float
    kept_by: int = -1


@dataclass(slots=True)
class Nodes:
    """All nodes; job nodes are numbered from 0, then the starts, then the ends of the units."""

    compiled: Compiled
    starts: list[Start]
    nodes: list[Node]
    of_job: dict[int, list[int]]
    kept_stop: dict[int, Stop]

    def start_node(self, u: int) -> int:
        """Return the node where unit ``u`` starts."""
        return len(self.nodes) + u

    def end_node(self, u: int) -> int:
        """Return the node where unit ``u`` ends."""
        return len(self.nodes) + len(self.starts) + u

    def kept_node(self, u: int) -> int | None:
        """Return the node of the commitment that unit ``u`` may keep or release."""
        return next((i for i, node in enumerate(self.nodes) if node.kept_by == u), None)

    def node_of(self, u: int, choice: int, *, first: bool) -> int | None:
        """Return the copy of ``choice`` that unit ``u`` enters."""
        mine = [
            i
            for i in self.of_job.get(self.compiled.job_of[choice], [])
            if self.nodes[i].choice == choice and u in self.nodes[i].units
        ]
        mine.sort(key=lambda i: self.nodes[i].kept_by == -1)
        return next((i for i in mine if first or self.nodes[i].kept_by == -1), None)


def build_nodes(pricer: Pricer) -> Nodes:
    """Return the nodes of a problem."""
    compiled = pricer.compiled
    base = base_tours(pricer)
    kept = {u: _keepable(base, u) for u in range(len(compiled.units))}
    starts = [_start(base, u, keepable=kept[u] is not None) for u in range(len(compiled.units))]
    cut_off = {compiled.job_of[c] for start in starts for c in start.fixed}
    result = Nodes(compiled, starts, [], {}, {})
    for j in range(len(compiled.jobs)):
        if j not in cut_off:
            _add_copies(result, j, kept)
    return result


def _keepable(base: Tours, u: int) -> int | None:
    """Return the choice that a unit may keep or release, if that is all its head."""
    heads = base.pricer.compiled.head[u]
    alone = len(heads) == 1 and heads[0].release_cny is not None
    if alone and base.routes[u][:1] == (heads[0].choice,):
        return heads[0].choice
    return None


def _start(base: Tours, u: int, *, keepable: bool) -> Start:
    compiled = base.pricer.compiled
    unit = compiled.units[u]
    head = {it.choice for it in compiled.head[u]}
    fixed = () if keepable else tuple(c for c in base.routes[u] if c in head)
    walked = walk(compiled, u, fixed)
    if not fixed or isinstance(walked, Broken):
        return Start((), unit.start_place, unit.available_s, unit.kwh, used=False)
    kwh = unit.kwh - sum(compiled.options[c].kwh for c in fixed)
    return Start(fixed, walked.place, walked.stops[-1].end_s, kwh, used=True)


def _add_copies(nodes: Nodes, j: int, kept: dict[int, int | None]) -> None:
    compiled = nodes.compiled
    released_cny = release_cny(compiled, j)
    given_to = compiled.given_to[j]
    everybody = range(len(compiled.units))
    for c in compiled.choices[j]:
        able = tuple(u for u in everybody if compiled.can[u][c])
        if compiled.work_s[c] == UNREACHABLE_S or not able:
            continue
        price = compiled.options[c].price_cny + released_cny
        if given_to == -1:
            _add(nodes, Node(c, able, price))
            continue
        others = tuple(u for u in able if u != given_to)
        if len(others) < len(able):
            _add(nodes, Node(c, (given_to,), price))
        if others:
            _add(nodes, Node(c, others, price + compiled.problem.prices.change_cny))
    for u, choice in kept.items():
        if choice is not None and compiled.job_of[choice] == j:
            _add_kept(nodes, u, choice)


def release_cny(compiled: Compiled, j: int) -> float:
    """Return what it costs not to keep the commitment of job ``j``."""
    return sum(h.release_cny or 0.0 for heads in compiled.head for h in heads if h.job == j)


def _add_kept(nodes: Nodes, u: int, choice: int) -> None:
    walked = walk(nodes.compiled, u, [choice])
    if isinstance(walked, Broken):
        return
    charged = sum(
        charge.cny for term in STOP_TERMS for charge in term(nodes.compiled, walked.at(u))
    )
    nodes.kept_stop[u] = walked.stops[0]
    _add(nodes, Node(choice, (u,), charged, kept_by=u))


def _add(nodes: Nodes, node: Node) -> None:
    job = nodes.compiled.job_of[node.choice]
    nodes.of_job.setdefault(job, []).append(len(nodes.nodes))
    nodes.nodes.append(node)


def matrices(nodes: Nodes) -> tuple[list[list[int]], list[list[int]]]:
    """Return the times (from start of service to the next arrival) and costs between all nodes.

    Rows from a start carry the price of using the unit; columns of a choice its price; what lies
    behind an end is never entered.
    """
    compiled, n_units = nodes.compiled, len(nodes.starts)
    n_nodes = len(nodes.nodes) + 2 * n_units
    times = [[HORIZON_S + 1] * n_nodes for _ in range(n_nodes)]
    costs = [[MOST_COST] * n_nodes for _ in range(n_nodes)]
    for i, node in enumerate(nodes.nodes):
        work_s = _work_s(nodes, node)
        row = compiled.rows[compiled.last[node.choice]]
        _fill(nodes, times[i], costs[i], row, work_s, 0.0)
    for u, start in enumerate(nodes.starts):
        i = nodes.start_node(u)
        kept_cny = 0.0 if start.used else compiled.units[u].kept_cny
        _fill(nodes, times[i], costs[i], compiled.rows[start.place], 0, kept_cny)
        _fill_kept(nodes, u, times[i], costs[i], kept_cny)
        end = nodes.end_node(u)
        costs[i][end] = max(0, costs[i][end] - cost_units(kept_cny))
    return times, costs


def _work_s(nodes: Nodes, node: Node) -> int:
    if node.kept_by == -1:
        return nodes.compiled.work_s[node.choice]
    stop = nodes.kept_stop[node.kept_by]
    return stop.end_s - max(stop.arrival_s, nodes.starts[node.kept_by].time_s)


def _fill(
    nodes: Nodes, times: list[int], costs: list[int], row: list[int], work_s: int, cny: float
) -> None:
    """Fill what follows a place that is left ``work_s`` after it is reached."""
    compiled = nodes.compiled
    rate = compiled.problem.prices.drive_cny_per_min / 60
    for i, node in enumerate(nodes.nodes):
        leg_s = row[compiled.first[node.choice]]
        if leg_s != UNREACHABLE_S and node.kept_by == -1:
            drive_s = leg_s + compiled.inner_drive_s[node.choice]
            times[i] = work_s + leg_s
            costs[i] = cost_units(cny + node.price_cny + drive_s * rate)
    for u, unit in enumerate(compiled.units):
        leg_s = 0 if unit.end_place is None else row[unit.end_place]
        if leg_s != UNREACHABLE_S:
            times[nodes.end_node(u)] = work_s + leg_s
            costs[nodes.end_node(u)] = cost_units(cny + leg_s * rate)


def _fill_kept(nodes: Nodes, u: int, times: list[int], costs: list[int], cny: float) -> None:
    i = nodes.kept_node(u)
    if i is not None:
        stop = nodes.kept_stop[u]
        rate = nodes.compiled.problem.prices.drive_cny_per_min / 60
        times[i] = max(0, stop.arrival_s - nodes.starts[u].time_s)
        costs[i] = cost_units(cny + nodes.nodes[i].price_cny + stop.drive_s * rate)


def cost_units(cny: float) -> int:
    """Return a price in whole cost units of the routing model."""
    return min(round(cny * SCALE), MOST_COST)
