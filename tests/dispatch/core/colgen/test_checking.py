"""Bounds earned with few routes listed: none exceeds the optimum, and they are worth having."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.checker import check
from dispatch.core.colgen import proof
from dispatch.core.colgen.checking import Checking
from dispatch.core.colgen.closing import Settled
from dispatch.core.colgen.engine import solve_traced
from dispatch.core.colgen.proof import Proof
from dispatch.core.model import Break, Commitment, Lock, Problem
from dispatch.core.params import SolveParams

STEPS = SolveParams(wall_limit_s=None, ruin_steps=200, integer_nodes=50_000)


@pytest.fixture
def hardly_any_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let next to no routes be listed at first, so that the rest is found by checking."""
    monkeypatch.setattr(proof, "FIRST_GAP", 1e-9)
    monkeypatch.setattr(proof, "FIRST_GAP_CNY", 1e-3)


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the bounds that are taken over."""
    values: list[float] = []
    take = Proof._raise

    def note(self: Proof, value: float) -> None:
        values.append(value + self.search.model.idle_cny)
        take(self, value)

    monkeypatch.setattr(Proof, "_raise", note)
    return values


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return for each linear program with cuts that was checked whether that came to an end."""
    ends: list[bool] = []
    check = Checking.checked

    def note(self: Checking, *given: object) -> Settled | None:
        found = check(self, *given)  # type: ignore[arg-type]
        ends.append(found is not None)
        return found

    monkeypatch.setattr(Checking, "checked", note)
    return ends


@pytest.mark.usefixtures("hardly_any_listed")
@pytest.mark.parametrize("seed", range(6))
def test_no_bound_on_the_way_exceeds_the_optimum(
    seed: int, raised: list[float], checks: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = wave_problem(draw_wave(14, 40, seed))
    found = solve_traced(problem, STEPS, 0).plan
    on_the_way = list(raised)
    assert any(checks)
    monkeypatch.setattr(proof, "FIRST_GAP", 1.0)  # all routes that can be of use, at once
    every = solve_traced(problem, STEPS, 0).plan
    assert every.lower_bound_cny == pytest.approx(every.cost_cny)
    assert max(on_the_way) <= every.cost_cny + 1e-3
    assert found.cost_cny == pytest.approx(every.cost_cny)
    assert found.lower_bound_cny == pytest.approx(found.cost_cny)


def uneven_wave(seed: int) -> Problem:
    """Return a wave over crooked roads, with windows, breaks, stock and what is locked or rolls."""
    rng, given = random.Random(seed), wave_problem(draw_wave(14, 38, seed))
    crooked = np.random.default_rng(seed).uniform(0.6, 1.5, given.travel_s.shape)
    travel_s = np.rint(given.travel_s * crooked).astype(np.int32)
    jobs = list(given.jobs)
    for at in rng.sample(range(len(jobs)), 12):
        earliest_s = rng.randrange(0, 3600)
        bounded = rng.random() < 0.5
        jobs[at] = replace(
            jobs[at],
            earliest_s=earliest_s,
            latest_s=earliest_s + 5400 if bounded else None,
            wait_cny_per_min=rng.choice((0.0, 0.5)),
        )
    units = list(given.units)
    for at in rng.sample(range(len(units)), 3 if seed % 2 else 0):
        units[at] = replace(units[at], breaks=(Break(1800, 5400, 900),))
    able = [
        (job.id, unit.id, job.options[0].name)
        for job in jobs
        for unit in units
        if job.options[0].needs <= unit.has
    ]
    rng.shuffle(able)
    commitments: list[Commitment] = []
    for job_id, unit_id, option in able:
        if any(it.unit_id == unit_id or it.job_id == job_id for it in commitments):
            continue
        rolls = len(commitments) % 2 == 0
        lock, release_cny = (Lock.FULL, 15.0) if rolls else (Lock.UNIT, None)
        start_s = 1500 if rolls else None
        commitments.append(
            Commitment(job_id, unit_id, lock, 0, option, start_s=start_s, release_cny=release_cny)
        )
        if len(commitments) == 5:
            break
    return replace(
        given,
        travel_s=travel_s,
        units=tuple(units),
        jobs=tuple(jobs),
        commitments=tuple(commitments),
    )


def check_uneven(seeds: range, raised: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Check that no bound on the way exceeds the cheapest plan, found with all routes or few."""
    for seed in seeds:
        problem = uneven_wave(seed)
        raised.clear()
        with monkeypatch.context() as few:
            few.setattr(proof, "FIRST_GAP", 1e-9)
            few.setattr(proof, "FIRST_GAP_CNY", 1e-3)
            plan = solve_traced(problem, STEPS, 0).plan
        on_the_way = list(raised)
        with monkeypatch.context() as many:
            many.setattr(proof, "FIRST_GAP", 1.0)
            every = solve_traced(problem, STEPS, 0).plan
        assert check(problem, plan) == check(problem, every) == []
        cheapest = min(plan.cost_cny, every.cost_cny)
        assert all(it <= cheapest + 1e-3 for it in on_the_way), seed


def test_no_bound_on_the_way_exceeds_what_uneven_waves_cost(
    raised: list[float], checks: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    check_uneven(range(20), raised, monkeypatch)
    assert sum(checks) > 5


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_no_bound_on_the_way_exceeds_what_more_uneven_waves_cost(
    raised: list[float], checks: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    check_uneven(range(100, 500), raised, monkeypatch)
    assert sum(checks) > 100
