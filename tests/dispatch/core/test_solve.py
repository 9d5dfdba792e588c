"""Shapes that break solvers, determinism, purity."""

import subprocess
import sys
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from dispatch.core.checker import check
from dispatch.core.engines import ENGINES
from dispatch.core.explain import explain
from dispatch.core.model import (
    UNREACHABLE_S,
    Break,
    Coverage,
    LatenessCurve,
    Link,
    Lock,
    Option,
    Problem,
    Visit,
    Window,
)
from dispatch.core.params import SolveParams
from dispatch.core.solve import solve
from kernel.errors import InvalidInput
from tests.dispatch.core.small import EPOCH, commitment, job, problem, repair, tow, unit

BRIEF = SolveParams(ortools_steps=200, polish_steps=30, wall_limit_s=None)

THREE = (unit("a", 0, "repair"), unit("b", 10, "repair"), unit("c", 20, "repair", "tow"))
MANY = tuple(job(f"j{i}", repair(3 * i, 10, "repair"), target_min=-60) for i in range(9))
HUGE = job(
    "huge",
    Option("wait", frozenset(), (Visit(1, 10**9),)),
    target_min=-16_000_000,
    lateness=LatenessCurve(((0, 1e9),), breach_cny=1e9),
    unassigned_cny=1e9,
)

