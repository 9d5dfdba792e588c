"""How many call now, and what that asks of the fleet."""

from __future__ import annotations

import pytest

from dispatch.call_rate import (
    BEGUN,
    LATELY,
    MOST,
    USUAL_S,
    USUAL_SHARE,
    USUAL_WORK_S,
    CallRate,
    calls_lately,
)
from tests.dispatch.scene import Scene

HOUR = 3600.0


def lately(scene: Scene, region: str | None = None) -> CallRate:
    with scene.database.read() as session:
        return calls_lately(session, region or scene.context.region, scene.clock.now())


def test_where_nobody_calls_none_are_expected(scene: Scene) -> None:
    assert lately(scene) == CallRate(0, LATELY.total_seconds())


def test_a_region_that_has_just_begun_counts_from_its_first_call(scene: Scene) -> None:
    scene.call(0)
    scene.clock.advance(HOUR / 2)
    scene.call(0)
    assert lately(scene) == CallRate(2, 1800)
    assert lately(scene, "elsewhere").n_calls == 0


def test_calls_of_before_do_not_count_but_show_that_it_has_not_just_begun(scene: Scene) -> None:
    scene.call(0)
    scene.clock.advance(3 * HOUR)
    scene.call(0)
    scene.clock.advance(HOUR)
    assert lately(scene) == CallRate(1, LATELY.total_seconds())
    scene.clock.advance(HOUR + 1)
    assert lately(scene) == CallRate(0, LATELY.total_seconds())
    scene.clock.advance(BEGUN.total_seconds())
    scene.call(0)
    scene.clock.advance(HOUR / 4)
    assert lately(scene) == CallRate(1, 900)


def test_long_calls_ask_for_what_they_take_of_the_time_of_all_units() -> None:
    hours = 1000
    rate = CallRate(n_calls=6 * hours, within_s=3600 * hours)
    assert rate.share_asked_for([], 4) == pytest.approx(6 * USUAL_WORK_S / 3600 / 4, rel=0.01)
    assert rate.share_asked_for([1200.0] * 5000, 4) == pytest.approx(0.5, rel=0.01)
    assert rate.share_asked_for([1200.0] * 5000, 8) == pytest.approx(0.25, rel=0.01)


def test_a_few_calls_do_not_change_what_is_believed() -> None:
    assert CallRate(0, 0).share_asked_for([], 0) == USUAL_SHARE
    assert CallRate(0, USUAL_S).share_asked_for([], 5) == pytest.approx(USUAL_SHARE / 2)


def test_a_flood_of_calls_or_nobody_on_shift_asks_for_nearly_everything() -> None:
    assert CallRate(900, 7200).share_asked_for([], 5) == MOST
    assert CallRate(9, 7200).share_asked_for([1500.0], 0) == MOST
