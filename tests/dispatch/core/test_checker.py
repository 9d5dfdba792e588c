"""The checker accepts a good plan and refuses thirty-odd corruptions of it, each for its reason."""

import ast
import random
from dataclasses import replace
from pathlib import Path

import pytest

import dispatch.core.checker
from dispatch.core.checker import check
from dispatch.core.evaluate import evaluate
from dispatch.core.model import (
    TERMS,
    UNREACHABLE_S,
    Commitment,
    Job,
    LatenessCurve,
    Lock,
    Plan,
    PlannedJob,
    Problem,
    Route,
    Unassigned,
)
from tests.dispatch.core.small import commitment, job, problem, repair, tow, unit, with_planned


@pytest.fixture
def given() -> Problem:
    """Return a problem in which every rule has something to hold on to."""
    late = LatenessCurve(((0, 2.0), (300, 5.0)), breach_cny=40.0)
    return problem(
        (
            unit("van", 0, "repair", kept_cny=5.0, shift_end_s=3600),
            unit("truck", 10, "repair", "tow", end_place=10, hard_end_s=7200),
            unit("charger", 20, "charge", kwh=10.0),
            unit("spare", 30, "repair"),
        ),
        (
            job("roll", repair(2, 10, "repair"), target_min=1, lateness=late),
            job("next", repair(4, 10, "repair"), wait_cny_per_min=0.5, latest_s=3600),
            job("tow", repair(12, 90, "repair", price_cny=1.0), tow(12, 8, "tow", price_cny=9.0)),
            job("boost", repair(22, 10, "charge", kwh=8.0)),
            job("moved", repair(28, 10, "repair"), target_min=3),
            job("ordered", repair(9, 5, "repair")),
            job("fixed", repair(15, 5, "repair"), repair_twice()),
            job("nobody", repair(1, 10, "helicopter"), unassigned_cny=300.0),
            job("more", repair(22, 10, "charge", kwh=11.0), unassigned_cny=200.0),
            job("cheap", repair(1, 10, "repair"), unassigned_cny=3.0),
            job("stuck", repair(1, 10, "charge"), unassigned_cny=5.0),
        ),
        commitment("roll", "van", Lock.FULL, start_s=180),
        commitment("ordered", "truck", Lock.ORDER),
        commitment("fixed", "truck", Lock.UNIT),
        commitment("moved", "van", Lock.FREE),
        commitment("stuck", "spare", Lock.UNIT),
        commitment("boost", "charger", Lock.FULL, start_s=120, release_cny=30.0),
    )


def repair_twice():
    return replace(repair(16, 5, "repair"), name="other")


@pytest.fixture
def good(given: Problem) -> Plan:
    return evaluate(
        given,
        {
            "van": [("roll", "repair"), ("next", "repair")],
            "truck": [("ordered", "repair"), ("tow", "tow"), ("fixed", "repair")],
            "charger": [("boost", "repair")],
            "spare": [("moved", "repair")],
        },
    )


def test_the_good_plan_passes(given: Problem, good: Plan) -> None:
    assert check(given, good) == []
    assert {it.job_id: it.reason for it in good.unassigned} == {
        "nobody": "no_unit_has",
        "more": "stock",
        "cheap": "too_expensive",
        "stuck": "locked",
    }


def codes(given: Problem, plan: Plan) -> set[str]:
    return {violation.code for violation in check(given, plan)}


def routed(plan: Plan, **orders: list[str]) -> Plan:
    """Return the plan with the planned jobs dealt out anew, their times left as they were."""
    planned = {it.job_id: it for route in plan.routes for it in route.jobs}
    routes = {route.unit_id: [it.job_id for it in route.jobs] for route in plan.routes} | orders
    return replace(
        plan,
        routes=tuple(Route(u, tuple(planned[j] for j in jobs)) for u, jobs in routes.items()),
    )


def left_out(plan: Plan, job_id: str, reason: str) -> Plan:
    return replace(plan, unassigned=(*plan.unassigned, Unassigned(job_id, reason, "")))


def without(plan: Plan, job_id: str) -> Plan:
    routes = (
        replace(route, jobs=tuple(it for it in route.jobs if it.job_id != job_id))
        for route in plan.routes
    )
    return replace(plan, routes=tuple(route for route in routes if route.jobs))


