"""Words for people."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kernel.words import ago


@pytest.mark.parametrize(
    ("since", "en", "zh"),
    [
        (timedelta(), "0 min ago", "0 分钟前"),
        (timedelta(seconds=-5), "0 min ago", "0 分钟前"),
        (timedelta(seconds=89), "1 min ago", "1 分钟前"),
        (timedelta(minutes=119), "119 min ago", "119 分钟前"),
        (timedelta(minutes=120), "2 h ago", "2 小时前"),
        (timedelta(hours=47), "47 h ago", "47 小时前"),
        (timedelta(hours=48), "2 days ago", "2 天前"),
        (timedelta(days=400), "400 days ago", "400 天前"),
    ],
)
def test_how_long_ago_in_the_unit_that_reads_best(since: timedelta, en: str, zh: str) -> None:
    assert (ago(since).en, ago(since).zh) == (en, zh)
