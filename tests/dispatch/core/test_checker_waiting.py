"""The checker on windows, breaks, coverage and links: what is kept passes, what is not is told."""

from dataclasses import replace

import pytest

from dispatch.core.checker import check
from dispatch.core.evaluate import evaluate
from dispatch.core.model import (
    Break,
    Coverage,
    Link,
    Lock,
    Plan,
    PlannedBreak,
    Problem,
    Route,
    Window,
)
from tests.dispatch.core.small import commitment, job, problem, repair, unit, with_planned

LOST = Coverage("repair", tuple(float(place) for place in range(31)))


@pytest.fixture
def given() -> Problem:
    return problem(
        (unit("u", 0, breaks=(Break(300, 900, 600),), coverage=(LOST,)), unit("v", 20)),
        (
            job("first", repair(5, 10)),
            job("second", repair(18, 10)),
            job("window", repair(7, 10), windows=(Window(0, 60), Window(2400, 3000))),
        ),
        links=(Link("first", "second", "end", 0, 1800, both=True),),
    )


@pytest.fixture
def good(given: Problem) -> Plan:
    return evaluate(
        given, {"u": [("first", "repair"), ("window", "repair")], "v": [("second", "repair")]}
    )


def codes(given: Problem, plan: Plan) -> set[str]:
    return {violation.code for violation in check(given, plan)}


def without(plan: Plan, unit_id: str) -> Plan:
    return replace(plan, routes=tuple(r for r in plan.routes if r.unit_id != unit_id))


def with_breaks(plan: Plan, *breaks: PlannedBreak) -> Plan:
    return replace(
        plan,
        routes=tuple(
            Route(r.unit_id, r.jobs, breaks) if r.unit_id == "u" else r for r in plan.routes
        ),
    )


def test_the_good_plan_passes_and_says_when_the_crew_rests(given: Problem, good: Plan) -> None:
    assert check(given, good) == []
    assert good.routes[0].breaks == (PlannedBreak(900, 1500, "window"),)
    assert good.terms["coverage"] == 7
    assert {it.job_id: it.start_s for r in good.routes for it in r.jobs} == {
        "first": 300,
        "window": 2400,
        "second": 900,
    }


def test_a_break_that_is_left_away_moved_or_made_up_is_refused(given: Problem, good: Plan) -> None:
    for breaks in ((), (PlannedBreak(901, 1501, "window"),), (PlannedBreak(900, 1500, "first"),)):
        assert codes(given, with_breaks(good, *breaks)) == {"time.break"}
    easier = replace(given, units=(replace(given.units[0], breaks=()), given.units[1]))
    assert "time.break" in codes(easier, good)


def test_a_start_between_two_windows_is_refused(given: Problem, good: Plan) -> None:
    assert codes(given, with_planned(good, "window", start_s=2300)) == {"time.start"}
    over = replace(given.jobs[2], windows=(Window(0, 60), Window(70, 80)))
    assert "window" in codes(replace(given, jobs=(*given.jobs[:2], over)), good)


def test_a_job_that_does_not_wait_is_refused(given: Problem, good: Plan) -> None:
    assert codes(given, with_planned(good, "second", start_s=120, end_s=720)) == {
        "time.start",
        "time.end",
    }


def test_a_job_without_the_one_it_waits_for_is_refused(given: Problem, good: Plan) -> None:
    gone = evaluate(replace(given, links=()), {"v": [("second", "repair")]})
    assert "link.alone" in codes(given, gone)
    gone = evaluate(replace(given, links=()), {"u": [("first", "repair")]})
    assert "link.alone" in codes(given, gone)
    single = replace(given, links=(replace(given.links[0], both=False),))
    assert "link.alone" not in codes(single, gone)


def test_jobs_that_wait_for_ever_are_refused(given: Problem) -> None:
    both = evaluate(replace(given, links=()), {"v": [("second", "repair"), ("first", "repair")]})
    assert "link.endless" in codes(given, both)


def test_a_gap_to_a_fact_that_is_too_wide_is_refused(given: Problem) -> None:
    busy = replace(
        given,
        units=(given.units[0], replace(given.units[1], available_s=3000)),
        commitments=(commitment("first", "u", Lock.FULL, start_s=300),),
        links=(),
    )
    plan = evaluate(busy, {"u": [("first", "repair")], "v": [("second", "repair")]})
    assert "link.gap" in codes(replace(busy, links=given.links), plan)


def test_a_coverage_price_of_another_place_is_refused(given: Problem, good: Plan) -> None:
    dearer = replace(LOST, cny=tuple(2 * cny for cny in LOST.cny))
    units = (replace(given.units[0], coverage=(dearer,)), given.units[1])
    assert codes(replace(given, units=units), good) >= {"term.coverage", "cost"}
