"""Times and rules of one route, worked by hand on a line of places one minute apart."""

from dataclasses import replace

import pytest

from dispatch.core.compiled import compile_problem
from dispatch.core.model import UNREACHABLE_S, Break, Lock, Window
from dispatch.core.schedule import Broken, Timetable, timetable
from tests.dispatch.core.small import MINUTE, commitment, job, problem, repair, tow, unit


def times(given, *choices, on=0):
    found = timetable(compile_problem(given), on, choices)
    assert isinstance(found, Timetable)
    return found


def rule(given, *choices, on=0):
    found = timetable(compile_problem(given), on, choices)
    assert isinstance(found, Broken)
    return found.rule


def test_a_route_drives_serves_and_goes_home():
    given = problem(
        (unit("u", 0, available_s=120, end_place=0),),
        (job("a", repair(5)), job("b", tow(8, 3))),
    )
    found = times(given, 0, 1)
    a, b = found.stops
    assert (a.arrival_s, a.start_s, a.end_s) == (7 * MINUTE, 7 * MINUTE, 17 * MINUTE)
    assert (b.arrival_s, b.end_s, b.drive_s) == (20 * MINUTE, 40 * MINUTE, 8 * MINUTE)
    assert (found.end_s, found.home_s) == (43 * MINUTE, 3 * MINUTE)


def test_an_early_unit_waits():
    given = problem((unit("u", 0),), (job("a", repair(5), earliest_s=600),))
    (stop,) = times(given, 0).stops
    assert (stop.arrival_s, stop.start_s) == (300, 600)


def test_windows_are_inclusive():
    given = problem((unit("u", 0, hard_end_s=15 * MINUTE),), (job("a", repair(5), latest_s=300),))
    assert times(given, 0).end_s == 15 * MINUTE


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"latest_s": 299}, "window"),
        ({"options": (repair(5, 10, "tow"),)}, "no_unit_has"),
        ({"options": (repair(5, kwh=3.0),)}, "stock"),
    ],
)
def test_a_job_breaks_a_rule(changes, expected):
    given = problem((unit("u", 0, kwh=2.0),), (replace(job("a", repair(5)), **changes),))
    assert rule(given, 0) == expected


def test_a_route_may_not_pass_the_hard_end():
    given = problem((unit("u", 0, hard_end_s=899),), (job("a", repair(5)),))
    assert rule(given, 0) == "window"


def test_a_missing_way_is_unreachable():
    given = problem((unit("u", 0, end_place=2),), (job("a", repair(5)),))
    matrix = given.travel_s.copy()
    matrix[5, 2] = UNREACHABLE_S
    assert rule(replace(given, travel_s=matrix), 0) == "unreachable"


def rolling(**details):
    return problem(
        (unit("u", 0), unit("v", 0)),
        (job("a", repair(5)), job("b", repair(2))),
        commitment("a", "u", Lock.FULL, **details),
    )


def test_a_full_commitment_arrives_when_the_world_says():
    a, b = times(rolling(start_s=480), 0, 1).stops
    assert (a.arrival_s, a.drive_s, a.fact) == (480, 300, True)
    assert b.arrival_s == 480 + 600 + 180


def test_a_job_being_worked_on_began_before_now():
    (stop,) = times(rolling(start_s=-300), 0).stops
    assert (stop.arrival_s, stop.end_s, stop.drive_s) == (-300, 300, 0)


def test_a_full_commitment_without_a_time_is_computed():
    (stop,) = times(rolling(), 0).stops
    assert stop.arrival_s == 300


def test_a_full_commitment_may_not_be_broken_without_a_price():
    assert rule(rolling(start_s=300), 1, 0) == "lock"
    assert rule(rolling(start_s=300), 0, on=1) == "lock"


def test_a_full_commitment_with_a_price_may_be_broken():
    given = rolling(start_s=480, release_cny=5.0)
    b, a = times(given, 1, 0).stops
    assert (b.arrival_s, a.arrival_s, a.fact) == (120, 120 + 600 + 180, False)
    assert times(given, 0, on=1).stops[0].arrival_s == 300


