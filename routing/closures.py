"""Who stands on a road that was closed under them: they leave and are reached over its open end."""

from __future__ import annotations

import heapq

import numpy as np
from numpy.typing import NDArray

from geo_data.network import RoadNetwork
from routing.phantoms import check_snapped
from routing.travel_times import Snapped


def to_open_road(
    network: RoadNetwork, closed: NDArray[np.bool_], places: Snapped, *, inbound: bool
) -> Snapped:
    """Return the positions, those on closed roads moved to the nearest open end of the closure.

    A driver on a road that has just been closed is not walled in, and help may come as far as the
    barrier. The way on the closed road itself is not counted.

    Parameters
    ----------
    closed
        bool[n_edges], the edges that are closed.
    inbound
        Whether the positions are driven to; otherwise they are left.
    """
    check_snapped(network, places)
    back = network.edge_reverse[places.edge]
    shut = closed[places.edge] & ((back < 0) | closed[back])
    if not shut.any():
        return places
    edge, fraction = places.edge.copy(), places.fraction.copy()
    for row in np.flatnonzero(shut):
        begin = (int(edge[row]), float(fraction[row]))
        found = _nearest_open(network, closed, *begin, inbound=inbound)
        if found is not None:
            edge[row], fraction[row] = found, 1.0 if inbound else 0.0
    return Snapped(edge, fraction, places.distance_m)


def _nearest_open(
    network: RoadNetwork, closed: NDArray[np.bool_], edge: int, fraction: float, *, inbound: bool
) -> int | None:
    """Return the open edge that begins (inbound: ends) nearest along the closed ones, if any."""
    near, far = network.edge_from, network.edge_to
    if inbound:
        near, far = far, near
    back = int(network.edge_reverse[edge])
    ahead = fraction if inbound else 1.0 - fraction
    queue = [(ahead * float(network.edge_length_m[edge]), int(far[edge]))]
    if back >= 0:
        queue.append(((1.0 - ahead) * float(network.edge_length_m[back]), int(far[back])))
    heapq.heapify(queue)
    seen = set[int]()
    while queue:
        metres, node = heapq.heappop(queue)
        if node in seen:
            continue
        seen.add(node)
        onward = np.flatnonzero(near == node)
        open_ = onward[~closed[onward]]
        if len(open_):
            return int(open_[0])
        for following in onward.tolist():
            length_m = float(network.edge_length_m[following])
            heapq.heappush(queue, (metres + length_m, int(far[following])))
    return None
