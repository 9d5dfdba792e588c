from __future__ import annotations

from dataclasses import replace

import pytest

from fleet.catalogue import catalogue
from fleet.opening_hours import OpeningHours
from fleet.registers import (
    CentreSpec,
    ContractorSpec,
    contractors_of,
    fitting_centres,
    get_centre,
    get_contractor,
    put_centre,
    put_contractor,
    service_centres_of,
)
from kernel.database import WriteSession
from kernel.errors import InvalidInput, NotFound
from kernel.position import Position
from tests.fleet.conftest import NOW

HERE = Position(113.0, 23.0)


def centre(session: WriteSession, name: str, lon: float, *skills: str, hours: str = "24/7") -> int:
    spec = CentreSpec(
        "town", name, Position(lon, 23.0), frozenset(skills), OpeningHours(hours, "UTC")
    )
    return put_centre(session, spec).id


def test_the_nearest_open_centres_that_can_do_it_come_first(session: WriteSession) -> None:
    far = centre(session, "far", 113.3, "repair", "bodywork")
    near = centre(session, "near", 113.1, "repair")
    centre(session, "closed", 113.05, "repair", hours="20:00-22:00")
    known = service_centres_of(session, "town")
    fitting = fitting_centres(known, HERE, frozenset({"repair"}), NOW)
    assert [one.id for one in fitting] == [near, far]
    assert [one.id for one in fitting_centres(known, HERE, frozenset({"bodywork"}), NOW)] == [far]
    assert fitting_centres(known, HERE, frozenset({"boost"}), NOW) == ()


def test_a_closed_centre_is_better_than_none(session: WriteSession) -> None:
    closed = centre(session, "closed", 113.05, "repair", hours="20:00-22:00")
    known = service_centres_of(session, "town")
    fitting = fitting_centres(known, HERE, frozenset({"repair"}), NOW)
    assert [one.id for one in fitting] == [closed]


def test_contractors_that_are_switched_off_are_not_asked(session: WriteSession) -> None:
    spec = ContractorSpec("town", "North", HERE, frozenset({"tow", "flatbed"}))
    first = put_contractor(session, spec)
    assert contractors_of(session, "town") == (first,)
    put_contractor(session, replace(spec, active=False))
    assert contractors_of(session, "town") == ()
    assert get_contractor(session, first.id).active is False


def test_every_fault_of_a_contractor_is_told_at_once(session: WriteSession) -> None:
    bad = ContractorSpec(
        "town", "N", HERE, frozenset({"magic"}), callout_cny=-1, cny_per_km=float("nan"), answer_s=0
    )
    with pytest.raises(InvalidInput) as refusal:
        put_contractor(session, bad)
    assert sorted(fault.code for fault in refusal.value.faults) == [
        "contractor.answer_s",
        "contractor.price",
        "contractor.price",
        "skills.unknown",
    ]


def test_what_is_not_there_is_not_found(session: WriteSession) -> None:
    with pytest.raises(NotFound):
        get_centre(session, 77)
    with pytest.raises(NotFound):
        get_contractor(session, 77)


def test_every_word_of_the_catalogue_is_there_in_both_languages() -> None:
    known = catalogue()
    assert not known.skills.keys() & known.equipment.keys()
    for name in known.names:
        assert known.label(name).zh
        assert known.label(name).en
