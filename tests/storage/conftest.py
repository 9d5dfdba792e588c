from __future__ import annotations

from collections.abc import Iterator

import pytest

from api import schema
from kernel.database import Database


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    """An empty database of each kind, its schema built by the migrations."""
    opened = Database(any_database_url)
    schema.upgrade(opened)
    yield opened
    opened.close()
