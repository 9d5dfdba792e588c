from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dispatch.intake.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    opened = open_office(f"sqlite:///{tmp_path / 'office.sqlite'}")
    yield opened
    opened.database.close()
