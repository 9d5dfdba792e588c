"""What the person on call is told to watch is there."""

from __future__ import annotations

import re
from pathlib import Path

import httpx

from tests.support.service import Town

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "operate.md"


def test_every_number_that_an_alarm_names_is_scraped(town: Town) -> None:
    town.start_shifts()
    town.call()
    town.decide()
    answer: httpx.Response = town.nobody.request("GET", "/metrics")
    told = set(re.findall(r"^# TYPE (\w+) ", answer.text, flags=re.MULTILINE))
    named = {
        name.removesuffix("_bucket")
        for name in re.findall(r"\broadflare_\w+", PAGE.read_text(encoding="utf-8"))
    }
    assert len(named) > 8
    assert named - told <= {"roadflare_event_look_age_seconds"}  # of several processes only
