"""The places of one decision: numbered, laid on roads once, with the times between them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kernel.errors import OutsideNetwork
from kernel.position import Position
from routing.travel_times import UNREACHABLE_S, Snapped, TravelTimes

_KEPT = 20_000


class RoadsideCache:
    """Positions laid on roads, remembered: jobs and centres stand still, idle units too."""

    def __init__(self, travel_times: TravelTimes) -> None:
        self.travel_times = travel_times
        self._known: OrderedDict[Position, Snapped | None] = OrderedDict()
        self._turn = Lock()

    def snap(self, positions: Sequence[Position]) -> list[Snapped | None]:
        """Return each position on its road (one row), ``None`` where no road is near."""
        with self._turn:
            new = [p for p in dict.fromkeys(positions) if p not in self._known]
            for position, snapped in zip(new, self._lay(new), strict=True):
                self._known[position] = snapped
            found = []
            for position in positions:
                self._known.move_to_end(position)
                found.append(self._known[position])
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
            return found

    def _lay(self, positions: list[Position]) -> list[Snapped | None]:
        if not positions:
            return []
        try:
            snapped = self.travel_times.snap(positions)
        except OutsideNetwork:
            return [self._lay_one(position) for position in positions]
        return [snapped.pick([row]) for row in range(len(positions))]

    def _lay_one(self, position: Position) -> Snapped | None:
        try:
            return self.travel_times.snap([position])
        except OutsideNetwork:
            return None  # a result, not an error: the matrix says that no way leads there


class Places:
    """Positions with their numbers in a travel-time matrix; equal positions share a number."""

    def __init__(self) -> None:
        self._number: dict[Position, int] = {}
        self._goals: set[int] = set()

    def add(self, position: Position, *, is_goal: bool = True) -> int:
        """Return the number of a position, a new one if it was not known.

        Where a unit merely starts nobody drives to: such a place is no goal, and its column of the
        matrix stays empty. Engines search backwards from goals and remember the search, so that a
        goal that moves with every report would be the dearest of all.
        """
        number = self._number.setdefault(position, len(self._number))
        if is_goal:
            self._goals.add(number)
        return number

    def number(self, position: Position) -> int:
        """Return the number of a known position; KeyError otherwise."""
        return self._number[position]

    def matrix(self, roadside: RoadsideCache) -> NDArray[np.int32]:
        """Return int32[n, n] seconds from all places to the goals, zero on the diagonal."""
        positions = list(self._number)
        travel_s = np.full((len(positions), len(positions)), UNREACHABLE_S, dtype=np.int32)
        laid = roadside.snap(positions)
        from_rows = [row for row, snapped in enumerate(laid) if snapped is not None]
        to_rows = [row for row in from_rows if row in self._goals]
        if to_rows:
            sources = joined([snapped for snapped in laid if snapped is not None])
            targets = joined([laid[row] or sources for row in to_rows])
            travel_s[np.ix_(from_rows, to_rows)] = roadside.travel_times.matrix(sources, targets)
        np.fill_diagonal(travel_s, 0)
        return travel_s

    def times_to(self, goals: Sequence[Position], roadside: RoadsideCache) -> NDArray[np.int32]:
        """Return int32[n, n_goals] seconds from all places to positions that are none of them."""
        travel_s = np.full((len(self._number), len(goals)), UNREACHABLE_S, dtype=np.int32)
        laid, ends = roadside.snap(list(self._number)), roadside.snap(goals)
        from_rows = [row for row, snapped in enumerate(laid) if snapped is not None]
        to_rows = [row for row, snapped in enumerate(ends) if snapped is not None]
        if from_rows and to_rows:
            sources = joined([snapped for snapped in laid if snapped is not None])
            targets = joined([snapped for snapped in ends if snapped is not None])
            travel_s[np.ix_(from_rows, to_rows)] = roadside.travel_times.matrix(sources, targets)
        return travel_s


def joined(parts: Sequence[Snapped]) -> Snapped:
    """Return several rows of snapped positions as one (at least one part)."""
    return Snapped(
        np.concatenate([part.edge for part in parts]),
        np.concatenate([part.fraction for part in parts]),
        np.concatenate([part.distance_m for part in parts]),
    )
