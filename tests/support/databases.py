"""One empty database for each test, of each kind that Roadflare runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgis import PostgisServer


@pytest.fixture(params=["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)])
def any_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the SQLAlchemy URL of an empty database; the test runs on SQLite and on PostGIS."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'roadflare.sqlite'}"
        return
    databases: PostgisServer = request.getfixturevalue("postgis_databases")
    url = databases.create()
    yield url
    databases.drop(url)
