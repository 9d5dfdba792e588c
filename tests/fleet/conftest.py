from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import fleet.store  # noqa: F401 - registers the tables
from kernel import events  # noqa: F401
from kernel.database import Base, Database, WriteSession

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[WriteSession]:
    database = Database(f"sqlite:///{tmp_path / 'fleet.sqlite'}")
    with database.write() as session:
        Base.metadata.create_all(session.connection())
        yield session
    database.close()
