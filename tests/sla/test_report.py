from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sla.report import Rated, Ratings, ResponseTimes, Served, ratings, report, response_times

CALL = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
NOBODY_RATED = Ratings(0, None, None, ())


def served(minutes: float | None, *, urban: bool = True, excused: bool = False) -> Served:
    target = timedelta(minutes=30 if urban else 60)
    arrived = None if minutes is None else CALL + timedelta(minutes=minutes)
    return Served(CALL, CALL + target, urban, arrived, excused)


def test_every_incident_is_in_the_denominator() -> None:
    day = [served(10), served(30), served(31), served(None), served(50, urban=False)]
    result = report(day, NOBODY_RATED)
    assert result.n_incidents == 5
    assert result.share_within_target == 3 / 5
    assert result.urban_share_within_target == 2 / 4


def test_nobody_had_to_come_when_it_was_solved_remotely() -> None:
    assert report([served(None, excused=True)], NOBODY_RATED).share_within_target == 1.0
    assert not served(45, excused=True).within_target


def test_response_times_are_of_those_who_were_reached() -> None:
    times = report([served(10), served(20), served(None), served(30)], NOBODY_RATED).response_s
    assert times == ResponseTimes(mean=1200.0, p50=1200.0, p90=1680.0)


def test_an_empty_day_has_no_figures() -> None:
    result = report([], NOBODY_RATED)
    assert (result.share_within_target, result.urban_share_within_target) == (None, None)
    assert response_times([]) == ResponseTimes(None, None, None)
    assert result.as_json()["response_s"] == {"mean": None, "p50": None, "p90": None}


def test_ratings_are_counted_and_the_low_ones_told_worst_first() -> None:
    slow, rude, fine = Rated(2, "slow"), Rated(1, "rude"), Rated(3, "fine")
    found = ratings([Rated(5), slow, fine, rude], n_asked=8, n_answered=4)
    assert found == Ratings(4, mean_stars=11 / 4, share_answered=1 / 2, low=(rude, slow))
    assert report([], found).as_json()["ratings"]["low"][0]["text"] == "rude"


def test_where_nobody_was_asked_there_is_no_mean_and_no_share() -> None:
    assert ratings([], n_asked=0, n_answered=0) == NOBODY_RATED
    assert ratings([], n_asked=3, n_answered=0).share_answered == 0.0
