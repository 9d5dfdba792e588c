"""What every test may ask for; the parts are in ``tests/support``."""

from __future__ import annotations

import pytest

pytest_plugins = [
    "pytester",
    "tests.support.browser",
    "tests.support.postgis",
    "tests.support.databases",  # after what it imports, or asserts there are not rewritten
    "tests.support.real_data",
    "tests.support.service",
]

MARK_OF_FIXTURE = {
    "browser": "browser",
    "postgis_databases": "postgis",
    "shared_data": "shared",
}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by what it asks for, so that no mark can be forgotten."""
    for item in items:
        for fixture, mark in MARK_OF_FIXTURE.items():
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(mark)
