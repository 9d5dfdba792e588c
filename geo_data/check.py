"""The invariants of a `RoadNetwork`, each checked and named."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from kernel.errors import BadData

_POSITIVE = ("edge_length_m", "edge_speed_kph")


def check_network(network: RoadNetwork) -> RoadNetwork:
    """Return the network as it is, after checking everything its docstring says.

    Raises
    ------
    BadData
        Naming every invariant that does not hold.
    """
    problems = [*_value_problems(network), *_index_problems(network)]
    if not problems:  # the rest indexes by what was just found to be in range
        problems = [
            *_shape_problems(network),
            *_reverse_problems(network),
            *_turn_problems(network),
        ]
    if problems:
        raise BadData(
            f"Road network {network.name!r} is not valid: {'; '.join(problems)}.",
            remedy="Import the place again from a good extract.",
        )
    return network


def _value_problems(network: RoadNetwork) -> list[str]:
    problems = [
        f"{column} has values that are not finite"
        for column in (*_POSITIVE, "node_lon", "node_lat", "shape_lon", "shape_lat")
        if not np.isfinite(getattr(network, column)).all()
    ]
    problems += [
        f"{column} has values that are not positive"
        for column in _POSITIVE
        if (getattr(network, column) <= 0).any()
    ]
    if (np.abs(network.shape_lon) > 180).any() or (np.abs(network.shape_lat) > 90).any():
        problems.append("coordinates are out of range")
    return problems


def _index_problems(network: RoadNetwork) -> list[str]:
    limits = {
        "edge_from": (0, network.n_nodes),
        "edge_to": (0, network.n_nodes),
        "edge_class": (0, len(HIGHWAY_CLASSES)),
        "edge_name": (-1, len(network.names)),
        "edge_ref": (-1, len(network.refs)),
        "edge_reverse": (-1, network.n_edges),
    }
    problems = []
    for column, (low, high) in limits.items():
        values = getattr(network, column)
        if len(values) != network.n_edges:
            problems.append(f"{column} has {len(values)} rows, not {network.n_edges}")
        elif ((values < low) | (values >= high)).any():
            problems.append(f"{column} points outside its range")
    return problems


def _shape_problems(network: RoadNetwork) -> list[str]:
    ptr = network.shape_ptr
    if len(ptr) != network.n_edges + 1 or ptr[0] != 0 or ptr[-1] != len(network.shape_lon):
        return ["shape_ptr does not span the points"]
    if (np.diff(ptr) < 2).any():
        return ["an edge has fewer than two points"]
    problems = []
    for end, points in (("from", ptr[:-1]), ("to", ptr[1:] - 1)):
        node = getattr(network, f"edge_{end}")
        if (network.shape_lon[points] != network.node_lon[node]).any() or (
            network.shape_lat[points] != network.node_lat[node]
        ).any():
            problems.append(f"an edge's shape does not touch its {end} node")
    return problems


def _reverse_problems(network: RoadNetwork) -> list[str]:
    edges = np.flatnonzero(network.edge_reverse >= 0)
    back = network.edge_reverse[edges]
    problems = []
    if (network.edge_reverse[back] != edges).any() or (back == edges).any():
        problems.append("the reverse of a reverse edge is not the edge itself")
    if (network.edge_from[back] != network.edge_to[edges]).any():
        problems.append("a reverse edge does not start where its edge ends")
    return problems


def _turn_problems(network: RoadNetwork) -> list[str]:
    for turn in network.banned_turns:
        if len(turn) < 2 or not all(0 <= edge < network.n_edges for edge in turn):
            return [f"banned turn {turn} does not name edges"]
        for edge, following in pairwise(turn):
            if network.edge_to[edge] != network.edge_from[following]:
                return [f"banned turn {turn} is not a walk"]
    return []
