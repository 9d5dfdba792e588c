"""Whatever people do by hand, in whatever order: nothing breaks, and every refusal says what to do.

`ROADFLARE_SEED=7 ./run test -m long tests/api/test_by_hand.py` plays other seeds.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta

import pytest

from tests.support.by_hand import Day
from tests.support.service import OpenTown

SEED = int(os.environ.get("ROADFLARE_SEED", "1"))
REACHED = (
    "call 201", "amend 200", "merge 200", "cancel 200", "solve-remotely 200", "assign 200",
    "assign 409", "lock 200", "release 200", "contractor-offer 200", "accept 200", "reject 200",
    "eta 200", "eta by hand 200", "not_there 200", "not-there 200",
    "arrived 200", "done 200", "loaded 200", "declined 200", "not_possible 200",
    "gone_on_arrival 200", "book 201", "cancel visit 200", "move visit 200",
    "road 201", "fleet 200", "rate 200", "owner cancel 200",
    "shift start 200", "shift pause 200", "shift resume 200", "shift end 200",
    "place 200", "acknowledge 200", "time",
)  # fmt: skip


def played(open_town: OpenTown, seed: int, engine: str, n_acts: int) -> Counter[str]:
    a_week = timedelta(days=7)
    town = open_town(engine=engine, access_life=a_week, token_rate=1e6, address_rate=1e6)
    return Day(town, seed).play(n_acts)


def test_forty_acts_by_hand_break_nothing(open_town: OpenTown) -> None:
    told = played(open_town, 4, "greedy", 40)
    assert {"call 201", "assign 422", "done 200", "time"} <= told.keys()


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("engine", ["greedy", "colgen"])
def test_thousands_of_acts_by_hand_break_nothing(open_town: OpenTown, engine: str) -> None:
    told: Counter[str] = Counter()
    for seed in range(SEED, SEED + 40):
        told += played(open_town, seed, engine, 100)
    assert [it for it in REACHED if not told[it]] == []
