"""A unit leaves one job for another: who does what then, and what that costs."""

from __future__ import annotations

import pytest

from dispatch.core.diverted import Diversion, Diverted, Handed, diverted, to_divert
from dispatch.core.evaluate import evaluate
from dispatch.core.explain import Explainer
from dispatch.core.insertion import Pricer
from dispatch.core.model import Commitment, Lock, Problem
from tests.dispatch.core.small import MINUTE, commitment, job, problem, repair, unit

UNITS = (unit("near", 10), unit("far", 27))
JOBS = (
    job("left", repair(20), wait_cny_per_min=1.0),
    job("next", repair(22), target_min=100, wait_cny_per_min=1.0),
    job("new", repair(2), wait_cny_per_min=1.0),
)
SEQUENCES = {"near": [("left", "repair"), ("next", "repair")]}
ROLLS = commitment("left", "near", Lock.FULL, start_s=10 * MINUTE, release_cny=60.0)
TO_NEW = Diversion("near", "left", "new", "repair")


def asked(*commitments: Commitment, left_out_cny: float | None = None) -> Diverted | None:
    given = problem(UNITS, JOBS, *commitments)
    plan = evaluate(given, SEQUENCES)
    explainer = to_divert(Explainer.of(Pricer.of(given), plan), plan)
    return diverted(explainer, TO_NEW, left_out_cny)


def cost_cny(given: Problem, **sequences: list[str]) -> float:
    named = {u: [(it, "repair") for it in jobs] for u, jobs in sequences.items()}
    return evaluate(given, named).cost_cny


def test_all_that_the_unit_had_is_given_anew() -> None:
    found = asked(ROLLS)
    assert found is not None
    assert found.arrival_s == 8 * MINUTE
    assert found.others == (Handed("left", 10 * MINUTE, "far", 17 * MINUTE),)
    given = problem(UNITS, JOBS, ROLLS)
    after = cost_cny(given, near=["new"], far=["next", "left"])
    before = cost_cny(given, near=["left", "next"]) - JOBS[2].unassigned_cny
    assert sum(found.terms.values()) == pytest.approx(after - before)
    assert found.terms["release"] == 60


def test_what_it_leaves_is_left_out_where_that_costs_less() -> None:
    found = asked(ROLLS, left_out_cny=1.0)
    assert found is not None
    assert found.others == (Handed("left", 10 * MINUTE, None, None),)
    assert found.terms["unassigned"] == 1


@pytest.mark.parametrize("lock", [Lock.UNIT, Lock.ORDER])
def test_what_is_locked_to_it_stays_behind_the_other_job(lock: Lock) -> None:
    fixed = commitment("left", "near", Lock.FULL, start_s=10 * MINUTE)
    found = asked(fixed, commitment("next", "near", lock, position=1))
    assert found is not None
    assert found.others == (
        Handed("left", 10 * MINUTE, "far", 7 * MINUTE),
        Handed("next", 22 * MINUTE, "near", (8 + 10 + 20) * MINUTE),
    )


def test_who_is_not_on_its_way_to_it_cannot_be_taken_from_it() -> None:
    given = problem(UNITS, JOBS, ROLLS)
    plan = evaluate(given, {"far": [("left", "repair")]})
    explainer = Explainer.of(Pricer.of(given), plan)
    assert to_divert(explainer, plan) is explainer
    assert diverted(explainer, TO_NEW) is None