SHAPES = {
    "nothing at all": Problem(EPOCH, np.zeros((0, 0), dtype=np.int32), (), ()),
    "no unit": problem((), (job("j", repair(1)),)),
    "no job": problem(THREE, ()),
    "one unit, one job": problem((unit("u", 0),), (job("j", repair(1)),)),
    "one place for all": problem(
        (unit("a", 5), unit("b", 5)), tuple(job(f"j{i}", repair(5)) for i in range(6))
    ),
    "all late": problem(THREE, MANY),
    "nobody can": problem(THREE, (job("j", repair(1, 10, "helicopter")),)),
    "windows all past": problem(THREE, tuple(replace(j, earliest_s=-9, latest_s=-1) for j in MANY)),
    "shifts all over": problem(tuple(replace(u, hard_end_s=0, shift_end_s=0) for u in THREE), MANY),
    "no way anywhere": replace(
        problem(THREE, MANY),
        travel_s=np.where(np.eye(31, dtype=bool), 0, UNREACHABLE_S).astype(np.int32),
    ),
    "overflow-sized": problem((unit("u", 0, available_s=10**9),), (HUGE, replace(HUGE, id="two"))),
    "locked where it cannot be": problem(
        THREE,
        (job("j", repair(1, 10, "tow")), *MANY),
        commitment("j", "a", Lock.UNIT),
    ),
    "everything locked to one unit": problem(
        THREE,
        tuple(replace(j, latest_s=1800) for j in MANY),
        *(commitment(j.id, "a", Lock.ORDER, position=i) for i, j in enumerate(MANY)),
    ),
    "facts against all rules": problem(
        (unit("a", 0, hard_end_s=0), unit("b", 0)),
        (job("j", repair(1, 10, "tow", kwh=9.0), latest_s=0), job("k", repair(2))),
        commitment("j", "a", Lock.FULL, start_s=-5000),
    ),
    "more stock wanted than there is": problem(
        (unit("u", 0, kwh=10.0),),
        tuple(job(f"j{i}", repair(i, kwh=6.0), unassigned_cny=50.0) for i in range(4)),
    ),
    "ways to choose from": problem(
        (unit("u", 0, "tow", end_place=0), unit("v", 9, "repair")),
        tuple(
            job(f"j{i}", repair(4 * i, 60, "repair"), tow(4 * i, 8, "tow", price_cny=20.0))
            for i in range(5)
        ),
    ),
    "breaks for hours": problem(
        tuple(replace(u, breaks=(Break(0, 0, 10**9),)) for u in THREE), MANY
    ),
    "windows that nobody can meet": problem(
        THREE, tuple(replace(j, windows=(Window(-9, -5), Window(0, 0))) for j in MANY)
    ),
    "dear places everywhere": problem(
        tuple(replace(u, coverage=(Coverage("repair", (1e9,) * 30 + (0.0,)),)) for u in THREE), MANY
    ),
    "jobs that all wait for the first": problem(
        THREE, MANY, links=tuple(Link("j0", j.id, both=True) for j in MANY[1:])
    ),
    "a chain of jobs": problem(
        THREE, MANY, links=tuple(Link(a.id, b.id, most_s=600) for a, b in pairwise(MANY))
    ),
    "waiting for years": problem(
        THREE, MANY[:2], links=(Link("j0", "j1", least_s=10**9, most_s=10**9),)
    ),
    "facts that wait for each other": problem(
        THREE,
        MANY[:2],
        commitment("j0", "a", Lock.FULL, start_s=900),
        commitment("j1", "b", Lock.FULL, start_s=0),
        links=(Link("j0", "j1", most_s=0),),
    ),
    "linked and locked where it cannot be": problem(
        THREE,
        (job("x", repair(1, 10, "helicopter")), *MANY[:2]),
        commitment("j0", "a", Lock.ORDER),
        links=(Link("x", "j0"), Link("j0", "j1", both=True)),
    ),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_a_plan_and_true_reasons(shape: str, engine: str) -> None:
    plan = solve(SHAPES[shape], engine=engine, params=BRIEF)
    assert check(SHAPES[shape], plan) == []
    assert all(it.detail for it in plan.unassigned)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_unit_is_judged_in_every_shape(shape: str) -> None:
    given = SHAPES[shape]
    plan = solve(given, engine="greedy")
    for it in given.jobs:
        verdicts = explain(given, plan, it.id)
        assert len(verdicts) == len(given.units)
        assert all(v.changes for v in verdicts if v.verdict == "forbidden")


def test_reasons_say_what_is_the_matter() -> None:
    reasons = {
        shape: {it.reason for it in solve(SHAPES[shape], engine="greedy").unassigned}
        for shape in SHAPES
    }
    assert reasons["no unit"] == {"no_unit_has"}
    assert reasons["nobody can"] == {"no_unit_has"}
    assert reasons["windows all past"] == {"window"}
    assert reasons["shifts all over"] == {"window"}
    assert reasons["no way anywhere"] == {"unreachable"}
    assert reasons["locked where it cannot be"] == {"locked"}
    assert reasons["all late"] == set()


def test_nearest_takes_free_units_in_order_of_call() -> None:
    given = problem(
        (unit("a", 0), unit("b", 10), unit("soon", 5, available_s=1)),
        (job("first", repair(6)), job("second", repair(10)), job("third", repair(5))),
    )
    plan = solve(given, engine="nearest")
    served = {route.unit_id: route.jobs[0].job_id for route in plan.routes}
    assert served == {"b": "first", "a": "second"}
    assert [(it.job_id, it.reason) for it in plan.unassigned] == [("third", "waiting")]


def test_hungarian_finds_the_cheapest_pairs() -> None:
    given = problem(
        (unit("a", 0), unit("b", 10)), (job("first", repair(6)), job("second", repair(10)))
    )
    plan = solve(given, engine="hungarian")
    served = {route.unit_id: route.jobs[0].job_id for route in plan.routes}
    assert served == {"a": "first", "b": "second"}


def test_hungarian_turns_a_rolling_unit_away_where_that_pays() -> None:
    given = problem(
        (unit("rolls", 10), unit("idle", 30)),
        (job("old", repair(25)), job("new", repair(10))),
        commitment("old", "rolls", Lock.FULL, start_s=900, release_cny=5.0),
    )
    plan = solve(given, engine="hungarian")
    served = {route.unit_id: route.jobs[0].job_id for route in plan.routes}
    assert served == {"rolls": "new", "idle": "old"}
    assert plan.terms["release"] == 5.0


def test_the_optimizer_waits_for_a_near_unit_that_is_soon_free() -> None:
    given = problem(
        (unit("far", 30), unit("soon", 10, available_s=240)),
        (job("j", repair(10), wait_cny_per_min=1.0),),
    )
    (route,) = solve(given, params=BRIEF).routes
    assert route.unit_id == "soon"


def test_the_optimizer_keeps_the_scarce_unit() -> None:
    given = problem(
        (unit("charger", 9, "repair", "charge", kept_cny=15.0), unit("van", 0, "repair")),
        (job("j", repair(10, 10, "repair")),),
    )
    (route,) = solve(given, params=BRIEF).routes
    assert route.unit_id == "van"


def test_nothing_new_changes_nothing() -> None:
    given = problem(THREE, MANY)
    first = solve(given, params=BRIEF)
    in_force = tuple(
        commitment(it.job_id, route.unit_id, Lock.FREE, position=i, option=it.option)
        for route in first.routes
        for i, it in enumerate(route.jobs)
    )
    again = solve(replace(given, commitments=in_force), params=BRIEF, seed=5)
    assert (again.routes, again.cost_cny) == (first.routes, first.cost_cny)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seed_gives_the_same_plan(engine: str) -> None:
    given = problem(THREE, MANY, commitment("j3", "b", Lock.FREE))
    plans = [solve(given, engine=engine, params=BRIEF, seed=3) for _ in range(2)]
    assert plans[0] == plans[1]


def test_a_clock_that_has_run_out_still_gives_a_plan() -> None:
    given = problem(THREE, MANY)
    plan = solve(given, params=SolveParams(10_000, 10_000, wall_limit_s=1e-6))
    assert check(given, plan) == []


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(InvalidInput, match="greedy"):
        solve(problem((), ()), engine="magic")


def test_the_core_loads_no_database_web_or_geo_library() -> None:
    script = (
        "import sys, pkgutil, importlib, dispatch.core as core\n"
        "for it in pkgutil.iter_modules(core.__path__):\n"
        "    importlib.import_module('dispatch.core.' + it.name)\n"
        "banned = {'sqlalchemy', 'fastapi', 'starlette', 'pydantic', 'shapely', 'geopandas',\n"
        "          'pandas', 'osmnx', 'networkx', 'pyproj', 'typer', 'httpx'}\n"
        "print(sorted(banned & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_locked_makes_room_for_what_is(engine: str) -> None:
    """A job locked late: the first that the plan in force gave to the unit has to leave."""
    given = problem(
        (unit("u", 0, hard_end_s=2000),),
        (
            job("far", repair(8), unassigned_cny=20.0),
            job("near", repair(5), unassigned_cny=20.0, latest_s=300),
            job("free", repair(5)),
        ),
        commitment("far", "u", Lock.UNIT),
        commitment("near", "u", Lock.UNIT, position=1),
        commitment("free", "u", Lock.FREE, position=2),
    )
    plan = solve(given, engine=engine, params=BRIEF)
    assert check(given, plan) == []
    assert [it.job_id for it in plan.routes[0].jobs] == ["near", "far"]
