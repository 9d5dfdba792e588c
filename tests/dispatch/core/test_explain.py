import pytest
from hypothesis import HealthCheck, given, settings

from dispatch.core.evaluate import evaluate
from dispatch.core.explain import why
from dispatch.core.model import Lock, Problem
from dispatch.core.solve import solve
from kernel.errors import NotFound
from tests.dispatch.core.small import commitment, job, problem, repair, unit
from tests.strategies.problems import problems


@pytest.fixture
def given_problem() -> Problem:
    return problem(
        (
            unit("near", 9, "repair", kept_cny=2.0),
            unit("far", 0, "repair"),
            unit("busy", 10, "repair", available_s=300),
            unit("tow", 10, "tow"),
            unit("late", 10, "repair", hard_end_s=60),
        ),
        (job("j", repair(10, 10, "repair"), wait_cny_per_min=1.0),),
    )


def test_units_are_ranked_by_exact_extra_cost_and_arrival(given_problem: Problem) -> None:
    plan = evaluate(given_problem, {"near": [("j", "repair")]})
    verdicts = why(given_problem, plan, "j")
    assert [(it.unit_id, it.verdict, it.extra_cny, it.arrival_s) for it in verdicts] == [
        ("near", "chosen", 4.0, 60),
        ("busy", "possible", 5.0, 300),
        ("far", "possible", 20.0, 600),
        ("late", "forbidden", None, None),
        ("tow", "forbidden", None, None),
    ]
    assert verdicts[0].terms == {"drive": 1.0, "wait": 1.0, "kept": 2.0}


def test_the_missing_skill_is_named(given_problem: Problem) -> None:
    verdicts = {it.unit_id: it for it in why(given_problem, evaluate(given_problem, {}), "j")}
    assert verdicts["tow"].missing == ("repair",)
    assert verdicts["tow"].sentence == "tow cannot do it: it lacks repair."
    assert verdicts["late"].rule == "window"


def test_a_lock_is_named() -> None:
    given = problem(
        (unit("u", 0), unit("v", 0)),
        (job("j", repair(1)),),
        commitment("j", "u", Lock.UNIT),
    )
    verdicts = {it.unit_id: it for it in why(given, solve(given, engine="greedy"), "j")}
    assert verdicts["u"].verdict == "chosen"
    assert verdicts["v"].sentence == "v cannot do it: the job is locked to u."


def test_turning_a_rolling_unit_away_costs_its_price_elsewhere() -> None:
    given = problem(
        (unit("u", 0), unit("v", 0)),
        (job("j", repair(5)),),
        commitment("j", "u", Lock.FULL, start_s=300, release_cny=40.0),
    )
    u, v = why(given, evaluate(given, {"u": [("j", "repair")]}), "j")
    assert (u.extra_cny, v.extra_cny, v.terms["release"]) == (5.0, 45.0, 40.0)


def test_an_unknown_job_is_not_found(given_problem: Problem) -> None:
    with pytest.raises(NotFound):
        why(given_problem, evaluate(given_problem, {}), "ghost")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(problems())
def test_doing_what_a_verdict_says_costs_what_it_says(given_problem: Problem) -> None:
    plan = solve(given_problem, engine="greedy")
    for it in plan.routes[:2]:
        job_id = it.jobs[-1].job_id
        verdicts = why(given_problem, plan, job_id)
        assert len(verdicts) == len(given_problem.units)
        chosen = next(v for v in verdicts if v.verdict == "chosen")
        sequences = {
            route.unit_id: [(p.job_id, p.option) for p in route.jobs if p.job_id != job_id]
            for route in plan.routes
        }
        for verdict in verdicts:
            if verdict.verdict != "possible":
                continue
            moved = list(sequences.get(verdict.unit_id, []))
            moved.insert(verdict.position, (job_id, verdict.option))
            other = evaluate(given_problem, sequences | {verdict.unit_id: moved})
            dearer = other.cost_cny - plan.cost_cny
            assert dearer == pytest.approx(verdict.extra_cny - chosen.extra_cny, abs=1e-6)
            arrivals = {p.job_id: p.arrival_s for route in other.routes for p in route.jobs}
            assert arrivals[job_id] == verdict.arrival_s