def test_a_fact_is_done_against_window_skills_stock_and_wall():
    given = problem(
        (unit("u", 0, hard_end_s=1),),
        (job("a", repair(5, 10, "tow", kwh=5.0), latest_s=0),),
        commitment("a", "u", Lock.FULL, start_s=300),
    )
    assert times(given, 0).end_s == 900


def test_ordered_commitments_come_first_in_their_order():
    given = problem(
        (unit("u", 0),),
        (job("a", repair(1)), job("b", repair(2)), job("c", repair(3))),
        commitment("a", "u", Lock.ORDER, position=1),
        commitment("b", "u", Lock.ORDER, position=0),
    )
    assert len(times(given, 1, 0, 2).stops) == 3
    assert [rule(given, *it) for it in ([0, 1, 2], [1, 2, 0], [2, 1, 0])] == ["lock"] * 3


def test_a_unit_lock_fixes_unit_and_option_but_not_the_order():
    given = problem(
        (unit("u", 0), unit("v", 0)),
        (job("a", repair(1), tow(1, 2)), job("b", repair(2))),
        commitment("a", "u", Lock.UNIT),
    )
    assert len(times(given, 2, 0).stops) == 2
    assert rule(given, 0, on=1) == "lock"
    assert rule(given, 1) == "lock"


TWO_WINDOWS = (Window(0, 240), Window(900, 1200))


@pytest.mark.parametrize(
    ("place", "start_s"), [(4, 240), (5, 900), (15, 900), (17, 1020), (20, 1200)]
)
def test_service_starts_within_a_window(place, start_s):
    given = problem((unit("u", 0),), (job("a", repair(place), windows=TWO_WINDOWS),))
    (stop,) = times(given, 0).stops
    assert (stop.arrival_s, stop.start_s) == (place * MINUTE, start_s)


def test_after_the_last_window_it_is_too_late():
    given = problem((unit("u", 0),), (job("a", repair(21), windows=TWO_WINDOWS),))
    assert rule(given, 0) == "window"


def test_windows_say_nothing_of_a_fact():
    given = problem(
        (unit("u", 0),),
        (job("a", repair(5), windows=TWO_WINDOWS),),
        commitment("a", "u", Lock.FULL, start_s=5000),
    )
    assert times(given, 0).stops[0].start_s == 5000


def resting(*breaks, available_s=0):
    return problem(
        (unit("u", 0, breaks=breaks, available_s=available_s),),
        (job("a", repair(5)), job("b", repair(10))),
    )


def rests(given, *choices):
    return [(it.start_s, it.end_s, it.choice) for it in times(given, *choices).rests]


def test_a_break_is_taken_between_two_jobs():
    given = resting(Break(600, 3600, 300))
    assert rests(given, 0, 1) == [(900, 1200, 1)]
    assert times(given, 0, 1).stops[1].arrival_s == 1500


def test_a_break_that_could_not_begin_after_the_job_is_waited_for():
    given = resting(Break(600, 899, 300))
    assert rests(given, 0, 1) == [(600, 900, 0)]
    assert times(given, 0, 1).stops[0].arrival_s == 1200
    assert rests(resting(Break(600, 900, 300)), 0, 1) == [(900, 1200, 1)]


def test_an_overdue_break_is_taken_at_once_and_one_behind_the_last_job_is_not_planned():
    assert rests(resting(Break(-900, -300, 300), available_s=60), 0) == [(60, 360, 0)]
    assert rests(resting(Break(900, 3600, 300)), 0) == []


def test_two_breaks_are_taken_in_order():
    assert rests(resting(Break(0, 0, 300), Break(300, 500, 120)), 0) == [(0, 300, 0), (300, 420, 0)]


def test_a_break_delays_no_fact():
    given = problem(
        (unit("u", 0, breaks=(Break(0, 60, 300),)),),
        (job("a", repair(5)), job("b", repair(6))),
        commitment("a", "u", Lock.FULL, start_s=300),
    )
    assert rests(given, 0, 1) == [(900, 1200, 1)]
