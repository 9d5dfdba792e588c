"""Who knows the day in advance: the street's truth in the problem, and a short day of the city."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from benchmarks.demo.compare import START, DayRequest, draw
from benchmarks.demo.world import Day, Truth
from benchmarks.rolling.clairvoyant import true_problem
from benchmarks.rolling.play import DayTask, play
from dispatch.core.model import Option, Visit
from dispatch.core.solve import solve
from geo_data.city import load_city
from tests.dispatch.core.small import job, line, problem, repair, unit

DATA = Path(__file__).parents[3] / ".cache" / "data"
TRUTH = Truth(
    repair_s=700,
    loading_s=800,
    unload_s=300,
    travel_factor=2.0,
    reaction_s=10,
    cancel_after_s=None,
)


def test_the_problem_gets_the_truth_of_its_calls_and_loses_the_others() -> None:
    drawn, _ = draw(load_city("demo", DATA), DayRequest(minutes=10, seed=1, warm_up_min=0))
    call = replace(drawn.calls[0], at=START + timedelta(seconds=90), truth=TRUTH)
    tow = Option("tow", frozenset(), (Visit(3, 60), Visit(5, 60)))
    told = problem((unit("u", 0),), (job("j", repair(3), tow), job("cancelled", repair(4))))
    found = true_problem(told, {"j": call}, Day(START, START, ()))
    (only,) = found.jobs
    assert only.earliest_s == 90
    assert [[v.service_s for v in o.visits] for o in only.options] == [[700], [800, 300]]
    expected = line().copy().astype(np.int64)
    expected[3, 5] *= 2
    others = np.arange(len(expected)) != 3
    expected[others, 3] = 2 * expected[others, 3] + 10
    assert (found.travel_s == expected).all()
    assert solve(found, engine="greedy").routes


@pytest.mark.timeout(600)
def test_who_knows_the_day_is_late_for_nobody_that_a_policy_is_in_time_for() -> None:
    task = DayTask("demo", DATA, "clairvoyant", load=1.5, seed=3, minutes=2, solve_s=2.0)
    foreseen, played = play(task), play(replace(task, policy="optimizer"))
    assert foreseen.n_incidents == played.n_incidents > 5
    assert foreseen.n_kept >= played.n_kept
    assert foreseen.bound is not None
    cost, bound = foreseen.bound["cost"], foreseen.bound["lower_bound"]
    assert cost is not None
    assert bound is None or bound <= cost
    assert played.driven_s > 0


@pytest.mark.timeout(600)
def test_a_day_without_contractors_is_done_by_own_units_alone() -> None:
    # so many calls that with contractors some go to them
    task = DayTask("demo", DATA, "optimizer", load=4.0, seed=3, minutes=2)
    assert play(task).n_contractor > 0
    alone = play(replace(task, contractors=False))
    assert alone.n_contractor == 0
    assert alone.n_own == len(alone.response_s)
