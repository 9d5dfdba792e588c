"""What a test does when a part of the machine is not there."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(what: str, remedy: str) -> NoReturn:
    """End the test: skipped with the reason, but failed where ``CI=true`` promises every part."""
    reason = f"{what} is missing; remedy: {remedy}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
