"""The demo city's wheel and what is read from it, once per run."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_data.city import City, load_city
from geo_data.demo_city import DemoData, find_demo_wheel, read_demo
from kernel.errors import NotFound
from tests.support.missing import missing
from tests.support.real_data import WHEELS


@pytest.fixture(scope="session")
def demo_wheel() -> Path:
    """Return the wheel that carries the demo city."""
    try:
        return find_demo_wheel(WHEELS)
    except NotFound:
        missing("the demo city's wheel", "start the tests by ./run test")


@pytest.fixture(scope="session")
def demo(demo_wheel: Path) -> DemoData:
    """Return the demo city's roads and zones."""
    return read_demo(demo_wheel)


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder that all tests of one run share; cities in it are only read."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def town(data_dir: Path) -> City:
    """Return the invented town."""
    return load_city("town", data_dir)


@pytest.fixture(scope="session")
def demo_city(data_dir: Path, demo_wheel: Path) -> City:
    """Return the demo city."""
    return load_city("demo", data_dir)
