"""The report of promises kept and of what owners thought; not of the words of who is erased."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.commands.report import app
from api.personal_data import erase, find
from api.quality import quality
from kernel.errors import NotFound
from sla.report import Rated, Report
from tests.api.test_visit_tracking import a_pickup, drive
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


def test_ratings_are_counted_and_the_low_ones_are_linked(town: Town) -> None:
    low = rated_call(town, 1, WORDS)
    rated_call(town, 5, "谢谢", vehicle={"plate": "闽AD20002"})
    found = reported(town).ratings
    link = f"https://help.example.com/console/#incident={low}"
    assert found.low == (Rated(1, WORDS, f"R-{low:04d}", link),)
    assert (found.n_ratings, found.mean_stars) == (2, 3.0)


def test_of_those_who_were_helped_some_have_answered(town: Town) -> None:
    rated_call(town, 5)
    silent, cancelled = (town.call(vehicle={"plate": f"闽AD3000{n}"}) for n in (1, 2))
    path = f"incidents/{silent['id']}/solve-remotely"
    assert town["desk"].post(path, {"note": "reset"}).is_success
    path = f"incidents/{cancelled['id']}/cancel"
    assert town["desk"].post(path, {"reason": "nobody there"}).is_success
    assert reported(town).ratings.share_answered == 0.5, "who was not helped is not asked"


def test_a_low_rating_of_a_visit_leads_to_its_day_in_the_region(town: Town) -> None:
    town.clock.advance(11 * 3600)
    # At 00:30 in the town, the evening before in UTC.
    early = {"start_at": "2026-06-01T16:30:00Z", "end_at": "2026-06-01T17:30:00Z"}
    owner, path = a_pickup(town, window=early, return_window=None)
    assert reported(town).ratings.share_answered is None, "nobody is asked before it is done"
    drive(town, owner, path, "rolling", "arrived", "loaded", "done")
    assert reported(town).ratings.share_answered == 0.0
    assert owner.post(f"{path}/rating", {"stars": 2, "text": WORDS}).is_success
    found = reported(town).ratings
    assert found.share_answered == 1.0
    code = owner.get(path).json()["code"]
    link = "https://help.example.com/console/#visit=1&day=2026-06-02"
    assert found.low == (Rated(2, WORDS, code, link),)


def test_words_are_gone_with_the_person_and_the_stars_stay(town: Town) -> None:
    rated_call(town, 1, WORDS)
    runtime = town.service.runtime
    with runtime.database.write() as session:
        person = find(session, runtime.region, "+8613812340001")
        erase(session, runtime.clock.now(), runtime.region, person)
    [left] = reported(town).ratings.low
    assert (left.stars, left.text) == (1, "")
    assert WORDS not in json.dumps(reported(town).as_json(), ensure_ascii=False)


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


def told(town: Town, *typed: str) -> str:
    """Return what the command prints; of a hundred years: it looks at the real clock."""
    settings = town.service.runtime.settings
    where = ["--days", "36500", "--city", settings.city, "--database", settings.database]
    env = {**os.environ, "ROADFLARE_PUBLIC_URL": URL}
    return CliRunner().invoke(app, [*where, *typed], env=env, catch_exceptions=False).stdout


def test_the_command_prints_it(town: Town) -> None:
    rated_call(town, 1, "等了\n很久")
    assert told(town).splitlines() == [
        "Calls:     1, 100.0% within the promise",
        "Urban:     1, 100.0% within the promise",
        "Ratings:   1, 1.0 of 5 stars on average",
        "Answered:  100.0% of those who were helped",
        "  1/5  R-0001  https://help.example.com/console/#incident=1  等了 很久",
    ]
    assert json.loads(told(town, "--json"))["ratings"]["low"][0]["text"] == "等了\n很久"


def test_of_a_region_without_calls_there_is_nothing_to_tell(town: Town) -> None:
    assert told(town).splitlines() == [
        "Calls:     0",
        "Urban:     0",
        "Ratings:   0",
        "Answered:  nobody was asked",
    ]


@pytest.mark.parametrize("days", ["0", "-1", "36501", "week"])
def test_days_that_are_none_are_refused(days: str) -> None:
    refused = CliRunner().invoke(app, ["--days", days])
    assert refused.exit_code == 2
    assert "--days" in refused.output


def test_a_database_without_data_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="--database"):
        CliRunner().invoke(
            app, ["--database", f"sqlite:///{tmp_path}/none.sqlite"], catch_exceptions=False
        )


def test_contractors_are_scored_by_what_they_did(town: Town) -> None:
    offers = []
    for n in range(3):
        incident = town.call(vehicle={"plate": f"闽AD4000{n}"})
        path = f"incidents/{incident['id']}"
        assert town["desk"].post(f"{path}/contractor-offer", {}).is_success
        (offer,) = [
            it
            for it in town["partner"].get("provider/offers").json()["items"]
            if it["state"] == "offered"
        ]
        offers.append((incident, f"provider/offers/{offer['id']}"))
        if n:
            assert town["partner"].post(f"{offers[-1][1]}/accept", {"eta_min": 20}).is_success
        else:
            assert town["partner"].post(f"{offers[-1][1]}/reject", {"reason": "busy"}).is_success
    for minutes, (incident, offer) in zip((15, 20), offers[1:], strict=True):
        town.clock.advance(60 * minutes)
        for status in ("arrived", "done"):
            answer = town["partner"].post(f"{offer}/status", {"status": status})
            assert answer.is_success, answer.text
        rating = {"stars": 4, "text": ""}
        assert town.nobody.post(f"{link_of(incident)}/rating", rating).is_success
    (score,) = reported(town).contractors
    assert (score.n_asked, score.n_came, score.n_declined, score.n_unanswered) == (3, 2, 1, 0)
    assert (score.share_in_time, score.share_on_eta, score.reach_s) == (0.5, 0.5, 25 * 60)
    assert (score.n_ratings, score.mean_stars) == (2, 4.0)
    assert told(town).splitlines()[-1] == (
        f"Contractor {score.contractor}: asked about 3, came to 2, declined 1, silent on 0; "
        "50% within the promise, 50% by its own ETA, half of them 25 min after it was asked, "
        "4.0 of 5 stars (2)"
    )
