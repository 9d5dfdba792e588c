"""A plain Dijkstra that reads the raw turn bans: slow, obvious, sharing nothing with the engine.

It walks over (edge, how far along which bans). Written from the rules, not from `routing`:

- times are whole milliseconds, rounded half up, at least one for an edge;
- a position on a two-way road lies on both of its directions;
- from an edge straight onto its reverse only where no other edge may follow it;
- a driver who starts on an edge has driven it, as far as bans are concerned;
- a closed edge is not driven, nor does a position lie on it; for the rule about U-turns it counts.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict

from geo_data.network import RoadNetwork


class Oracle:
    def __init__(self, network: RoadNetwork, edge_ms: list[int | None] | None = None) -> None:
        """``edge_ms``: other times than the network's; None for a closed edge."""
        self.n = network
        self.reverse = network.edge_reverse.tolist()
        self.head = network.edge_to.tolist()
        self.ms = edge_ms or [
            max(1, math.floor(length * 3600.0 / speed + 0.5))
            for length, speed in zip(
                network.edge_length_m.tolist(), network.edge_speed_kph.tolist(), strict=True
            )
        ]
        self.out = defaultdict(list)
        for edge, tail in enumerate(network.edge_from.tolist()):
            self.out[tail].append(edge)
        self.bans = [tuple(ban) for ban in network.banned_turns]
        self.bans_with = defaultdict(list)
        for number, ban in enumerate(self.bans):
            self.bans_with[ban[0]].append(number)
        self.pairs = {ban for ban in self.bans if len(ban) == 2}

    def sides(self, edge: int, fraction: float) -> list[tuple[int, int, int]]:
        """Return (edge, ms before the point, ms after it) for both directions."""
        found = []
        if self.ms[edge] is not None:
            before = math.floor(fraction * self.ms[edge] + 0.5)
            found.append((edge, before, self.ms[edge] - before))
        back = self.reverse[edge]
        if back not in (-1, edge) and self.ms[back] is not None:
            same = self.ms[back] == self.ms[edge]
            after = before if same else math.floor(fraction * self.ms[back] + 0.5)
            found.append((back, self.ms[back] - after, after))
        return found

    def progress(self, edge: int, so_far: frozenset) -> frozenset | None:
        """Return the bans begun after driving an edge next, None where it completes one."""
        begun = {(n, k + 1) for n, k in so_far if self.bans[n][k] == edge}
        begun |= {(n, 1) for n in self.bans_with[edge]}
        if any(k == len(self.bans[n]) for n, k in begun):
            return None
        return frozenset(begun)

    def following(self, edge: int) -> list[int]:
        onward = [e for e in self.out[self.head[edge]] if (edge, e) not in self.pairs]
        others = [e for e in onward if e != self.reverse[edge]]
        return others or onward

    def edge_starts(self, ends: list[tuple[int, int]]) -> dict[int, int]:
        """Return the least ms to the start of every edge that can be turned onto.

        The driver is on one of the given edges, so many ms before its end.
        """
        best: dict[int, int] = {}
        queue = []
        for side, after in ends:
            queue.append((after, side, tuple(sorted(self.progress(side, frozenset())))))
        heapq.heapify(queue)
        settled = set()
        while queue:
            time, edge_, begun = heapq.heappop(queue)
            if (edge_, begun) in settled:
                continue
            settled.add((edge_, begun))
            for onto in self.following(edge_):
                after = self.progress(onto, frozenset(begun))
                if after is None or self.ms[onto] is None:
                    continue
                if time < best.get(onto, time + 1):
                    best[onto] = time
                heapq.heappush(queue, (time + self.ms[onto], onto, tuple(sorted(after))))
        return best

    def times_ms(self, source: tuple[int, float], targets: list[tuple[int, float]]) -> list:
        """Return the ms from a source to each target, None where there is no way."""
        starts = self.edge_starts([(e, after) for e, _, after in self.sides(*source)])
        found = []
        for target in targets:
            ways = [starts[e] + before for e, before, _ in self.sides(*target) if e in starts]
            ways += [
                there - here
                for e, here, _ in self.sides(*source)
                for f, there, _ in self.sides(*target)
                if e == f and there >= here
            ]
            found.append(min(ways, default=None))
        return found
