"""Days become figures; the differences are paired by seed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from benchmarks.rolling.figures import policy_figures
from benchmarks.rolling.outcome import DayOutcome, outcome_of
from benchmarks.rolling.tuning import compared


def day(
    kept: int,
    *,
    of: int = 10,
    driven_s: float = 6000,
    response_s: float = 600,
    urban: tuple[int, int] = (0, 0),
    urban_response_s: float = 500,
) -> DayOutcome:
    return DayOutcome(
        n_incidents=of,
        n_kept=kept,
        response_s=(response_s,) * of,
        driven_s=driven_s,
        n_own=of,
        n_late=of - kept,
        n_urban=urban[1],
        n_urban_kept=urban[0],
        urban_response_s=(urban_response_s,) * urban[1],
    )


def test_a_share_is_of_all_incidents_of_all_days() -> None:
    found = policy_figures({"nearest": [day(10), day(10, of=30)]})["nearest"]
    assert (found["share_within_target"], found["late"], found["incidents"]) == (0.5, 20, 40)


def test_the_urban_promise_is_counted_apart() -> None:
    ours = [day(9, urban=(5, 5)), day(9, urban=(4, 5))]
    theirs = [day(9, urban=(4, 5)), day(9, urban=(3, 5))]
    found = policy_figures({"optimizer": ours, "nearest": theirs})
    assert found["optimizer"]["urban_share_within_target"] == 0.9
    gain = found["nearest"]["optimizer_gain"]
    assert (gain["urban_points"], gain["urban_points_ci"]) == (20.0, [20.0, 20.0])


def test_the_slowest_are_compared_with_an_interval_over_days() -> None:
    ours = [day(9, response_s=300), day(9, response_s=600)]
    theirs = [day(9, response_s=600), day(9, response_s=600)]
    gain = policy_figures({"optimizer": ours, "nearest": theirs})["nearest"]["optimizer_gain"]
    assert gain["p99_ratio"] == 1.0
    assert gain["p99_ratio_ci"] == [0.5, 1.0]


def test_the_slowest_of_the_urban_area_are_compared_apart() -> None:
    ours = [day(9, response_s=600, urban=(2, 3), urban_response_s=200)] * 2
    theirs = [day(9, response_s=600, urban=(2, 3), urban_response_s=400)] * 2
    found = policy_figures({"optimizer": ours, "nearest": theirs})
    assert found["nearest"]["urban_response_s"]["p99"] == 400
    gain = found["nearest"]["optimizer_gain"]
    assert (gain["p99_ratio"], gain["urban_p99_ratio"]) == (1.0, 0.5)
    assert gain["urban_p99_ratio_ci"] == [0.5, 0.5]


def test_where_nobody_comes_to_the_urban_area_no_slowest_are_told() -> None:
    found = policy_figures({"optimizer": [day(9)], "nearest": [day(8, urban=(1, 1))]})
    assert found["optimizer"]["urban_response_s"]["p99"] is None
    assert found["nearest"]["optimizer_gain"]["urban_p99_ratio"] is None


def test_a_gain_that_each_day_shows_has_no_width_however_much_the_days_differ() -> None:
    ours = [day(9), day(4), day(7)]
    theirs = [day(8), day(3), day(6)]
    gain = policy_figures({"optimizer": ours, "hungarian": theirs})["hungarian"]["optimizer_gain"]
    assert (gain["points"], gain["points_ci"]) == (10.0, [10.0, 10.0])


def test_a_gain_of_one_day_in_two_is_not_sure() -> None:
    gain = policy_figures({"optimizer": [day(9), day(5)], "nearest": [day(5), day(6)]})
    low, high = gain["nearest"]["optimizer_gain"]["points_ci"]
    assert low < 0 < high


def test_driving_lateness_and_the_slowest_are_compared() -> None:
    ours, theirs = [day(9, driven_s=3000, response_s=300)] * 2, [day(8)] * 2
    gain = policy_figures({"optimizer": ours, "nearest": theirs})["nearest"]["optimizer_gain"]
    assert (gain["driving_saved"], gain["late_ratio"], gain["p99_ratio"]) == (0.5, 0.5, 0.5)


def test_who_is_never_late_gives_no_ratio() -> None:
    found = policy_figures({"optimizer": [day(9)], "clairvoyant": [day(10)]})
    assert found["clairvoyant"]["optimizer_gain"]["late_ratio"] is None


def test_figures_can_be_written_down() -> None:
    assert json.loads(json.dumps(policy_figures({"optimizer": [day(9)]})))


YARD = {"name": "Norte", "lon": 0.0, "lat": 0.0, "callout_cny": 300.0, "cny_per_km": 8.0}


def incident(minutes: float | None, *, urban: bool = True, **more: Any) -> dict[str, Any]:
    arrived_at = None if minutes is None else f"2026-06-01T12:{minutes:02.0f}:00+00:00"
    return {
        "received_at": "2026-06-01T12:00:00+00:00",
        "target_at": "2026-06-01T12:30:00+00:00",
        "arrived_at": arrived_at,
        "closed_at": "2026-06-01T13:00:00+00:00",
        "outcome": "repaired",
        "contractor": None,
        "triage": {"priority": 0},
        "location": {"lon": 0.0, "lat": 0.0},
        "urban": urban,
    } | more


def test_a_contractors_arrival_counts_but_its_driving_is_nobodys() -> None:
    found = outcome_of(
        [
            incident(20),
            incident(40, urban=False),
            incident(10, contractor={"name": "Norte", "state": "done"}),
            incident(None),
        ],
        driven_s=1200,
        contractors=[YARD],
    )
    assert found.n_contractor == 1
    assert (found.n_incidents, found.n_kept, found.n_late, found.n_own) == (4, 2, 2, 2)
    assert found.response_s == (1200, 2400, 600)
    assert found.urban_response_s == (1200, 600)
    assert (found.n_urban, found.n_urban_kept) == (3, 2)


def test_values_of_a_setting_are_compared_with_the_first() -> None:
    first, second = compared([0, 2], [[day(8), day(9)], [day(9), day(10)]])
    assert (first["points"], second["points"], second["points_ci"]) == (0, 10.0, [10.0, 10.0])
    assert second["value"] == 2


@pytest.mark.parametrize("late", [0, 3])
def test_lateness_of_a_day_is_kept(late: int) -> None:
    found = policy_figures({"optimizer": [day(10 - late)]})["optimizer"]
    assert found["days"][0]["late"] == late


def test_what_a_call_costs_is_compared_where_it_was_counted() -> None:
    ours = [replace(day(9), cny=500.0, n_contractor=2), replace(day(9), cny=700.0)]
    theirs = [replace(day(9), cny=1000.0), replace(day(9), cny=1400.0)]
    found = policy_figures({"optimizer": ours, "hungarian": theirs, "clairvoyant": [day(10)] * 2})
    assert found["optimizer"]["cny_per_incident"] == 60.0
    assert found["optimizer"]["by_contractor"] == 2
    gain = found["hungarian"]["optimizer_gain"]
    assert (gain["cny_saved"], gain["cny_saved_ci"]) == (0.5, [0.5, 0.5])
    assert "cny_per_incident" not in found["clairvoyant"]
    assert "cny_saved" not in found["clairvoyant"]["optimizer_gain"]
    [first, second] = compared([1, 2], [theirs, ours])
    assert (first["cny_saved"], second["cny_saved"]) == (0.0, 0.5)
