"""Jobs that wait for each other, worked by hand on a line of places one minute apart."""

import random
from dataclasses import replace

import pytest

from dispatch.core.checker import check
from dispatch.core.compiled import compile_problem
from dispatch.core.engines import ENGINES
from dispatch.core.evaluate import evaluate
from dispatch.core.links import timetables
from dispatch.core.model import Break, Link, Lock, Problem, Window
from dispatch.core.params import SolveParams
from dispatch.core.schedule import Broken
from dispatch.core.solve import solve
from kernel.errors import InvalidInput
from tests.dispatch.core.small import commitment, job, problem, repair, tow, unit
from tests.strategies.locked import locked_problem
from tests.strategies.seeded import seeded_links

UNITS = (unit("u", 0), unit("v", 20), unit("w", 10))
JOBS = (job("a", repair(5)), job("b", repair(18)), job("c", repair(10)))
BRIEF = SolveParams(ortools_steps=20, polish_steps=40, wall_limit_s=None)


def linked(*links, jobs=JOBS, commitments=(), **details):
    return problem(UNITS, jobs, *commitments, links=links, **details)


def starts(given, *routes):
    """Return start of service by job for the routes of u, v and w, or the rules they break."""
    compiled = compile_problem(given)
    by_name = {job.id: compiled.choices[j][0] for j, job in enumerate(given.jobs)}
    tours = [[by_name[name] for name in route] for route in routes]
    tours += [[]] * (len(UNITS) - len(tours))
    found = timetables(compiled, tours)
    broken = [it.rule for it in found if isinstance(it, Broken)]
    return broken or {
        compiled.jobs[compiled.job_of[stop.choice]].id: stop.start_s
        for it in found
        for stop in it.stops
    }


def test_a_job_waits_for_the_end_of_another_on_another_unit():
    assert starts(linked(Link("a", "b")), "a", "b") == {"a": 300, "b": 900}


def test_a_job_that_comes_later_anyway_does_not_wait():
    assert starts(linked(Link("b", "a")), "a", "b") == {"a": 720, "b": 120}


def test_the_least_gap_counts_from_the_start_if_so_said():
    assert starts(linked(Link("a", "b", "start", 60)), "a", "b")["b"] == 360


def test_who_waits_makes_the_next_job_of_its_route_wait():
    assert starts(linked(Link("a", "b")), "a", "bc") == {"a": 300, "b": 900, "c": 900 + 600 + 480}


def test_two_crews_begin_together_whoever_comes_first():
    both = Link("a", "b", "start", 0, 0)
    assert starts(linked(both), "a", "b") == {"a": 300, "b": 300}
    far = (job("a", repair(1)), job("b", repair(5)), JOBS[2])
    assert starts(linked(both, jobs=far), "a", "b") == {"a": 900, "b": 900}


def test_the_first_waits_where_the_second_could_not_come_in_time():
    jobs = (job("a", repair(1)), job("b", repair(0)), JOBS[2])
    assert starts(linked(Link("a", "b", "end", 0, 120), jobs=jobs), "a", "b") == {
        "a": 480,
        "b": 1200,
    }


def test_the_first_waits_until_the_windows_of_both_fit():
    jobs = (
        job("a", repair(1), windows=(Window(0, 60), Window(1000, 1100))),
        job("b", repair(20), windows=(Window(500, 600), Window(1050, 1200))),
        JOBS[2],
    )
    assert starts(linked(Link("a", "b", "start", 0, 0), jobs=jobs), "a", "b") == {
        "a": 1050,
        "b": 1050,
    }


@pytest.mark.parametrize(
    ("link", "routes"),
    [
        (Link("a", "b"), ("", "b")),
        (Link("a", "b", both=True), ("a", "")),
        (Link("a", "b"), ("ba", "")),
        (Link("a", "b", most_s=60), ("ab", "")),
    ],
)
def test_a_link_that_cannot_hold_is_broken(link, routes):
    assert starts(linked(link), *routes) == ["linked"]


def test_the_first_of_two_may_be_done_alone_unless_both_are_needed():
    assert starts(linked(Link("a", "b")), "a") == {"a": 300}


def test_a_fact_waits_for_nobody_and_is_waited_for():
    rolls = commitment("a", "u", Lock.FULL, start_s=700)
    assert starts(linked(Link("b", "a"), commitments=(rolls,)), "a") == {"a": 700}
    assert starts(linked(Link("a", "b"), commitments=(rolls,)), "a", "b")["b"] == 1300
    assert starts(linked(Link("a", "b", most_s=0), commitments=(rolls,)), "a", "b")["b"] == 1300


def test_three_jobs_wait_in_a_row():
    assert starts(linked(Link("a", "b"), Link("b", "c")), "a", "b", "c") == {
        "a": 300,
        "b": 900,
        "c": 1500,
    }


