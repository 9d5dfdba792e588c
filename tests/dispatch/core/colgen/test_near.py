"""Choosing anew beside columns that stay: no job twice, no rule broken, never a dearer plan."""

from itertools import combinations

import numpy as np
import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.colgen.budget import Budget
from dispatch.core.colgen.diving import Diving
from dispatch.core.colgen.engine import _search
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.near import done_once
from dispatch.core.colgen.routes import Column
from dispatch.core.colgen.search import Search
from dispatch.core.insertion import Pricer
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET
from tests.dispatch.core.colgen.bounds import check_bounds

N_UNITS, N_JOBS = 30, 70


@pytest.fixture
def searched() -> Search:
    """Return a search with columns, at the linear program, and an hour left."""
    params = SolveParams.within(3600.0)
    problem = wave_problem(draw_wave(N_UNITS, N_JOBS, 5))
    search = _search(Pricer.of(problem), params, Budget.of(params), 0, NOWHERE_YET)
    search.improve(0, 8.0, 0.2, seconds=0.05)
    search._generate()
    return search


def doing(columns: list[Column]) -> list[int]:
    return sorted(j for it in columns for j in it.jobs)


def test_a_job_of_two_stays_where_it_costs_least(searched: Search) -> None:
    model = searched.model
    best = [model.column(it) for it in searched.best]
    one, other = [it for it in best if len(it.route[1]) > 1][:2]
    entry, choices = other.route
    both = [one, model.column((entry, (*choices, one.route[1][0])))]
    shared = model.compiled.job_of[one.route[1][0]]
    less = [
        [model.column((one.route[0], one.route[1][1:])), both[1]],
        [one, other],
    ]
    found = done_once(model, both)
    assert found is not None
    assert doing(found).count(shared) == 1
    assert sum(it.cny for it in found) == pytest.approx(
        min(sum(it.cny for it in way) for way in less)
    )


def test_what_no_column_can_leave_out_is_no_plan(searched: Search) -> None:
    column = next(it for it in map(searched.model.column, searched.best) if it.jobs)
    bound = Column(column.unit, (column.route[0], ()), column.jobs, column.cny)
    assert done_once(searched.model, [bound, bound]) is None


def listed(jobs: list[tuple[int, ...]], units: list[int], cny: list[float]) -> Listed:
    rows = np.full((len(jobs), max(map(len, jobs))), -1, dtype=np.int64)
    for row, it in zip(rows, jobs, strict=True):
        row[: len(it)] = sorted(it, reverse=True)
    ones = np.ones(len(jobs), dtype=np.int64)
    return Listed(ones, rows, ones, np.array(units), rows, np.array(cny))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("twice", [False, True])
def test_the_choice_is_the_cheapest_of_all(seed: int, twice: bool) -> None:
    rng = np.random.default_rng(seed)
    n_jobs, n_units, n_routes = 5, 4, 9
    jobs = [
        tuple(rng.choice(n_jobs, size=rng.integers(1, 4), replace=False).tolist())
        for _ in range(n_routes)
    ]
    units = rng.integers(n_units, size=n_routes).tolist()
    cny = np.round(rng.uniform(5, 40, n_routes), 1).tolist()
    leave = np.round(rng.uniform(10, 60, n_jobs), 1)

    def price(which: tuple[int, ...]) -> float:
        done = [j for r in which for j in jobs[r]]
        if len({units[r] for r in which}) < len(which) or (
            not twice and len(set(done)) < len(done)
        ):
            return np.inf
        left = sum(float(leave[j]) for j in range(n_jobs) if j not in done)
        return sum(cny[r] for r in which) + left

    least = min(
        price(which) for n in range(n_units + 1) for which in combinations(range(n_routes), n)
    )
    chosen = choose(
        listed(jobs, units, cny), leave, n_units, [], known=set(), seconds=60, nodes=10**6,
        twice=twice,
    )  # fmt: skip
    assert chosen.is_best
    assert chosen.routes is not None
    assert price(tuple(chosen.routes)) == pytest.approx(least)
    assert chosen.bound_cny == pytest.approx(least)


def test_no_plan_gets_dearer_by_a_dive_and_what_is_near(searched: Search) -> None:
    searched.budget = Budget(seconds=1.5, limit_s=None)
    before = searched.cost_cny
    Diving(searched).find()
    assert searched.cost_cny <= before
    assert searched.cost_cny == pytest.approx(searched.ruin.cost(searched.ruin.tour(searched.best)))
    assert searched.bound_cny <= searched.cost_cny
    jobs = doing([searched.model.column(it) for it in searched.best])
    assert jobs == sorted(set(jobs)), "each job once"
    assert any("agreed" in what for what, *_ in searched.trace)
    assert any("looked around" in what for what, *_ in searched.trace)


def test_where_time_decides_no_rule_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if nothing were proved until the time is up: each part of the search has its turn.
    monkeypatch.setattr(Search, "proved", lambda _: False)
    found = check_bounds(60, SolveParams.within(0.15))
    assert found.seen == 60
    assert found.optimal >= 0.95 * found.seen
