"""A short day of the demo city through the whole service, on the virtual clock."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.demo.compare import POLICIES, DayRequest, play_day
from geo_data.city import City, load_city

SHORT = DayRequest(minutes=6, seed=3, calls_per_hour=60, warm_up_min=4)


@pytest.fixture(scope="module")
def data_dir() -> Path:
    return Path(__file__).parents[3] / ".cache" / "data"


@pytest.fixture(scope="module")
def city(data_dir: Path) -> City:
    return load_city("demo", data_dir)


def without_wall_time(report: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in report.items() if key != "decision_s"}
    return {
        key: without_wall_time(value) if isinstance(value, dict) else value
        for key, value in kept.items()
    }


# Four days are played through the whole service: more than the usual two minutes on a busy machine.
@pytest.mark.timeout(600)
def test_one_seed_gives_one_report_and_nothing_is_lost(city: City, data_dir: Path) -> None:
    first = play_day(city, data_dir, SHORT, policies=tuple(POLICIES))
    second = play_day(city, data_dir, SHORT, policies=("optimizer",))
    baselines = {name: first.pop(name) for name in ("nearest", "hungarian")}
    assert without_wall_time(first) == without_wall_time(second)
    for policy in (first, *baselines.values()):
        assert policy["incidents"] == first["incidents"] > 5
        assert policy["unassigned"] == []
        assert policy["checker_failures"] == 0
