"""Everything that engines take for granted is checked, and told at once."""

from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from dispatch.core.model import (
    UNREACHABLE_S,
    Break,
    Coverage,
    LatenessCurve,
    Link,
    Lock,
    Option,
    Prices,
    Visit,
    Window,
)
from dispatch.core.validate import check_problem
from kernel.errors import InvalidInput
from tests.dispatch.core.small import commitment, job, problem, repair, unit

GOOD = problem((unit("u", 0),), (job("j", repair(1)),), commitment("j", "u", Lock.FREE))


def faults(given):
    with pytest.raises(InvalidInput) as caught:
        check_problem(given)
    return {(it.pointer, it.code) for it in caught.value.faults}


def with_unit(**changes):
    return replace(GOOD, units=(replace(GOOD.units[0], **changes),))


def with_job(**changes):
    return replace(GOOD, jobs=(replace(GOOD.jobs[0], **changes),))


def with_option(**changes):
    return with_job(options=(replace(repair(1), **changes),))


def with_commitment(**changes):
    return replace(GOOD, commitments=(replace(GOOD.commitments[0], **changes),))


PAIR = problem((unit("u", 0),), (job("j", repair(1)), job("k", repair(2))))


def with_links(*links):
    return replace(PAIR, links=links)


def with_leg(seconds):
    matrix = GOOD.travel_s.copy()
    matrix[1, 2] = seconds
    return replace(GOOD, travel_s=matrix)


def test_a_good_problem_passes():
    check_problem(GOOD)


