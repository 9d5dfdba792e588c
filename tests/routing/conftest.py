"""The demo city and the invented town, as routing sees them."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_data.city_import import TOWN
from geo_data.demo_city import find_demo_wheel, read_demo
from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from kernel.errors import NotFound
from routing.engine import open_engine
from routing.travel_times import TravelTimes
from tests.support.missing import missing
from tests.support.real_data import WHEELS


@pytest.fixture(scope="session")
def demo_network() -> RoadNetwork:
    """Return the roads of the demo city."""
    try:
        wheel: Path = find_demo_wheel(WHEELS)
    except NotFound:
        missing("the demo city's wheel", "start the tests by ./run test")
    return read_demo(wheel).network


@pytest.fixture(scope="session")
def demo_engine(demo_network: RoadNetwork) -> TravelTimes:
    """Return an engine for the demo city."""
    return open_engine(demo_network)


@pytest.fixture(scope="session")
def town_network() -> RoadNetwork:
    """Return the roads of the invented town: turn restrictions, a motorway, an island."""
    return read_osm(TOWN)
