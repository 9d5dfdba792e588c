"""The one place that knows which engine computes travel times."""

from __future__ import annotations

from geo_data.network import RoadNetwork
from routing.dijkstra_engine import DijkstraEngine
from routing.travel_times import TravelTimes


def open_engine(network: RoadNetwork) -> TravelTimes:
    """Return a ready engine for a network; it may be shared between threads.

    Raises
    ------
    kernel.errors.BadData
        When the network has no edges, or lengths or speeds that are not positive numbers.
    """
    return DijkstraEngine(network)
