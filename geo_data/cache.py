"""Road networks on disk, keyed by content hash: read in a fraction of a second, never trusted."""

from __future__ import annotations

import json
import logging
import os
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo_data.check import check_network
from geo_data.network import RoadNetwork
from kernel.errors import BadData

FORMAT_VERSION = 1
_log = logging.getLogger(__name__)

_COLUMNS = (
    "node_lon", "node_lat", "node_osm_id", "edge_from", "edge_to", "edge_length_m",
    "edge_speed_kph", "edge_class", "edge_name", "edge_ref", "edge_way_id", "edge_reverse",
    "shape_ptr", "shape_lon", "shape_lat",
)  # fmt: skip


def cache_path(folder: Path | str, content_hash: str) -> Path:
    """Return where the network of this hash lies in a cache folder."""
    return Path(folder) / f"network-v{FORMAT_VERSION}-{content_hash[:32]}.npz"


def cached_network(
    folder: Path | str, content_hash: str, build: Callable[[], RoadNetwork]
) -> RoadNetwork:
    """Return the network with this hash: from the folder if it is there and sound, else built.

    What was built is saved. A missing, corrupt or foreign file is replaced.

    Raises
    ------
    ValueError
        When ``build`` returns a network with another hash.
    """
    path = cache_path(folder, content_hash)
    if path.exists():
        try:
            return load_network(path, content_hash)
        except BadData as error:
            _log.warning("%s; it is built again.", error)
    network = build()
    if network.content_hash != content_hash:
        raise ValueError(f"built {network.content_hash!r} where {content_hash!r} was wanted")
    save_network(path, network)
    return network


def save_network(path: Path, network: RoadNetwork) -> None:
    """Write a network to one file; a reader never sees half of it."""
    turn_ptr = np.cumsum([0, *map(len, network.banned_turns)], dtype=np.int64)
    turn_edge = np.array([edge for turn in network.banned_turns for edge in turn], dtype=np.int64)
    texts = {
        "version": FORMAT_VERSION,
        "name": network.name,
        "names": network.names,
        "refs": network.refs,
        "content_hash": network.content_hash,
        "attribution": network.attribution,
    }
    columns: dict[str, NDArray[Any]] = {key: getattr(network, key) for key in _COLUMNS}
    columns |= {"turn_ptr": turn_ptr, "turn_edge": turn_edge, "texts": _bytes_of(texts)}
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **columns)
    partial.replace(path)


def load_network(path: Path, content_hash: str | None = None) -> RoadNetwork:
    """Read a network back, checking that it is whole and the one that is wanted.

    Raises
    ------
    BadData
        When the file is missing, damaged, of another version or of another content.
    """
    remedy = "Delete the file and import the place again."
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            columns = {key: arrays[key] for key in arrays.files}  # zip checks each one's CRC
        network = _network_of(columns)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise BadData(f"{path} is not a readable road network ({error}).", remedy=remedy) from error
    if content_hash is not None and network.content_hash != content_hash:
        raise BadData(f"{path} holds another network than {content_hash!r}.", remedy=remedy)
    return check_network(network)


def _network_of(columns: dict[str, NDArray[Any]]) -> RoadNetwork:
    texts: dict[str, Any] = json.loads(columns["texts"].tobytes())
    if texts.pop("version") != FORMAT_VERSION:
        raise ValueError("written by another version")
    ptr, edges = columns["turn_ptr"].tolist(), columns["turn_edge"].tolist()
    turns = tuple(tuple(edges[a:b]) for a, b in pairwise(ptr))
    texts |= {key: tuple(texts[key]) for key in ("names", "refs")}
    arrays: dict[str, Any] = {key: columns[key] for key in _COLUMNS}
    return RoadNetwork(**arrays, banned_turns=turns, **texts)


def _bytes_of(texts: dict[str, object]) -> NDArray[np.uint8]:
    return np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8)
