"""A unit that drives and no longer says where it is is told of, once for each order."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.incident import incident_number
from dispatch.unseen_units import Unseen
from fleet.model import Unit
from tests.dispatch.scene import START, Scene, repair

MINUTE = timedelta(minutes=1)


def alarms(scene: Scene) -> list[tuple[int, str]]:
    told = [it for it in scene.events("alarm.raised") if it.payload["kind"] == "unit_unseen"]
    return [(it.incident_id, it.payload["text"]["en"]) for it in told]


@pytest.fixture
def rolling(scene: Scene) -> tuple[Scene, Unit, int]:
    """A unit that was idle for twenty minutes, without a word of where, and begins to drive."""
    unit = scene.unit("R-01", 25)
    scene.pass_time(20)
    incident = scene.call(0)
    scene.run()
    scene.say(unit, "rolling", incident)
    return scene, unit, incident


def test_after_five_minutes_without_a_place_it_is_told_once(
    rolling: tuple[Scene, Unit, int],
) -> None:
    scene, _, incident = rolling
    scene.pass_time(4.5)
    assert alarms(scene) == []
    scene.pass_time(1)
    number = incident_number(incident)
    said = "its last place is 25 min old: do not trust its ETA. Call it."
    text = f"R-01 drives to {number}, and {said}"
    assert alarms(scene) == [(incident, text)]
    scene.pass_time(4)
    assert alarms(scene) == [(incident, text)]


def test_who_says_where_it_is_is_not(rolling: tuple[Scene, Unit, int]) -> None:
    scene, unit, incident = rolling
    for minute in range(15):
        scene.move(unit, 25 - minute)
        scene.pass_time(1)
    assert alarms(scene) == []
    scene.pass_time(6)
    assert [it for it, _ in alarms(scene)] == [incident]


def test_who_has_not_set_off_or_has_arrived_is_not(scene: Scene) -> None:
    here, there = scene.unit("R-01", 5), scene.unit("R-02", 50)
    waits, served = scene.call(0), scene.call(50, repair(60))
    scene.run()
    scene.say(here, "accepted", waits)
    scene.say(there, "rolling", served)
    scene.say(there, "arrived", served)
    scene.pass_time(15)
    assert alarms(scene) == []


def test_another_order_is_told_of_again(rolling: tuple[Scene, Unit, int]) -> None:
    scene, unit, incident = rolling
    scene.pass_time(6)
    other = scene.unit("R-02", 30)
    scene.say(unit, "declined", incident, reason="flat tyre")
    scene.run()
    assert scene.job(incident).unit_id == other.id
    scene.say(other, "rolling", incident)
    scene.pass_time(6)
    assert [text[:4] for _, text in alarms(scene)] == ["R-01", "R-02"]


def test_one_that_never_said_where_it_is_is_told_so() -> None:
    words = Unseen("R-01", None).words("R-0001", START)
    assert "has never sent its place" in words.en
    assert "R-0001" in words.zh