def told(plan: Plan, job_id: str, reason: str) -> Plan:
    return replace(
        plan,
        unassigned=tuple(
            replace(it, reason=reason) if it.job_id == job_id else it for it in plan.unassigned
        ),
    )


def with_term(plan: Plan, name: str, by: float) -> Plan:
    """Return the plan with one term wrong and a total that agrees with it."""
    terms = dict(plan.terms)
    terms[name] = terms.get(name, 0.0) + by
    return replace(plan, terms=terms, cost_cny=plan.cost_cny + by)


GHOST = PlannedJob("ghost", "repair", 0, 0, 0, 0, 0)

STRUCTURE = {
    "unknown unit": ("unknown.unit", lambda p, n: routed(p, ghost=["moved"], spare=[])),
    "unknown job": (
        "unknown.job",
        lambda p, n: replace(p, routes=(*p.routes, Route("x", (GHOST,)))),
    ),
    "unknown job left out": ("unknown.job", lambda p, n: left_out(p, "ghost", "window")),
    "unknown option": ("unknown.option", lambda p, n: with_planned(p, "next", option="wash")),
    "two routes of a unit": (
        "twice.route",
        lambda p, n: replace(p, routes=(*p.routes, p.routes[n % 4])),
    ),
    "an empty route": ("route.empty", lambda p, n: routed(p, spare=[])),
    "a job twice": ("twice.job", lambda p, n: routed(p, spare=["moved", "moved"])),
    "a job lost": (
        "job.missing",
        lambda p, n: without(p, ["next", "tow", "boost", "moved"][n % 4]),
    ),
    "a job done and left out": ("job.both", lambda p, n: left_out(p, "next", "too_expensive")),
    "left out twice": ("twice.unassigned", lambda p, n: left_out(p, "nobody", "no_unit_has")),
}

TIMES = {
    f"{name} wrong": (
        f"time.{name}",
        lambda p, n, name=name: with_planned(p, "tow", **{f"{name}_s": 777_000 + n}),
    )
    for name in ("arrival", "start", "end", "drive", "lateness")
}

RULES = {
    "skill missing": (
        "capability",
        lambda p, n: routed(p, charger=["boost", "moved"], spare=["next"], van=["roll"]),
    ),
    "unit lock broken": (
        "lock.unit",
        lambda p, n: routed(p, spare=["moved", "fixed"], truck=["ordered", "tow"]),
    ),
    "option lock broken": ("lock.option", lambda p, n: with_planned(p, "fixed", option="other")),
    "order lock broken": ("lock.order", lambda p, n: routed(p, truck=["tow", "ordered", "fixed"])),
    "full lock broken": ("lock.order", lambda p, n: routed(p, van=["next", "roll"])),
    "full lock given away": (
        "lock.unit",
        lambda p, n: routed(p, van=["next"], spare=["moved", "roll"]),
    ),
    "full time moved": ("time.arrival", lambda p, n: with_planned(p, "roll", arrival_s=120 + n)),
}

MONEY = {
    f"term {name} wrong": (f"term.{name}", lambda p, n, name=name: with_term(p, name, 1.0 + n))
    for name in TERMS
} | {
    "a term of its own": ("term.unknown", lambda p, n: with_term(p, "bribe", 0.0)),
    "total wrong": ("cost", lambda p, n: replace(p, cost_cny=p.cost_cny - 1 - n)),
    "total not a number": ("cost", lambda p, n: replace(p, cost_cny=float("nan"))),
    "bound above the cost": ("bound", lambda p, n: replace(p, lower_bound_cny=p.cost_cny + 1 + n)),
}

REASONS = {
    "an unknown reason": ("reason.unknown", lambda p, n: told(p, "nobody", "mood")),
    "wrong reason: skills": ("reason.false", lambda p, n: told(p, "nobody", "stock")),
    "wrong reason: stock": ("reason.false", lambda p, n: told(p, "more", "window")),
    "wrong reason: waiting": ("reason.false", lambda p, n: told(p, "nobody", "waiting")),
    "wrong reason: locked": ("reason.false", lambda p, n: told(p, "cheap", "locked")),
    "wrong reason: price": ("reason.false", lambda p, n: told(p, "stuck", "too_expensive")),
}

CORRUPTIONS = STRUCTURE | TIMES | RULES | MONEY | REASONS


