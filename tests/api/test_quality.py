"""The report tells what was kept and what owners think; not the words of who is erased."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands.report import app
from api.personal_data import erase, find
from api.quality import quality
from sla.report import Rated, Report
from tests.support.service import Town

ON_BOTH_DATABASES = True

WORDS = "等了很久"
URL = "https://help.example.com/"


def link_of(shown: dict[str, Any]) -> str:
    return f"track/{shown['track_url'].rpartition('/')[2]}"


def rated_call(town: Town, stars: int, text: str = "", **changes: Any) -> int:
    """Take a call, solve it by telephone and let its owner rate that; return the incident's id."""
    incident = town.call(**changes)
    path = f"incidents/{incident['id']}"
    assert town["desk"].post(f"{path}/solve-remotely", {"note": "reset"}).is_success
    rating = {"stars": stars, "text": text}
    assert town.nobody.post(f"{link_of(incident)}/rating", rating).is_success
    return int(incident["id"])


def reported(town: Town, *, days: float = 1) -> Report:
    runtime = town.service.runtime
    now = runtime.clock.now()
    with runtime.database.read() as session:
        return quality(session, runtime.region, now - timedelta(days=days), now, URL)


def test_the_report_counts_ratings_and_links_to_the_low_ones(town: Town) -> None:
    low = rated_call(town, 1, WORDS)
    rated_call(town, 5, "谢谢", vehicle={"plate": "闽AD20002"})
    found = reported(town).ratings
    number = f"R-{low:04d}"
    link = f"https://help.example.com/console/#incident={low}"
    assert found.low == (Rated(1, WORDS, number, link),)
    assert (found.n_ratings, found.mean_stars, found.share_low) == (2, 3.0, 0.5)


def test_words_are_gone_with_the_person_and_the_stars_stay(town: Town) -> None:
    incident = rated_call(town, 1, WORDS)
    runtime = town.service.runtime
    with runtime.database.write() as session:
        person = find(session, runtime.region, "+8613812340001")
        erase(session, runtime.clock.now(), runtime.region, person)
    [left] = reported(town).ratings.low
    assert (left.stars, left.text) == (1, "")
    shown = town["desk"].get(f"incidents/{incident}").json()["rating"]
    assert (shown["stars"], shown["text"]) == (1, "")


def test_only_what_is_of_these_days_counts(town: Town) -> None:
    rated_call(town, 1, WORDS)
    town.clock.advance(2 * 24 * 3600)
    assert reported(town).ratings.n_ratings == 0
    assert reported(town).n_incidents == 0
    assert reported(town, days=3).ratings.n_ratings == 1
    assert reported(town, days=3).n_incidents == 1


def test_an_open_call_counts_once_its_target_is_over(town: Town) -> None:
    town.call()  # nobody is on shift
    assert reported(town).n_incidents == 0
    town.clock.advance(2 * 3600)
    found = reported(town)
    assert (found.n_incidents, found.share_within_target) == (1, 0.0)


@pytest.mark.parametrize(("minutes", "share"), [(1, 1.0), (90, 0.0)])
def test_an_owner_that_cancels_in_time_was_not_let_down(
    town: Town, minutes: int, share: float
) -> None:
    incident = town.call()
    town.clock.advance(60 * minutes)
    owner = town.nobody
    assert owner.post(f"{link_of(incident)}/cancel", {"reason": "drives again"}).is_success
    assert reported(town).share_within_target == share


def test_the_command_prints_it(town: Town) -> None:
    rated_call(town, 1, WORDS)
    settings = town.service.runtime.settings
    typed = ["--days", "100000", "--city", settings.city, "--database", settings.database]
    env = {**os.environ, "ROADFLARE_PUBLIC_URL": URL}
    said = CliRunner().invoke(app, typed, env=env, catch_exceptions=False).stdout
    assert "Incidents: 1, 100.0% within the promise" in said
    assert "Ratings:   1, 1.0 stars on average, 100.0% with one or two" in said
    assert f"1/5 R-0001 https://help.example.com/console/#incident=1 {WORDS}" in said
    found = json.loads(
        CliRunner().invoke(app, [*typed, "--json"], env=env, catch_exceptions=False).stdout
    )
    assert found["ratings"]["low"][0]["text"] == WORDS
