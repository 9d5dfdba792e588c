"""Reading an OSM extract (`.osm.pbf`, `.osm`, `.osm.gz`) into a `RoadNetwork`."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo_data import versions
from geo_data.check import check_network
from geo_data.network import RoadNetwork
from geo_data.osm_file import existing_osm_file, file_hash
from geo_data.osm_split import split_ways
from geo_data.osm_ways import read_ways
from geo_data.pieces import assemble
from geo_data.restrictions import restrict_turns
from kernel.errors import BadData

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What became of an extract.

    Attributes
    ----------
    n_ways
        Car ways read.
    n_missing_nodes
        Nodes the ways name and the extract lacks: the roads end there.
    restrictions
        Number of turn-restriction relations by fate, see `restrict_turns`.
    """

    n_ways: int
    n_missing_nodes: int
    restrictions: Mapping[str, int]


def read_osm(path: Path | str, *, name: str | None = None) -> RoadNetwork:
    """Read the car roads of an OSM extract.

    What counts as a car road stands in `geo_data.access`, speeds in `geo_data.speeds`, turn
    restrictions in `geo_data.restrictions`. Disconnected roads are kept.

    Parameters
    ----------
    path
        File ending in ``.osm.pbf``, ``.osm``, ``.osm.gz`` and the like.
    name
        Name of the place; by default the file's name up to its first dot.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When the file is empty, broken, of another kind, or holds no car road.
    """
    return read_osm_with_report(path, name=name)[0]


def read_osm_with_report(
    path: Path | str, *, name: str | None = None
) -> tuple[RoadNetwork, ReadReport]:
    """Do as `read_osm` does, and tell what was left out."""
    path = existing_osm_file(path)
    ways = read_ways(path)
    network = assemble(
        split_ways(ways),
        name=name or path.name.partition(".")[0],
        names=ways.names,
        refs=ways.refs,
        content_hash=file_hash(path, "osm", versions.OSM_READER),
    )
    if network.n_edges == 0:
        raise BadData(
            f"{path} holds no road a car can drive.",
            remedy="Use an extract that has highway=* ways together with their nodes.",
        )
    network, fates = restrict_turns(network, ways.restrictions)
    n_missing = int(np.count_nonzero(np.isnan(ways.node_lon)))
    report = ReadReport(len(ways.way_id), n_missing, dict(fates))
    _log.info("%s: %d edges, %s", path, network.n_edges, report)
    return check_network(network), report
