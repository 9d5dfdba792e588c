"""Hierarchies on disk, keyed by what they are made from: read in a fraction of a second."""

from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np

from geo_data.network import RoadNetwork
from kernel.errors import BadData
from routing.cch.topology import CchTopology
from routing.turn_costs import NO_TURN_COSTS, TurnCosts

FORMAT_VERSION = 1
_log = logging.getLogger(__name__)

_MADE_FROM = (
    "node_lon", "node_lat", "edge_from", "edge_to", "edge_reverse",
    "shape_ptr", "shape_lon", "shape_lat",
)  # fmt: skip


def topology_of(
    network: RoadNetwork, costs: TurnCosts = NO_TURN_COSTS, folder: Path | None = None
) -> CchTopology:
    """Return the hierarchy of a network: from a folder if it is there and sound, else built.

    What was built is kept in the folder, if one is given. A damaged file is replaced.

    Raises
    ------
    BadData
        When the network has no edge, an edge has no usable time, or a ban names an edge that does
        not exist.
    """
    path = None if folder is None else folder / f"hierarchy-{topology_key(network, costs)}.npz"
    if path is not None and path.exists():
        try:
            return load_topology(path, network)
        except BadData as error:
            _log.warning("%s; it is built again.", error)
    # SciPy and the compiled code that only builds take a second to load.
    from routing.cch.build import build_topology  # noqa: PLC0415
    from routing.turns import build_turn_graph  # noqa: PLC0415

    topology = build_topology(network, build_turn_graph(network, costs))
    if path is not None:
        save_topology(path, topology)
    return topology


def topology_key(network: RoadNetwork, costs: TurnCosts) -> str:
    """Return a digest of all that a hierarchy is made from; speeds are not among it."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(f"{FORMAT_VERSION} {astuple(costs)} {network.banned_turns}".encode())
    for name in _MADE_FROM:
        digest.update(np.ascontiguousarray(getattr(network, name)).tobytes())
    return digest.hexdigest()


def save_topology(path: Path, topology: CchTopology) -> None:
    """Write a hierarchy to one file; a reader never sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **vars(topology))
    partial.replace(path)


def load_topology(path: Path, network: RoadNetwork) -> CchTopology:
    """Read a hierarchy back.

    Raises
    ------
    BadData
        When the file is missing, damaged or of another network.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            topology = CchTopology(**{f.name: arrays[f.name] for f in fields(CchTopology)})
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadData(f"{path} is not a readable hierarchy ({error}).") from error
    if len(topology.edge_vertex) != network.n_edges:
        raise BadData(f"{path} is the hierarchy of another network than {network.name!r}.")
    return topology
