"""Compiled ruin and recreate: what it leaves untried would not have been cheaper."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.colgen.routes import Route, RouteModel
from dispatch.core.colgen.ruin import LEAST_ROOM, Ruin
from dispatch.core.insertion import Pricer
from dispatch.core.model import Break, Problem, Window
from dispatch.core.tours import base_tours


def begun(given: Problem) -> tuple[RouteModel, Ruin, list[Route]]:
    pricer = Pricer.of(given)
    model = RouteModel.of(pricer, base_tours(pricer))
    ruin = Ruin.of(model.arrays, seed=0)
    return model, ruin, ruin.completed(model.idle())


def plain() -> Problem:
    given = wave_problem(draw_wave(8, 40, 1))
    able = [
        replace(job, unassigned_cny=20_000.0)
        for job in given.jobs
        if any(job.options[0].needs <= unit.has for unit in given.units)
    ]
    return replace(given, jobs=tuple(able))


def with_waits() -> Problem:
    given = plain()
    jobs = list(given.jobs)
    for j in range(0, len(jobs), 3):
        opens_s = 1_800 * (j % 8)
        jobs[j] = replace(jobs[j], windows=(Window(opens_s, opens_s + 9_000),))
    return replace(given, jobs=tuple(jobs))


def with_breaks() -> Problem:
    given = plain()
    units = tuple(replace(it, breaks=(Break(3_600, 9_000, 1_800),)) for it in given.units)
    return replace(given, units=units)


def without_each_job(model: RouteModel, routes: list[Route]) -> Iterator[tuple[int, list[Route]]]:
    for u, (entry, choices) in enumerate(routes):
        for at, c in enumerate(choices):
            rest = (entry, (*choices[:at], *choices[at + 1 :]))
            yield model.compiled.job_of[c], [*routes[:u], rest, *routes[u + 1 :]]


@pytest.mark.parametrize("given", [plain(), with_waits(), with_breaks()])
def test_a_job_is_put_where_it_is_cheapest_of_all_places(given: Problem) -> None:
    model, ruin, routes = begun(given)
    n_jobs = 0
    for j, rest in without_each_job(model, routes):
        left_out = ruin.tour(rest).where < 0
        if left_out.sum() > 1:
            continue
        n_jobs += 1
        deltas = [model.pricer.best(u, model.tour(it), j).delta_cny for u, it in enumerate(rest)]
        least = min([*deltas, model.compiled.jobs[j].unassigned_cny])
        before = ruin.cost(ruin.tour(rest)) - model.compiled.jobs[j].unassigned_cny
        after = ruin.cost(ruin.tour(ruin.completed(rest)))
        assert after - before == pytest.approx(least, abs=1e-6)
    assert n_jobs > 20


def test_a_route_may_get_longer_than_there_is_room_for_at_first() -> None:
    given = wave_problem(draw_wave(1, 40, 0))
    jobs = tuple(
        replace(it, unassigned_cny=1e6, options=(replace(it.options[0], needs=frozenset()),))
        for it in given.jobs
    )
    model, ruin, _ = begun(replace(given, jobs=jobs))
    routes = ruin.improved(model.idle(), steps=2_000, hot=1.0, cold=0.1)
    assert len(routes[0][1]) == len(jobs) > LEAST_ROOM


def test_rounds_repeat_and_never_end_dearer() -> None:
    model, ruin, routes = begun(plain())
    again = Ruin.of(model.arrays, seed=0)
    found = [it.improved(routes, steps=3_000, hot=8.0, cold=0.2) for it in (ruin, again)]
    costs = [ruin.cost(ruin.tour(it)) for it in (routes, found[0])]
    assert found[0] == found[1]
    assert costs[1] < costs[0]
