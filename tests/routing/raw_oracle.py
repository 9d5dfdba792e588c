"""A plain Dijkstra over (edge, progress in restrictions) that reads OSM relations as they stand.

Slow, obvious, and sharing nothing with what is tested: neither the reader that turns relations into
banned walks nor any engine. Each way runs from one junction to another, so that there is nothing to
interpret about which part of a way a relation means. Rules, from the OSM wiki
(`Relation:restriction`) and docs/travel-times.md:

- ``no_*``: who has driven ``from`` and all of ``via`` does not go on into ``to``;
- ``only_*``: who has driven ``from`` and a part of ``via`` goes on along it and at last into
  ``to``; turning back is no matter of theirs;
- a relation with cars in ``except`` binds nobody here;
- turning back on a road happens only where nothing else may be done.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping
from dataclasses import dataclass

Edge = tuple[int, str, str]
"""Way, and the letters it is driven from and to."""


@dataclass(frozen=True)
class Relation:
    """A turn restriction: ``via`` is a letter, or ways in order."""

    kind: str
    start: int
    via: str | tuple[int, ...]
    end: int
    excepted: str = ""

    @property
    def binds_cars(self) -> bool:
        return not {"motorcar", "motor_vehicle", "vehicle"} & set(self.excepted.split(";"))

    @property
    def walk(self) -> tuple[int, ...]:
        """The ways from first to last."""
        return (self.start, *(self.via if isinstance(self.via, tuple) else ()), self.end)


class RawOracle:
    def __init__(self, times_ms: Mapping[Edge, int], relations: list[Relation]) -> None:
        self.ms = times_ms
        self.relations = [relation for relation in relations if relation.binds_cars]

    def progress(self, so_far: frozenset, edge: Edge, onto: Edge) -> frozenset | None:
        """Return how far along which relations a driver is, None where one forbids the step.

        ``(n, k)``: the first ``k + 1`` ways of relation ``n`` have been driven.
        """
        reached = set()
        for n, k in so_far:
            relation = self.relations[n]
            if k == 0 and isinstance(relation.via, str) and edge[2] != relation.via:
                continue
            goes_on = onto[0] == relation.walk[k + 1]
            turns_back = onto == (edge[0], edge[2], edge[1])
            last = k + 2 == len(relation.walk)
            if relation.kind.startswith("no_"):
                if goes_on and last:
                    return None
            elif not goes_on and not turns_back and self.may_follow(relation, k, edge):
                return None
            if goes_on and not last:
                reached.add((n, k + 1))
        return frozenset(reached | self.begun(onto))

    def may_follow(self, relation: Relation, k: int, edge: Edge) -> bool:
        """Return whether the prescribed walk can be driven to its end from here."""
        at, ways = {edge[2]}, relation.walk[k + 1 :]
        for way in ways:
            at = {end for w, begin, end in self.ms if w == way and begin in at}
        return bool(at)

    def begun(self, edge: Edge) -> set:
        return {(n, 0) for n, relation in enumerate(self.relations) if relation.start == edge[0]}

    def following(self, edge: Edge, so_far: frozenset) -> list[tuple[Edge, frozenset]]:
        """Return where a driver goes on, and how far along which relations that is."""
        onward = [e for e in self.ms if e[1] == edge[2]]
        back = (edge[0], edge[2], edge[1])
        here = self.begun(edge)  # what forbids the step whatever was driven before
        lawful = [e for e in onward if self.progress(frozenset(here), edge, e) is not None]
        lawful = [e for e in lawful if e != back] or lawful
        steps = [(e, self.progress(so_far, edge, e)) for e in lawful]
        return [(e, after) for e, after in steps if after is not None]

    def from_middle_ms(self, start: Edge, half_ms: int) -> dict[Edge, int]:
        """Return the least ms from a point on an edge, so long before its end, to edges' starts."""
        best: dict[Edge, int] = {}
        queue = [(half_ms, start, tuple(sorted(self.begun(start))))]
        settled = set()
        while queue:
            time, edge, begun = heapq.heappop(queue)
            if (edge, begun) in settled:
                continue
            settled.add((edge, begun))
            for onto, after in self.following(edge, frozenset(begun)):
                best.setdefault(onto, time)
                heapq.heappush(queue, (time + self.ms[onto], onto, tuple(sorted(after))))
        return best
