"""Finds places by the names of the roads alone, for regions without a gazetteer."""

from __future__ import annotations

import numpy as np

from dispatch.locate import Found
from geo_data.network import RoadNetwork
from kernel.errors import NotFound, OutsideNetwork
from kernel.position import Position
from routing.travel_times import TravelTimes

_STREET_ONLY = 0.5
_NEAR_M = 300.0


class StreetFinder:
    """Streets by name, and the street at a position."""

    def __init__(self, travel_times: TravelTimes) -> None:
        self._travel_times = travel_times

    @property
    def _network(self) -> RoadNetwork:
        return self._travel_times.network

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        """Return streets whose name holds the text, shortest name first."""
        wanted = text.casefold().strip()
        rows = [row for row, name in enumerate(self._network.names) if wanted in name.casefold()]
        rows.sort(key=lambda row: (len(self._network.names[row]), self._network.names[row]))
        return [self._street(row) for row in rows[:limit]]

    def kilometre_post(self, ref: str, km: float, direction: str) -> Found:
        """Refuse: roads alone do not say where their kilometres are counted from."""
        raise NotFound(
            "kilometre post", f"{ref} km {km:g} towards {direction}", remedy="Set a pin on the map."
        )

    def describe(self, position: Position) -> str:
        """Return the name or number of the nearest road, else the coordinates."""
        try:
            snapped = self._travel_times.snap([position], max_distance_m=_NEAR_M)
        except OutsideNetwork:
            return f"{position.lat:.5f}, {position.lon:.5f}"
        edge = int(snapped.edge[0])
        for index, texts in (
            (self._network.edge_name[edge], self._network.names),
            (self._network.edge_ref[edge], self._network.refs),
        ):
            if index >= 0:
                return texts[int(index)]
        return f"{position.lat:.5f}, {position.lon:.5f}"

    def _street(self, row: int) -> Found:
        edges = np.flatnonzero(self._network.edge_name == row)
        shape = self._network.shape(int(edges[len(edges) // 2]))
        lon, lat = shape[len(shape) // 2].tolist()
        return Found(self._network.names[row], Position(lon, lat), _STREET_ONLY)
