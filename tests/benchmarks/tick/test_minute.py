"""A minute later: who has begun is gone, the rest is committed, the clock has moved."""

from __future__ import annotations

import pytest

from benchmarks.tick.measure import measure_ticks
from benchmarks.tick.minute import MINUTE_S, a_minute_later, changes, draw_tide
from dispatch.core.first import insert_first
from dispatch.core.solve import solve

TIDE = draw_tide(6, 12, 4, seed=1)
PLAN = solve(TIDE.whole, engine="greedy")
LATER = a_minute_later(TIDE.whole, PLAN, TIDE.waiting[:2])


def test_as_many_jobs_come_as_go() -> None:
    before, after = ({job.id for job in it.jobs} for it in (TIDE.whole, LATER))
    assert after - before == {"new0", "new1"}
    assert len(after) == len(before) == 12


def test_who_has_begun_is_free_where_and_when_the_job_ends() -> None:
    gone = {job.id for job in TIDE.whole.jobs} - {job.id for job in LATER.jobs}
    begun = {r.unit_id: r.jobs[0] for r in PLAN.routes if r.jobs[0].job_id in gone}
    places = {job.id: job.options[0].visits[-1].place for job in TIDE.whole.jobs}
    assert len(begun) == 2
    for unit in LATER.units:
        if unit.id in begun:
            planned = begun[unit.id]
            assert unit.available_s == planned.end_s - MINUTE_S
            assert unit.start_place == places[planned.job_id]


def test_targets_come_nearer_and_new_calls_have_their_whole_promise() -> None:
    before = {job.id: job.target_s for job in TIDE.whole.jobs}
    for job in LATER.jobs:
        assert job.target_s in {1800, 3600} if job.id.startswith("new") else True
        assert job.id.startswith("new") or job.target_s == before[job.id] - MINUTE_S


def test_new_calls_lie_at_places_of_their_own() -> None:
    places = [job.options[0].visits[0].place for job in (*TIDE.whole.jobs, *TIDE.waiting)]
    assert sorted(places) == list(range(12, 12 + 16))
    assert len(TIDE.whole.travel_s) == 28


def test_what_stays_with_its_unit_is_no_change() -> None:
    first = insert_first(LATER, PLAN)
    assert changes(LATER, first) == 0
    emptied = solve(a_minute_later(TIDE.whole, PLAN, ()), engine="nearest")
    assert changes(LATER, emptied) > 0


def test_figures_of_some_minutes() -> None:
    found = measure_ticks(4, 8, [0], n_ticks=2, n_moves=1, seconds=0.2)
    assert found["ticks"] == 2
    assert found["gap"]["certified"] == 2
    assert found["gap"]["p50"] == pytest.approx(0.0, abs=1e-4)
    assert 0 < found["first_feasible_ms"]["p50"] < 1000 * found["tick_s"]["p99"]
    assert found["changes"] >= 0
