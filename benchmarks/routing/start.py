"""How long a fresh process takes to its first answer: ``python -m benchmarks.routing.start``."""

from __future__ import annotations

import sys
from pathlib import Path

from geo_data.cache import cached_network
from geo_data.osm_file import file_hash
from geo_data.osm_reader import read_osm
from geo_data.versions import OSM_READER
from kernel.position import Position
from routing.engine import open_engine


def answer(extract: Path, folder: Path) -> int:
    """Return the seconds between two places, from an extract or what a folder keeps of it."""
    network = cached_network(
        folder, file_hash(extract, "osm", OSM_READER), lambda: read_osm(extract)
    )
    engine = open_engine(network, folder=folder)
    ends = [Position(float(network.node_lon[i]), float(network.node_lat[i])) for i in (0, -1)]
    snapped = engine.snap(ends)
    return int(engine.matrix(snapped.pick([0]), snapped.pick([1]))[0, 0])


if __name__ == "__main__":
    print(answer(Path(sys.argv[1]), Path(sys.argv[2])))  # noqa: T201
