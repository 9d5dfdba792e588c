from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sla.contractor_scores import AskedAbout, contractor_scores

CALL = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def asked(
    name: str = "Lu",
    state: str = "done",
    *,
    eta_min: float | None = 20,
    arrived_min: float | None = 22,
    stars: int | None = None,
) -> AskedAbout:
    """Return an incident called in at eight, offered a minute later, promised by half past."""

    def at(minutes: float | None) -> datetime | None:
        return None if minutes is None else CALL + timedelta(minutes=minutes)

    target_at, offered_at = CALL + timedelta(minutes=30), CALL + timedelta(minutes=1)
    return AskedAbout(name, state, offered_at, target_at, at(eta_min), at(arrived_min), stars)


def test_who_comes_in_time_and_by_its_own_eta() -> None:
    (score,) = contractor_scores(
        [
            asked(arrived_min=25),  # five minutes after its ETA still keeps it
            asked(arrived_min=26),
            asked(arrived_min=30),  # the target itself is in time
            asked(arrived_min=31, eta_min=40),
        ]
    )
    assert (score.n_came, score.share_in_time, score.share_on_eta) == (4, 3 / 4, 2 / 4)
    assert score.reach_s == 60 * 27


def test_who_does_not_come_says_so_or_is_silent() -> None:
    never = {"eta_min": None, "arrived_min": None}
    states = ("rejected", "expired", "expired", "withdrawn", "offered")
    (score,) = contractor_scores([asked(state=it, **never) for it in states])  # type: ignore[arg-type]
    assert (score.n_asked, score.n_came) == (5, 0)
    assert (score.n_declined, score.n_unanswered) == (1, 2)
    assert (score.share_in_time, score.share_on_eta, score.reach_s) == (None, None, None)
    assert score.mean_stars is None


def test_who_is_on_the_way_has_not_come() -> None:
    (score,) = contractor_scores([asked(state="accepted", arrived_min=None)])
    assert (score.n_asked, score.n_came) == (1, 0)


def test_stars_are_of_those_who_were_rated() -> None:
    (score,) = contractor_scores([asked(stars=5), asked(stars=2), asked()])
    assert (score.n_ratings, score.mean_stars) == (2, 3.5)


def test_who_came_most_often_stands_first() -> None:
    some = [
        asked("B"),
        asked("A", "rejected", arrived_min=None),
        asked("A"),
        asked("C"),
        asked("C"),
    ]
    assert [it.contractor for it in contractor_scores(some)] == ["C", "A", "B"]


@pytest.mark.parametrize("state", ["arrived", "done"])
def test_both_states_of_having_come_count(state: str) -> None:
    (score,) = contractor_scores([asked(state=state)])
    assert score.n_came == 1


def test_nobody_asked_has_no_score() -> None:
    assert contractor_scores([]) == ()
