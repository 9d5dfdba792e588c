"""The one place that knows which engine computes travel times."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from geo_data.network import RoadNetwork
from routing.travel_times import TravelTimes
from routing.turn_costs import NO_TURN_COSTS, TurnCosts

EngineName = Literal["cch", "dijkstra"]


def open_engine(
    network: RoadNetwork,
    *,
    folder: Path | str | None = None,
    turn_costs: TurnCosts = NO_TURN_COSTS,
    engine: EngineName = "cch",
) -> TravelTimes:
    """Return a ready engine for a network; it may be shared between threads.

    Parameters
    ----------
    network
        The roads.
    folder
        Where hierarchies are kept from one start to the next; without it one is made anew, which
        takes a few seconds for a city.
    turn_costs
        Seconds per kind of turn; none by default.
    engine
        ``cch``, or ``dijkstra``: the same answers, slowly, to compare with.

    Raises
    ------
    kernel.errors.BadData
        When the network has no edges, or lengths or speeds that are not positive numbers.
    """
    if engine == "dijkstra":
        from routing.dijkstra_engine import DijkstraEngine  # noqa: PLC0415 (needs SciPy)

        return DijkstraEngine(network, turn_costs=turn_costs)
    from routing.cch.store import topology_of  # noqa: PLC0415 (needs Numba)
    from routing.cch_engine import CchEngine  # noqa: PLC0415

    topology = topology_of(network, turn_costs, None if folder is None else Path(folder))
    return CchEngine(network, topology)
