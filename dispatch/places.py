"""The places of one decision: numbered, laid on roads once, with the times between them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from kernel.errors import OutsideNetwork
from kernel.position import Position
from routing.speeds import VAN
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
    """Positions with their numbers in a travel-time matrix; equal positions share a number.

    Where vehicle classes have times of their own, a position has a number for each, and from one
    class's place to another's it takes the slower of both: exact for whoever is of both classes'
    speed, never too short for anybody else.

    Parameters
    ----------
    vehicles
        The classes told apart; one, unless there is a speed table.
    """

    def __init__(self, vehicles: Sequence[str] = (VAN,)) -> None:
        self._vehicles = tuple(vehicles)
        self._row: dict[Position, int] = {}
        self._goals: set[int] = set()

    def add(self, position: Position, *, is_goal: bool = True) -> int:
        """Return the (first) number of a position, a new one if it was not known.

        Where a unit merely starts nobody drives to: such a place is no goal, and its column of the
        matrix stays empty. Engines search backwards from goals and remember the search, so that a
        goal that moves with every report would be the dearest of all.
        """
        row = self._row.setdefault(position, len(self._row))
        if is_goal:
            self._goals.add(row)
        return row * len(self._vehicles)

    def number(self, position: Position, vehicle: str = VAN) -> int:
        """Return the number of a known position, for a vehicle class; KeyError otherwise."""
        return self._row[position] * len(self._vehicles) + self._class(vehicle)

    def _class(self, vehicle: str) -> int:
        return self._vehicles.index(vehicle) if vehicle in self._vehicles else 0

    def matrix(
        self, roadside: RoadsideCache, times: Mapping[str, TravelTimes] | None = None
    ) -> NDArray[np.int32]:
        """Return int32[n, n] seconds from all places to the goals, zero on the diagonal.

        Parameters
        ----------
        times
            Travel times of each vehicle class; ``roadside``'s for all if not given.
        """
        positions = list(self._row)
        laid = roadside.snap(positions)
        goals = [laid[row] if row in self._goals else None for row in range(len(positions))]
        n, k = len(positions), len(self._vehicles)
        by_class = [_between(laid, goals, self._times(v, roadside, times)) for v in self._vehicles]
        travel_s = np.empty((n, k, n, k), dtype=np.int32)
        for a in range(k):
            for b in range(k):
                travel_s[:, a, :, b] = np.maximum(by_class[a], by_class[b])
        found = travel_s.reshape(n * k, n * k)
        np.fill_diagonal(found, 0)
        return found

    def times_to(
        self,
        goals: Sequence[Position],
        roadside: RoadsideCache,
        times: Mapping[str, TravelTimes] | None = None,
    ) -> NDArray[np.int32]:
        """Return int32[n, n_goals] seconds from all places to positions that are none of them."""
        laid, ends = roadside.snap(list(self._row)), roadside.snap(goals)
        by_class = [_between(laid, ends, self._times(v, roadside, times)) for v in self._vehicles]
        return np.stack(by_class, axis=1).reshape(-1, len(goals))

    def _times(
        self, vehicle: str, roadside: RoadsideCache, times: Mapping[str, TravelTimes] | None
    ) -> TravelTimes:
        return roadside.travel_times if times is None else times[vehicle]


def seconds_between(
    starts: Sequence[Position],
    goals: Sequence[Position],
    roadside: RoadsideCache,
    times: TravelTimes,
) -> NDArray[np.int32]:
    """Return int32[n_starts, n_goals] seconds from positions to others, of this moment."""
    return _between(roadside.snap(starts), roadside.snap(goals), times)


def _between(
    starts: Sequence[Snapped | None], goals: Sequence[Snapped | None], times: TravelTimes
) -> NDArray[np.int32]:
    """Return int32[n_starts, n_goals] seconds, no way where one of both is not on a road."""
    travel_s = np.full((len(starts), len(goals)), UNREACHABLE_S, dtype=np.int32)
    from_rows = [row for row, snapped in enumerate(starts) if snapped is not None]
    to_rows = [row for row, snapped in enumerate(goals) if snapped is not None]
    if from_rows and to_rows:
        sources = joined([snapped for snapped in starts if snapped is not None])
        targets = joined([snapped for snapped in goals if snapped is not None])
        travel_s[np.ix_(from_rows, to_rows)] = times.matrix(sources, targets)
    return travel_s


def joined(parts: Sequence[Snapped]) -> Snapped:
    """Return several rows of snapped positions as one (at least one part)."""
    return Snapped(
        np.concatenate([part.edge for part in parts]),
        np.concatenate([part.fraction for part in parts]),
        np.concatenate([part.distance_m for part in parts]),
    )