WRONG = {
    "naive epoch": (
        replace(GOOD, epoch=datetime(2026, 1, 1)),  # noqa: DTZ001 - what is to be refused
        ("/epoch", "epoch.naive"),
    ),
    "flat matrix": (
        replace(GOOD, travel_s=np.zeros(4, dtype=np.int32)),
        ("/travel_s", "matrix.shape"),
    ),
    "float matrix": (
        replace(GOOD, travel_s=GOOD.travel_s.astype(float)),
        ("/travel_s", "matrix.dtype"),
    ),
    "negative leg": (with_leg(-5), ("/travel_s/1/2", "matrix.negative")),
    "endless leg": (with_leg(2_000_000_000), ("/travel_s", "matrix.large")),
    "far from itself": (
        replace(GOOD, travel_s=GOOD.travel_s + np.int32(1)),
        ("/travel_s/0/0", "matrix.diagonal"),
    ),
    "unit twice": (replace(GOOD, units=GOOD.units * 2), ("/units/1", "unit.twice")),
    "unit nowhere": (with_unit(start_place=31), ("/units/0/start_place", "place.unknown")),
    "unit ends nowhere": (with_unit(end_place=-1), ("/units/0/end_place", "place.unknown")),
    "available before now": (with_unit(available_s=-1), ("/units/0/available_s", "number.range")),
    "half a second": (with_unit(shift_end_s=0.5), ("/units/0/shift_end_s", "number.range")),
    "overflowing wall": (with_unit(hard_end_s=2**40), ("/units/0/hard_end_s", "number.range")),
    "negative stock": (with_unit(kwh=-1.0), ("/units/0/kwh", "number.range")),
    "price not a number": (with_unit(kept_cny=float("nan")), ("/units/0/kept_cny", "number.range")),
    "unit without a name": (with_unit(id=""), ("/units/0/id", "unit.no_id")),
    "job without a name": (with_job(id=""), ("/jobs/0/id", "job.no_id")),
    "job twice": (replace(GOOD, jobs=GOOD.jobs * 2), ("/jobs/1", "job.twice")),
    "no option": (with_job(options=()), ("/jobs/0/options", "job.no_option")),
    "option twice": (
        with_job(options=(repair(1), repair(2))),
        ("/jobs/0/options/1", "option.twice"),
    ),
    "window reversed": (
        with_job(earliest_s=10, latest_s=9),
        ("/jobs/0/latest_s", "job.window"),
    ),
    "target true": (with_job(target_s=True), ("/jobs/0/target_s", "number.range")),
    "endless price": (
        with_job(unassigned_cny=float("inf")),
        ("/jobs/0/unassigned_cny", "number.range"),
    ),
    "no visit": (with_option(visits=()), ("/jobs/0/options/0/visits", "option.no_visit")),
    "negative service": (
        with_option(visits=(Visit(1, -1),)),
        ("/jobs/0/options/0/visits/0/service_s", "number.range"),
    ),
    "visit nowhere": (
        with_option(visits=(Visit(99, 1),)),
        ("/jobs/0/options/0/visits/0/place", "place.unknown"),
    ),
    "negative price": (
        with_job(options=(Option("o", frozenset(), (Visit(1, 1),), -1.0),)),
        ("/jobs/0/options/0/price_cny", "number.range"),
    ),
    "curve that falls": (
        with_job(lateness=LatenessCurve(((0, 5.0), (60, 4.0)))),
        ("/jobs/0/lateness/steps/1", "curve.convex"),
    ),
    "curve out of order": (
        with_job(lateness=LatenessCurve(((0, 5.0), (0, 6.0)))),
        ("/jobs/0/lateness/steps/1", "curve.order"),
    ),
    "curve without a start": (
        with_job(lateness=LatenessCurve(((60, 5.0),))),
        ("/jobs/0/lateness/steps", "curve.start"),
    ),
    "unknown unit committed": (
        with_commitment(unit_id="x"),
        ("/commitments/0/unit", "commitment.unit"),
    ),
    "unknown job committed": (
        with_commitment(job_id="x"),
        ("/commitments/0/job", "commitment.job"),
    ),
    "unknown option committed": (
        with_commitment(option="x"),
        ("/commitments/0/option", "commitment.option"),
    ),
    "job committed twice": (
        replace(GOOD, commitments=GOOD.commitments * 2),
        ("/commitments/1", "commitment.twice"),
    ),
    "two at one place": (
        problem(
            GOOD.units,
            (*GOOD.jobs, job("k", repair(2))),
            commitment("j", "u", Lock.ORDER),
            commitment("k", "u", Lock.FULL),
        ),
        ("/commitments/1/position", "commitment.position"),
    ),
    "negative release": (
        with_commitment(release_cny=-1.0),
        ("/commitments/0/release_cny", "number.range"),
    ),
    "break reversed": (
        with_unit(breaks=(Break(9, 5, 60),)),
        ("/units/0/breaks/0/latest_s", "window.reversed"),
    ),
    "negative break": (
        with_unit(breaks=(Break(0, 5, -60),)),
        ("/units/0/breaks/0/duration_s", "number.range"),
    ),
    "breaks that may overlap": (
        with_unit(breaks=(Break(0, 60, 60), Break(119, 200, 60))),
        ("/units/0/breaks/1", "break.order"),
    ),
    "coverage of other places": (
        with_unit(coverage=(Coverage("repair", (1.0, 2.0)),)),
        ("/units/0/coverage/0/cny", "coverage.places"),
    ),
    "negative coverage": (
        with_unit(coverage=(Coverage("repair", (*([0.0] * 30), -1.0)),)),
        ("/units/0/coverage/0/cny/30", "number.range"),
    ),
    "windows out of order": (
        with_job(windows=(Window(100, 200), Window(200, 300))),
        ("/jobs/0/windows/1", "windows.order"),
    ),
    "one of two windows reversed": (
        with_job(windows=(Window(100, 200), Window(400, 300))),
        ("/jobs/0/windows/1/latest_s", "window.reversed"),
    ),
    "link to nothing": (with_links(Link("j", "x")), ("/links/0/after", "link.job")),
    "link since nothing": (
        with_links(Link("j", "k", since="middle")),
        ("/links/0/since", "link.since"),
    ),
    "link without room": (
        with_links(Link("j", "k", least_s=10, most_s=9)),
        ("/links/0/most_s", "link.gap"),
    ),
    "linked twice": (with_links(Link("j", "k"), Link("j", "k")), ("/links/1", "link.twice")),
    "linked in a circle": (with_links(Link("j", "k"), Link("k", "j")), ("/links", "link.circle")),
    "linked to itself": (with_links(Link("j", "j")), ("/links", "link.circle")),
    "endless link": (
        with_links(Link("j", "k", least_s=2**40)),
        ("/links/0/least_s", "number.range"),
    ),
    "negative drive price": (
        replace(GOOD, prices=Prices(drive_cny_per_min=-1.0)),
        ("/prices/drive_cny_per_min", "number.range"),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_fault_is_told_with_its_place(name):
    given, expected = WRONG[name]
    assert expected in faults(given)


def test_all_faults_are_told_together():
    given = replace(with_unit(kwh=-1.0, start_place=99), prices=Prices(change_cny=-1.0))
    assert {pointer for pointer, _ in faults(given)} == {
        "/units/0/kwh",
        "/units/0/start_place",
        "/prices/change_cny",
    }


REMEDIES = {
    "a duration": (with_option(visits=(Visit(1, -1),)), "Count seconds."),
    "a position": (with_commitment(position=-1), "-1 is no place of a sequence. Count from 0."),
    "a time": (with_job(target_s=0.5), "Count seconds since the epoch."),
    "no way home": (
        replace(GOOD, travel_s=np.full((31, 31), UNREACHABLE_S, dtype=np.int32)),
        "Place 0 is without a way to itself. Make the diagonal 0.",
    ),
}


@pytest.mark.parametrize("case", REMEDIES)
def test_the_remedy_is_that_of_the_field(case: str) -> None:
    given, told = REMEDIES[case]
    with pytest.raises(InvalidInput) as caught:
        check_problem(given)
    assert str(caught.value).endswith(told)
