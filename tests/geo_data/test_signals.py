from __future__ import annotations

import pytest

from geo_data.osm_reader import read_osm
from geo_data.signals import signal_edges
from kernel.errors import NotFound
from tests.geo_data.drawn import draw, edge

SIGNAL = {"highway": "traffic_signals"}
GRID = """
A  xB y  C
    D
"""


def held(tmp_path, signals: str) -> set[str]:
    """Return the edges held by signals at these nodes: A to C through B, D joins at B."""
    path = tmp_path / "drawn.osm"
    text = draw(GRID, {1: ("AxByC", {}), 2: ("BD", {})}, node_tags=dict.fromkeys(signals, SIGNAL))
    path.write_text(text, encoding="utf-8")
    network = read_osm(path)
    found = signal_edges(path, network)
    return {ends for ends in ("AB", "BA", "BC", "CB", "BD", "DB") if found[edge(network, ends)]}


def test_on_a_junction_every_edge_that_ends_there_is_held(tmp_path):
    assert held(tmp_path, "B") == {"AB", "CB", "DB"}


def test_a_stop_line_holds_who_drives_towards_its_junction(tmp_path):
    assert held(tmp_path, "x") == {"AB"}
    assert held(tmp_path, "xy") == {"AB", "CB"}


def test_no_signals_hold_nobody(tmp_path):
    assert held(tmp_path, "") == set()


def test_a_missing_extract(tmp_path, town):
    with pytest.raises(NotFound):
        signal_edges(tmp_path / "none.osm.pbf", town.network)
