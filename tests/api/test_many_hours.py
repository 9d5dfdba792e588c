"""Hours of the whole service with faults: nothing breaks, and a seed repeats to the last event.

`ROADFLARE_SEED=7 ./run test -m long tests/api/test_many_hours.py` plays one seed again.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal

from benchmarks.crash.judge import judge
from tests.support.many_hours import ManyHours

SEED = int(os.environ.get("ROADFLARE_SEED", "1"))
HOURS = float(os.environ.get("ROADFLARE_HOURS", "200"))


def played(url: str, data_dir: Path, portal: BlockingPortal, hours: float, seed: int) -> str:
    run = ManyHours(url, data_dir, portal, seed, hours)
    digest = run.play()
    verdict = judge(url, run.acknowledged)
    assert (verdict.lost, verdict.duplicated, verdict.double_assigned) == ((), (), ())
    assert verdict.history == ()
    assert run.told["incidents 201"] >= hours
    return digest


def test_twenty_minutes_break_nothing_and_repeat(
    town_data: Path, portal: BlockingPortal, tmp_path: Path
) -> None:
    first, second = (
        played(f"sqlite:///{tmp_path / name}.sqlite", town_data, portal, 1 / 3, 5)
        for name in ("first", "second")
    )
    assert first == second


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_two_hundred_hours_break_nothing(
    any_database_url: str, town_data: Path, portal: BlockingPortal
) -> None:
    played(any_database_url, town_data, portal, HOURS, SEED)