def rescue():
    """Return a two-leg rescue: only u may work on the motorway, only v is of the brand."""
    return problem(
        (unit("u", 0, "motorway"), unit("v", 29, "brand"), unit("w", 12, "brand", hard_end_s=600)),
        (
            job("off", tow(10, 14, "motorway"), unassigned_cny=500.0),
            job("home", tow(14, 20, "brand"), target_min=60, unassigned_cny=500.0),
            job("other", repair(2, 10, "motorway"), target_min=5, unassigned_cny=90.0),
        ),
        links=(Link("off", "home", "end", 0, 900),),
    )


@pytest.mark.parametrize("engine", ["ortools", "greedy", "hungarian"])
def test_a_motorway_rescue_is_handed_over(engine):
    plan = solve(rescue(), engine=engine, params=BRIEF)
    assert check(rescue(), plan) == []
    done = {it.job_id: (route.unit_id, it) for route in plan.routes for it in route.jobs}
    assert (done["off"][0], done["home"][0]) == ("u", "v")
    assert 0 <= done["home"][1].start_s - done["off"][1].end_s <= 900


def test_without_the_first_leg_the_second_is_left_out_for_its_reason():
    given = replace(rescue(), units=rescue().units[1:])
    plan = solve(given, params=BRIEF)
    assert {it.job_id: it.reason for it in plan.unassigned}["home"] == "linked"
    assert check(given, plan) == []


def test_the_bound_without_links_is_kept_and_named():
    plan = solve(rescue(), engine="colgen", params=BRIEF)
    assert check(rescue(), plan) == []
    assert "links" in plan.relaxed
    assert plan.lower_bound_cny <= plan.cost_cny + 1e-6


def test_there_is_no_bound_where_a_break_may_fill_the_waiting():
    units = tuple(replace(it, breaks=(Break(0, 7200, 60),)) for it in rescue().units)
    plan = solve(replace(rescue(), units=units), engine="colgen", params=BRIEF)
    assert (plan.lower_bound_cny, plan.relaxed) == (None, ())


def test_there_is_no_bound_where_a_link_keeps_a_locked_job_from_being_done():
    jobs = (job("never", repair(1, 10, "helicopter")), job("locked", repair(2), unassigned_cny=0))
    given = problem(
        (unit("u", 0),),
        jobs,
        commitment("locked", "u", Lock.UNIT),
        links=(Link("never", "locked"),),
    )
    plan = solve(given, engine="colgen", params=BRIEF)
    assert (check(given, plan), plan.lower_bound_cny) == ([], None)


def test_a_given_plan_that_breaks_a_link_is_refused():
    with pytest.raises(InvalidInput, match="linked"):
        evaluate(rescue(), {"v": [("home", "tow")]})


def crowded_beside_a_link() -> Problem:
    """Return a problem in which ``u`` has time for ``locked`` or ``free``, and others are tied."""
    return problem(
        (unit("u", 0, hard_end_s=900), unit("v", 0), unit("w", 0)),
        (
            job("locked", repair(4, 5), unassigned_cny=10.0),
            job("free", repair(3, 6)),
            job("a", repair(1)),
            job("b", repair(2)),
        ),
        commitment("locked", "u", Lock.UNIT),
        links=(Link("a", "b"),),
    )


def test_a_locked_job_is_not_left_out_for_a_free_one_where_others_are_tied() -> None:
    given = crowded_beside_a_link()
    others = {"v": [("a", "repair")], "w": [("b", "repair")]}
    left = evaluate(given, others | {"u": [("free", "repair")]})
    assert {it.code for it in check(given, left)} == {"lock.dropped"}
    done = {"u": [("locked", "repair")], "v": [("a", "repair"), ("free", "repair")]}
    assert check(given, evaluate(given, others | done)) == []


def test_tied_jobs_that_are_free_make_room_for_a_locked_one() -> None:
    given = replace(crowded_beside_a_link(), links=(Link("free", "a"),))
    tied = evaluate(given, {"u": [("free", "repair")], "v": [("a", "repair")]})
    assert "lock.dropped" in {it.code for it in check(given, tied)}


def test_a_locked_job_that_waits_for_a_free_one_may_be_left_out_with_it() -> None:
    given = replace(crowded_beside_a_link(), links=(Link("b", "locked"),))
    left = evaluate(given, {"u": [("free", "repair")], "v": [("a", "repair")]})
    assert "lock.dropped" not in {it.code for it in check(given, left)}


@pytest.mark.parametrize("engine", ENGINES)
def test_plans_with_links_and_locks_that_contradict_each_other_pass_the_checker(engine) -> None:
    n_left = 0
    for seed in [*range(200), 834]:
        given = locked_problem(seed)
        if len(given.jobs) < 2:
            continue
        given = replace(given, links=seeded_links(random.Random(seed), given.jobs))
        plan = solve(given, engine=engine, params=BRIEF)
        assert check(given, plan) == [], seed
        n_left += any(it.reason == "locked" for it in plan.unassigned)
    assert n_left > 20
