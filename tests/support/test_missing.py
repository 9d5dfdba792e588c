from __future__ import annotations

import pytest

from tests.support.missing import missing


def test_a_missing_part_skips_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="PostGIS is missing; remedy: install it"):
        missing("PostGIS", "install it")


def test_a_missing_part_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="PostGIS is missing; remedy: install it"):
        missing("PostGIS", "install it")
