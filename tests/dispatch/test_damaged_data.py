"""A job that cannot be read holds up nobody else, is told, and is planned once it is mended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from api.views.units import goals
from dispatch.job_option import UNREADABLE, options_from_json
from dispatch.lacking import lacking
from dispatch.store import AlarmRow, open_job_row
from field_app.jobs import held_by
from tests.dispatch.scene import Scene, repair, tow

Damager = Callable[[list[dict[str, Any]]], Any]


def _without(name: str) -> Damager:
    return lambda options: [{k: v for k, v in it.items() if k != name} for it in options]


def _with(**values: Any) -> Damager:
    return lambda options: [it | values for it in options]


DAMAGES: dict[str, Damager] = {
    "no service": _without("service"),
    "no name": _without("name"),
    "unknown kind": _with(kind="magic"),
    "no options": lambda _: [],
    "not a list": lambda _: 7,
    "no objects": lambda _: [None, "repair"],
    "minutes in words": _with(service=["ten", 20]),
    "negative time": _with(service=[-5, 20]),
    "no price": _with(price_cny=None),
    "no number": _with(price_cny=float("nan")),
    "a number as a need": _with(needs=[7]),
    "a name that is none": _with(name=["repair"]),
    "words that are none": _with(label={"zh": 1, "en": 2}),
    "an impossible goal": _with(
        destination={"name": "?", "lon": 500, "lat": 0, "service_s": 1, "centre_id": None}
    ),
}


def damage(scene: Scene, incident_id: int, how: Damager) -> list[dict[str, Any]]:
    """Damage the options of an incident's job and return what they were."""
    with scene.database.write() as session:
        row = open_job_row(session, incident_id)
        assert row is not None
        before: list[dict[str, Any]] = row.options
        row.options = how(before)
    return before


def told(scene: Scene) -> list[Any]:
    alarms = scene.events("alarm.raised")
    return [it for it in alarms if it.payload["kind"] == "data_damaged"]


def standing(scene: Scene) -> list[str]:
    with scene.database.read() as session:
        return list(session.scalars(select(AlarmRow.kind).filter_by(acknowledged_at=None)))


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_the_others_are_planned_and_the_damaged_one_is_told_until_it_is_mended(
    scene: Scene, how: Damager
) -> None:
    scene.unit("R-01", 5)
    bad = scene.call(3, target_min=300)
    before = damage(scene, bad, how)
    good = scene.call(0)
    scene.run()
    assert scene.job(good).state == "ordered"
    scene.pass_time(3)
    assert scene.job(bad).planned_unit_id is None
    assert scene.events("plan.failed") == []
    [alarm] = told(scene)
    assert alarm.incident_id == bad
    assert all("R-0001" in words for words in alarm.payload["text"].values())
    damage(scene, bad, lambda _: before)
    scene.call(0)  # something happens, so that a plan is made
    scene.pass_time(1)
    assert scene.job(bad).planned_unit_id is not None
    assert "data_damaged" not in standing(scene)
    assert len(told(scene)) == 1


def test_a_way_that_can_be_read_is_taken(scene: Scene) -> None:
    unit, bad = scene.unit("R-01", 5, "repair", "tow"), scene.call(3, repair(), tow(20))
    damage(scene, bad, lambda options: [options[0] | {"service": None}, options[1]])
    scene.run()
    job = scene.job(bad)
    assert (job.unit_id, job.option) == (unit.id, "tow:1")
    scene.pass_time(2)
    assert told(scene) == []


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_a_unit_goes_on_with_a_job_that_is_damaged_under_way(scene: Scene, how: Damager) -> None:
    unit, bad = scene.unit("R-01", 5), scene.call(3)
    scene.run()
    scene.say(unit, "rolling", bad)
    damage(scene, bad, how)
    later = scene.call(0)
    scene.pass_time(3)
    assert scene.job(bad).unit_id == unit.id
    assert scene.job(later).planned_unit_id == unit.id
    assert scene.events("plan.failed") == []
    with scene.database.read() as session:
        held = held_by(session, unit.id)
    assert [job.incident_id for job, _ in goals(held)] == [bad, later]
    for kind in ("arrived", "done"):
        scene.say(unit, kind, bad)
    scene.pass_time(1)
    assert scene.job(later).state == "ordered"


@pytest.mark.parametrize("how", DAMAGES.values(), ids=DAMAGES)
def test_a_planned_job_that_is_damaged_loses_its_unit_and_is_told(
    scene: Scene, how: Damager
) -> None:
    unit, first = scene.unit("R-01", 5), scene.call(4)
    bad = scene.call(0, target_min=300)
    scene.run()
    assert scene.job(bad).planned_unit_id == unit.id
    damage(scene, bad, how)
    with scene.database.read() as session:
        held = held_by(session, unit.id)
    assert [job.incident_id for job, _ in goals(held)] == [first, bad]
    scene.call(1)
    scene.pass_time(2)
    assert scene.job(bad).planned_unit_id is None
    assert [it.incident_id for it in told(scene)] == [bad]


def test_names_of_options_are_one_of_each_and_the_first_counts() -> None:
    first, second = repair(10), repair(20)
    [read] = options_from_json([first.as_json(), second.as_json()])
    assert read == first


def test_what_is_in_work_is_among_the_options_and_asks_for_nothing() -> None:
    options = options_from_json(7, in_work="tow:1", planned="repair")
    assert {it.name: it.needs for it in options} == {
        UNREADABLE: {UNREADABLE},
        "tow:1": frozenset(),
        "repair": {UNREADABLE},
    }


def test_what_is_missing_is_named_of_the_way_that_can_be_read() -> None:
    options = options_from_json([repair(10, "repair", "hv_safety").as_json()], planned="gone")
    assert [it.en for it in lacking(options, set())] != [
        it.en for it in lacking(options[1:], set())
    ]
    assert len(lacking(options, set())) == 2
    assert "can be read" in lacking(options_from_json(7), set())[0].en


def test_what_is_no_json_at_all_holds_up_nobody(scene: Scene) -> None:
    scene.unit("R-01", 5)
    bad = scene.call(3, target_min=300)
    with scene.database.engine.begin() as connection:
        query = text("UPDATE jobs SET options = '[{' WHERE incident_id = :id")
        connection.execute(query, {"id": bad})
    good = scene.call(0)
    scene.pass_time(3)
    assert scene.job(good).state == "ordered"
    assert scene.job(bad).planned_unit_id is None
    assert [it.incident_id for it in told(scene)] == [bad]
    assert scene.events("plan.failed") == []
    with scene.database.engine.connect() as connection:
        query = text("SELECT options FROM jobs WHERE incident_id = :id")
        assert connection.execute(query, {"id": bad}).scalar() == "[{"
