"""Ruin and recreate on the flat arrays: starts, budgets, and the routes met on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dispatch.core.colgen.arrays import NO_WAY_S, Arrays, Floats, Ints
from dispatch.core.colgen.routes import Route
from dispatch.core.colgen.ruin_kernel import insert_all, price_route, price_routes, ruin_rounds
from dispatch.core.colgen.ruin_parts_kernel import POOLED_JOBS
from dispatch.core.colgen.ruin_state import Able, Pool, Scratch, Tour
from dispatch.core.tours import LOCKED_OUT_CNY

CHUNK, TIMED_CHUNK = 256, 64
"""Rounds in one call, and where time decides: between two looks at the clock."""

LEAST_ROOM = 15
"""Choices that routes have room for at least; more where they get as long."""

LARGEST_POOL = 1 << 15
"""Routes remembered at most."""


@dataclass(slots=True)
class Ruin:
    """A search for cheaper plans of one problem; keeps the routes that it has met.

    ``arrays.job`` prices of leaving a job out are those of the search.
    """

    arrays: Arrays
    near: Ints
    able: Able
    pool: Pool
    rng: Ints

    @classmethod
    def of(cls, arrays: Arrays, seed: int) -> Ruin:
        """Return a search whose random choices follow from ``seed``."""
        state = (seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) & (2**63 - 1)
        rng = np.array([state or 1], dtype=np.int64)
        return cls(arrays, _neighbours(arrays), _able(arrays), _empty_pool(), rng)

    def tour(self, routes: list[Route], room: int | None = None) -> Tour:
        """Return the state of routes by unit, with ``room`` for so many choices in each."""
        if room is None:
            room = max((len(choices) for _, choices in routes), default=0)
        tour = _empty_tour(self.arrays, room)
        for u, (entry, choices) in enumerate(routes):
            tour.entry[u], tour.length[u] = entry, len(choices)
            tour.node[u, 1 : len(choices) + 1] = choices
            price_route(self.arrays, tour, u)
            jobs = [*self.arrays.entry_jobs[entry], *self.arrays.stop["job"][list(choices)]]
            tour.where[[j for j in jobs if j >= 0]] = u
        return tour

    def completed(self, routes: list[Route]) -> list[Route]:
        """Return the routes with the jobs that are left out inserted, most urgent first."""
        tour = self.tour(routes, room=len(self.arrays.job))
        job = self.arrays.job
        target_s = self.arrays.stop["target_s"][job["first_choice"]]
        order = np.lexsort((target_s, job["leave_cny"] < LOCKED_OUT_CNY))
        insert_all(self.arrays, tour, self.able, order.astype(np.int64), self.rng)
        return routes_of(tour)

    def improved(
        self,
        routes: list[Route],
        steps: int,
        hot: float,
        cold: float,
        share_used: Callable[[], float] | None = None,
    ) -> list[Route]:
        """Return the cheapest routes found; the same ones if nothing is cheaper.

        ``steps`` rounds are made; with ``share_used`` as many as fit until it returns 1, and it,
        not the steps, says how far the temperature has fallen from ``hot`` to ``cold``.
        """
        nothing_to_do = share_used is None and steps <= 0
        if nothing_to_do or len(self.arrays.unit) == 0 or len(self.arrays.job) == 0:
            return routes
        room = self._room(routes)
        tour, best, old = (self.tour(routes, room) for _ in range(3))
        costs, scratch = np.full(2, self.cost(tour)), _scratch(self.arrays)
        done, chunk = 0, TIMED_CHUNK
        while True:
            share = done / max(steps, 1) if share_used is None else share_used()
            if share >= 1:
                return routes_of(best)
            if share_used is None:
                chunk = min(CHUNK, steps - done)
            next_share = (done + chunk) / steps if share_used is None else share
            hotter, colder = _between(hot, cold, share, next_share)
            ruin_rounds(
                self.arrays,
                tour,
                best,
                old,
                costs,
                self.near,
                self.able,
                chunk,
                hotter,
                colder,
                self.pool,
                self.rng,
                scratch,
            )
            costs[:] = self.cost(tour), self.cost(best)
            done += chunk
            if tour.length.max() == room < len(self.arrays.job):
                room = self._room(routes_of(tour))
                tour, best, old = (self.tour(routes_of(it), room) for it in (tour, best, best))

    def _room(self, routes: list[Route]) -> int:
        """Return how many choices a route should have room for: twice those of the longest one."""
        longest = max(len(choices) for _, choices in routes)
        return min(len(self.arrays.job), max(2 * longest, LEAST_ROOM))

    def cost(self, tour: Tour) -> float:
        """Return what a state costs, jobs left out included, units left idle excluded."""
        left = self.arrays.job["leave_cny"][tour.where < 0]
        return float(tour.cny.sum() + left.sum())

    def pooled(self, most: int) -> tuple[Ints, Ints, Ints]:
        """Return the last routes met, at most so many: entries, choices and numbers of these."""
        last = slice(max(0, int(self.pool.size[0]) - most), int(self.pool.size[0]))
        return self.pool.entry[last], self.pool.route[last], self.pool.length[last]


def routes_of(tour: Tour) -> list[Route]:
    """Return the routes of a state, unit by unit."""
    return [
        (int(entry), tuple(row[1 : n + 1]))
        for entry, row, n in zip(tour.entry, tour.node.tolist(), tour.length, strict=True)
    ]


def route_costs(arrays: Arrays, entry: Ints, choices: Ints, length: Ints) -> Floats:
    """Return what routes cost above their idle units, CNY; infinite where one breaks a rule."""
    cny = np.empty(len(entry), dtype=np.float64)
    price_routes(arrays, _empty_tour(arrays, choices.shape[1]), entry, choices, length, cny)
    return cny


def _between(hot: float, cold: float, share: float, next_share: float) -> tuple[float, float]:
    fall = cold / hot
    return hot * fall**share, hot * fall**next_share


def _empty_tour(arrays: Arrays, room: int) -> Tour:
    n_units, n_jobs = len(arrays.unit), len(arrays.job)
    shape = (n_units, room + 1)
    return Tour(
        node=np.full(shape, -1, dtype=np.int64),
        length=np.zeros(n_units, dtype=np.int64),
        entry=np.zeros(n_units, dtype=np.int64),
        cny=np.zeros(n_units, dtype=np.float64),
        where=np.full(n_jobs, -1, dtype=np.int64),
        time_s=np.zeros(shape, dtype=np.int64),
        sunk_cny=np.zeros(shape, dtype=np.float64),
        kwh=np.zeros(shape, dtype=np.float64),
        n_rests=np.zeros(shape, dtype=np.int64),
        rate=np.zeros(shape, dtype=np.float64),
    )


def _scratch(arrays: Arrays) -> Scratch:
    n_units, n_jobs = len(arrays.unit), len(arrays.job)
    return Scratch(
        touched=np.zeros(2 * n_units, dtype=np.int64),
        removed=np.zeros(n_jobs, dtype=np.int64),
        keys=np.zeros(n_jobs, dtype=np.float64),
    )


def _empty_pool() -> Pool:
    return Pool(
        table=np.full(2 * LARGEST_POOL, -1, dtype=np.int64),
        hash=np.zeros(LARGEST_POOL, dtype=np.int64),
        entry=np.zeros(LARGEST_POOL, dtype=np.int64),
        length=np.zeros(LARGEST_POOL, dtype=np.int64),
        route=np.zeros((LARGEST_POOL, POOLED_JOBS), dtype=np.int64),
        size=np.zeros(1, dtype=np.int64),
    )


def _neighbours(arrays: Arrays) -> Ints:
    """Return for each job all jobs by travel time, itself first."""
    first = arrays.job["first_choice"]
    ways = arrays.travel_s[first][:, first].astype(np.int64)
    np.fill_diagonal(ways, -1)
    return np.argsort(ways, axis=1, kind="stable").astype(np.int64)


def _able(arrays: Arrays) -> Able:
    """Return the units that may do each job by what going there at once would cost."""
    n_units, n_jobs = len(arrays.unit), len(arrays.job)
    extra, end = (np.ascontiguousarray(it.T) for it in (arrays.extra_cny, arrays.end_cny))
    if n_units == 0 or n_jobs == 0:
        shape, none = (n_jobs, n_units), np.zeros(n_jobs, np.int64)
        return Able(np.zeros(shape, np.int64), np.zeros(shape), none, extra, end)
    n_choices = len(arrays.stop)
    ways = arrays.travel_s[n_choices:].astype(np.int64)
    arrival = np.where(ways == NO_WAY_S, 2**61, arrays.entry["time_s"][:, None] + ways)
    soonest = np.minimum.reduceat(arrival, arrays.unit["first_entry"], axis=0)
    cost = np.where(soonest < 2**60, arrays.extra_cny, np.inf)
    late_s = np.maximum(0, soonest - arrays.stop["target_s"])
    least = np.minimum.reduceat(
        cost + arrays.stop["late_rate"] * late_s, arrays.job["first_choice"], axis=1
    )
    for e in range(len(arrays.entry)):
        for j in arrays.entry_jobs[e]:
            if j >= 0:
                least[arrays.entry["unit"][e], j] = -np.inf
    nearest = np.minimum.reduceat(soonest, arrays.job["first_choice"], axis=1)
    order = np.lexsort((nearest, least), axis=0).T
    bound = np.take_along_axis(least.T, order, axis=1)
    count = (bound < np.inf).sum(axis=1)
    ascending = np.ascontiguousarray(order, dtype=np.int64)
    return Able(ascending, np.ascontiguousarray(bound), count, extra, end)