def test_there_are_at_least_thirty_corruptions() -> None:
    assert len(CORRUPTIONS) >= 30


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_each_corruption_is_refused_for_its_reason(given: Problem, good: Plan, name: str) -> None:
    code, corrupt = CORRUPTIONS[name]
    for seed in range(3):
        bad = corrupt(good, random.Random(seed).randrange(100))
        assert code in codes(given, bad)


HARDER = {
    "window": lambda j: replace(j, latest_s=100) if j.id == "next" else j,
    "stock": lambda j: replace(j, options=(repair(28, 10, kwh=1.0),)) if j.id == "moved" else j,
}


@pytest.mark.parametrize("code", HARDER)
def test_a_plan_for_an_easier_problem_is_refused(given: Problem, good: Plan, code: str) -> None:
    assert code in codes(replace(given, jobs=tuple(map(HARDER[code], given.jobs))), good)


def test_a_plan_past_the_hard_end_is_refused(given: Problem, good: Plan) -> None:
    units = tuple(replace(u, hard_end_s=100 if u.id == "truck" else None) for u in given.units)
    assert "hard_end" in codes(replace(given, units=units), good)


@pytest.mark.parametrize(("origin", "destination"), [(2, 4), (12, 8), (15, 10)])
def test_a_plan_over_a_missing_way_is_refused(given, good, origin, destination) -> None:
    matrix = given.travel_s.copy()
    matrix[origin, destination] = UNREACHABLE_S
    assert "unreachable" in codes(replace(given, travel_s=matrix), good)


def test_leaving_out_a_locked_job_that_could_be_done_is_refused(given: Problem) -> None:
    plan = evaluate(given, {"van": [("roll", "repair")], "truck": [("ordered", "repair")]})
    assert "lock.dropped" in codes(given, plan)


def crowded(*locked: str, hard_end_s: int = 1300) -> Problem:
    """Return a unit that has time for one of two jobs."""
    return problem(
        (unit("u", 0, hard_end_s=hard_end_s),),
        (job("a", repair(5), unassigned_cny=20.0), job("b", repair(5))),
        *(commitment(it, "u", Lock.UNIT, position=i) for i, it in enumerate(locked)),
    )


def test_leaving_out_a_locked_job_to_make_room_for_another_is_refused() -> None:
    plan = evaluate(crowded("a"), {"u": [("b", "repair")]})
    assert codes(crowded("a"), plan) == {"lock.dropped"}
    assert codes(crowded("a", "b"), plan) == set()


def test_any_order_of_the_locked_jobs_counts() -> None:
    """The one that is far is only done behind the one that is near."""
    given = crowded("a", "b")
    far = replace(given.jobs[1], options=(repair(8),), latest_s=2000)
    near = replace(given.jobs[0], latest_s=300)
    units = (replace(given.units[0], hard_end_s=2000),)
    given = replace(given, units=units, jobs=(near, far))
    assert codes(given, evaluate(given, {"u": [("b", "repair")]})) == {"lock.dropped"}


def test_leaving_out_a_job_that_pays_is_refused() -> None:
    given = problem((unit("u", 0),), (job("j", repair(1)),))
    assert codes(given, evaluate(given, {})) == {"reason.false"}


def test_a_wrong_release_and_change_are_refused(given: Problem, good: Plan) -> None:
    def dearer(c: Commitment) -> Commitment:
        return replace(c, unit_id="spare") if c.job_id in {"boost", "next"} else c

    moved = replace(given, commitments=tuple(map(dearer, given.commitments)))
    assert codes(moved, good) >= {"term.release"}


def test_a_dearer_curve_is_refused(given: Problem, good: Plan) -> None:
    def dearer(j: Job) -> Job:
        return replace(j, lateness=LatenessCurve(((0, 9.0),), 41.0))

    dear = replace(given, jobs=tuple(map(dearer, given.jobs)))
    assert codes(dear, good) >= {"term.lateness", "term.breach", "cost"}


def test_the_checker_shares_no_code_with_the_solvers() -> None:
    folder = Path(dispatch.core.checker.__file__).parent
    for path in folder.glob("checker*.py"):
        modules = {
            node.module
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module
        }
        ours = {it for it in modules if it.startswith(("dispatch", "kernel"))}
        assert ours <= {
            "dispatch.core.model",
            "dispatch.core.checker_times",
            "dispatch.core.checker_links",
            "dispatch.core.checker_reasons",
        }
