"""OSM turn restrictions, expanded into the edge sequences that may not be driven.

Source: OSM wiki, `Relation:restriction`. The readings chosen where the wiki leaves room:

* ``only_*`` forbids every other way out at each step of the prescribed walk;
* turning back on the same road is never listed: the router prices or forbids it by itself;
* where a member way runs on through the junction, the pair of edges whose angle fits the kind of
  restriction is meant;
* restrictions for part of the day (``restriction:conditional``), for other vehicles, or with cars
  in ``except`` are ignored, and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from geo_data.osm_ways import RestrictionRelation

Walk: TypeAlias = tuple[int, ...]

_CAR_KEYS = ("restriction:motorcar", "restriction:motor_vehicle", "restriction")
_CARS = frozenset(["motorcar", "motor_vehicle", "vehicle"])
_MAX_VIA_EDGES = 30


@dataclass(frozen=True, slots=True)
class Restriction:
    """One usable restriction: way ids, and the via node or the via ways in order."""

    kind: str
    from_ways: tuple[int, ...]
    via_node: int | None
    via_ways: tuple[int, ...]
    to_ways: tuple[int, ...]


def restrict_turns(
    network: RoadNetwork, relations: Iterable[RestrictionRelation]
) -> tuple[RoadNetwork, Counter[str]]:
    """Return the network with its banned turns, and how many relations met which fate.

    The counter's keys are ``used``, ``conditional``, ``other_vehicle``, ``incomplete`` (members
    missing, or roles that make no sense) and ``not_on_network`` (the walk does not exist here).
    """
    turns = _Turns(network)
    fates: Counter[str] = Counter()
    banned: set[Walk] = set()
    for relation in relations:
        parsed = parse_restriction(relation)
        if isinstance(parsed, str):
            fates[parsed] += 1
            continue
        walks = turns.banned_by(parsed)
        fates["not_on_network" if walks is None else "used"] += 1
        banned.update(walks or ())
    return replace(network, banned_turns=tuple(sorted(banned))), fates


def parse_restriction(relation: RestrictionRelation) -> Restriction | str:
    """Read one relation; the reason as a word where it cannot or need not be used."""
    tags = relation.tags
    kind = next((tags[key] for key in _CAR_KEYS if key in tags), None)
    if kind is None:
        return "conditional" if "restriction:conditional" in tags else "other_vehicle"
    if _CARS & {vehicle.strip() for vehicle in tags.get("except", "").split(";")}:
        return "other_vehicle"
    if not kind.startswith(("no_", "only_")):
        return "incomplete"
    by_role = {
        role: tuple(m.ref for m in relation.members if (m.role, m.type) == role)
        for role in (("from", "w"), ("via", "n"), ("via", "w"), ("to", "w"))
    }
    nodes, ways = by_role["via", "n"], by_role["via", "w"]
    complete = by_role["from", "w"] and by_role["to", "w"] and (bool(nodes) != bool(ways))
    if not complete or len(nodes) > 1:
        return "incomplete"
    return Restriction(
        kind, by_role["from", "w"], nodes[0] if nodes else None, ways, by_role["to", "w"]
    )


class _Turns:
    """Finds walks over the edges of a network by way id and node id."""

    def __init__(self, network: RoadNetwork) -> None:
        self.network = network
        order = np.argsort(network.edge_way_id, kind="stable")
        ways, first = np.unique(network.edge_way_id[order], return_index=True)
        parts = np.split(order, first[1:])
        self.edges_of = {int(way): part.tolist() for way, part in zip(ways, parts, strict=False)}
        self.node_of = {osm_id: node for node, osm_id in enumerate(network.node_osm_id.tolist())}
        self.out_ptr = np.searchsorted(network.edge_from, np.arange(network.n_nodes + 1))
        self.edge_from, self.edge_to = network.edge_from.tolist(), network.edge_to.tolist()
        self.reverse = network.edge_reverse.tolist()

    def banned_by(self, restriction: Restriction) -> list[Walk] | None:
        """Return the walks a restriction forbids, None where it does not fit the network."""
        if restriction.via_node is not None:
            walks = self._walks_via_node(restriction)
        else:
            walks = self._walks_via_ways(restriction)
        if not walks:
            return None
        if restriction.kind.startswith("only_"):
            return self._all_but(walks)
        return walks

    def _walks_via_node(self, restriction: Restriction) -> list[Walk]:
        node = self.node_of.get(restriction.via_node or 0)
        if node is None:
            return []
        arriving = [e for e in self._edges(restriction.from_ways) if self.edge_to[e] == node]
        leaving = [e for e in self._edges(restriction.to_ways) if self.edge_from[e] == node]
        walks: list[Walk] = [(a, b) for a in arriving for b in leaving if b != self.reverse[a]]
        if restriction.kind == "no_u_turn" and restriction.from_ways == restriction.to_ways:
            # Only turning back on one road is meant, and that is never listed.
            return [] if len(arriving) > 1 or not arriving else walks
        return self._as_meant(restriction, walks)

    def _as_meant(self, restriction: Restriction, walks: list[Walk]) -> list[Walk]:
        expected = len(restriction.from_ways) * len(restriction.to_ways)
        if len(walks) <= expected or restriction.kind in ("no_entry", "no_exit"):
            return walks
        wanted = _nominal_turn_deg(restriction.kind)
        misfit = [abs(_wrapped(self._turn_deg(*walk) - wanted)) for walk in walks]
        return [walks[int(np.argmin(misfit))]]

    def _walks_via_ways(self, restriction: Restriction) -> list[Walk]:
        goals = set(self._edges(restriction.to_ways))
        starts = self._edges(restriction.from_ways)
        found: list[Walk] = []
        for start in starts:
            found += self._search((start,), 0, restriction.via_ways, goals)
        shortest = min((len(walk) for walk in found), default=0)
        return [walk for walk in found if len(walk) == shortest]

    def _search(
        self, walk: Walk, done: int, via_ways: Sequence[int], goals: set[int]
    ) -> list[Walk]:
        """Extend a walk over ``via_ways`` in order; ``done`` of them have been entered."""
        if len(walk) > _MAX_VIA_EDGES:
            return []
        found: list[Walk] = []
        for edge in self._out(self.edge_to[walk[-1]]):
            if edge == self.reverse[walk[-1]] or edge in walk:
                continue
            if done == len(via_ways) and edge in goals:
                found.append((*walk, edge))
            way = int(self.network.edge_way_id[edge])
            if done and way == via_ways[done - 1]:
                found += self._search((*walk, edge), done, via_ways, goals)
            elif done < len(via_ways) and way == via_ways[done]:
                found += self._search((*walk, edge), done + 1, via_ways, goals)
        return found

    def _all_but(self, walks: list[Walk]) -> list[Walk]:
        """Return every way off the prescribed walks, as the shortest banned sequences."""
        allowed = {walk[:k] for walk in walks for k in range(1, len(walk) + 1)}
        banned = set()
        for prefix in {walk[:k] for walk in walks for k in range(1, len(walk))}:
            for edge in self._out(self.edge_to[prefix[-1]]):
                if (*prefix, edge) not in allowed and edge != self.reverse[prefix[-1]]:
                    banned.add((*prefix, edge))
        return sorted(banned)

    def _edges(self, ways: Iterable[int]) -> list[int]:
        return [edge for way in ways for edge in self.edges_of.get(way, ())]

    def _out(self, node: int) -> range:
        return range(int(self.out_ptr[node]), int(self.out_ptr[node + 1]))

    def _turn_deg(self, arriving: int, leaving: int) -> float:
        into, out = self.network.shape(arriving)[-2:], self.network.shape(leaving)[:2]
        return _heading_deg(out) - _heading_deg(into)


def _heading_deg(line: NDArray[np.float64]) -> float:
    step = line[1] - line[0]
    return float(np.degrees(np.arctan2(step[0] * np.cos(np.radians(line[0, 1])), step[1])))


def _nominal_turn_deg(kind: str) -> float:
    if kind.endswith("left_turn"):
        return -90.0
    if kind.endswith("right_turn"):
        return 90.0
    return 180.0 if kind.endswith("u_turn") else 0.0


def _wrapped(angle_deg: float) -> float:
    return (angle_deg + 180.0) % 360.0 - 180.0
