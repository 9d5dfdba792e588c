"""Among which contractors a dispatcher chooses: when each may come, and what it said before."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch import contractor_work, contractors
from dispatch.contractors_for import Choice, contractors_for
from dispatch.incidents import cancel_by_dispatcher
from kernel.errors import Conflict, InvalidInput, NotFound
from tests.dispatch.scene import START, Scene, repair

MINUTE = timedelta(minutes=1)


def choices(scene: Scene, incident: int) -> tuple[Choice, ...]:
    with scene.database.read() as session:
        return contractors_for(session, scene.context, incident)


def offer(scene: Scene, incident: int, helper: int | None = None) -> int:
    with scene.database.write() as session:
        return contractors.offer(session, scene.context, incident, helper)


def test_the_best_comes_first_and_is_whom_an_offer_without_a_name_goes_to(scene: Scene) -> None:
    far, near = scene.contractor("Far", 25), scene.contractor("Near", 2)
    incident = scene.call(0)
    found = choices(scene, incident)
    assert [it.contractor.id for it in found] == [near, far]
    assert [it.is_best for it in found] == [True, False]
    arrivals = [it.guess.arrival_at for it in found if it.guess is not None]
    assert arrivals == [START + 12 * MINUTE, START + 35 * MINUTE]
    offer(scene, incident)
    assert [it.asked.state for it in choices(scene, incident) if it.asked] == ["offered"]


def test_who_said_no_says_so_and_can_be_asked_again_by_name(scene: Scene) -> None:
    near, far = scene.contractor("Near", 2), scene.contractor("Far", 25)
    incident = scene.call(0)
    first = offer(scene, incident, near)
    with scene.database.write() as session:
        contractor_work.reject(session, scene.context, first, near, "no driver")
    best, other = choices(scene, incident)
    assert (best.contractor.id, best.asked) == (far, None)
    assert other.asked is not None
    assert (other.contractor.id, other.asked.state, other.is_best) == (near, "rejected", False)
    offer(scene, incident, near)


def test_who_cannot_do_it_comes_last_without_a_guess(scene: Scene) -> None:
    near, far = scene.contractor("Near", 1), scene.contractor("Far", 25)
    incident = scene.call(0, repair(10, "winch"))
    assert [(it.contractor.id, it.guess, it.is_best) for it in choices(scene, incident)] == [
        (far, None, False),
        (near, None, False),
    ]


def test_nobody_is_asked_about_what_is_over_or_unknown(scene: Scene) -> None:
    scene.contractor("Near", 2)
    incident = scene.call(0)
    with scene.database.write() as session:
        cancel_by_dispatcher(session, scene.clock.now(), incident, "drove on")
    with pytest.raises(Conflict, match="needs nobody"):
        choices(scene, incident)
    with pytest.raises(NotFound):
        choices(scene, 99)


def test_who_is_named_and_lacks_what_it_takes_is_refused_by_what_is_missing(scene: Scene) -> None:
    near = scene.contractor("Near", 1)
    incident = scene.call(0, repair(10, "winch"))
    with pytest.raises(InvalidInput) as refused:
        offer(scene, incident, near)
    [fault] = refused.value.faults
    assert (fault.pointer, fault.code) == ("/contractor_id", "rule.no_unit_has")
    assert fault.message == "Near lacks winch."
    assert choices(scene, incident)[0].asked is None
