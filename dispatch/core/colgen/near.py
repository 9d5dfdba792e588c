"""Choosing anew beside columns that stay: the end of a dive, and what is near the best plan.

An integer program over some hundred routes takes some hundredths of a second, over all routes
within the gap it may take seconds. First the columns stay that the linear program agrees with
(after Danna, Rothberg, Le Pape, *Exploring relaxation induced neighborhoods to improve MIP
solutions*, Mathematical Programming 102, 2005), then all but those of the units around one place.

A job may be done twice, or be left out at about what it costs to insert it: few routes seldom fit
together. The second of two leaves it out then, and what is left out is inserted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.closing import reduced as reduced_costs
from dispatch.core.colgen.integer import choose
from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.master import LpSolution
from dispatch.core.colgen.routes import Column, Route, RouteModel

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

INSERTED_TIMES = 2.0
"""A job that is left out is taken to cost so many times its dual, where it is inserted."""

REST_ROUTES, REST_S, REST_SHARE = 250, 0.1, 0.3
"""Routes that the end of a dive is chosen from, and its time: seconds, and share of the rest."""

AGREED, AGREED_ROUTES, AGREED_SHARE = 0.3, 1_000, 0.4
"""A column stays if the linear program uses it more than this; routes chosen from, at most, and
share of the time left that this may take."""

SURE, SURE_LEAST, SURE_ROUTES, SURE_SHARE = 0.95, 0.5, 800, 0.3
"""A column is used wholly above this share; at least so much of what is used must be, for a choice
from so many routes and within this share of the time left to be worth it."""

UNSURE = 0.99
"""Columns that the linear program uses less are looked around."""

AROUND_UNITS, AROUND_ROUTES, AROUND_S = 40, 400, 0.1
"""Units around one place, routes chosen from and seconds, at most."""

MORE_UNITS = 1.5
"""So many times more units, once each place was looked around in vain."""

AROUND_SHARE, LEAST_S = 0.03, 0.05
"""Share of the time left for looking around, where there is time for a proof; and the time that it
is not worth beginning with."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Routes in rising order of their reduced cost."""

    routes: Listed

    @classmethod
    def of(cls, search: Search, solution: LpSolution, listed: Listed) -> Pool:
        """Return the routes listed and those of the linear program."""
        known = [column.route for column in search.master.columns]
        routes = Listed.joined([listed, Listed.of_routes(search.model.arrays, known)]).unique()
        reduced = reduced_costs(routes, search.master, solution)
        return cls(routes.kept(np.argsort(reduced, kind="stable")))

    def beside(self, fixed: Sequence[Column], n_jobs: int, n_units: int, most: int) -> Listed:
        """Return the first routes whose unit and jobs no fixed column has."""
        busy, done = np.zeros(n_units, dtype=bool), np.zeros(n_jobs + 1, dtype=bool)
        busy[[column.unit for column in fixed]] = True
        done[[j for column in fixed for j in column.jobs]] = True
        fits = ~(done[self.routes.jobs].any(axis=1) | busy[self.routes.unit])
        return self.routes.kept(np.flatnonzero(fits)[:most])


@dataclass(frozen=True, slots=True)
class Near:
    """A linear program solved, and what is near its solution and the best plan.

    ``shares`` says how much of each route the solution uses, ``listed`` are routes of use.
    """

    search: Search
    solution: LpSolution
    shares: dict[Route, float]
    listed: Listed

    @classmethod
    def of(cls, search: Search, solution: LpSolution, listed: Listed) -> Near:
        """Return what is near the last solution of the linear program."""
        used, columns = search.master.used(), search.master.columns
        shares = {columns[at].route: float(used[at]) for at in np.flatnonzero(used)}
        return cls(search, solution, shares, listed)

    def improve(self, found: Listed) -> Pool:
        """Choose anew beside what is agreed; return all to choose from, ``found`` among them."""
        pool = Pool.of(self.search, self.solution, Listed.joined([self.listed, found]))
        if not self.search.proved() and self.search.budget.left_s() > LEAST_S:
            agreed = [it for it in self._best() if it.jobs and self._share(it) > AGREED]
            seconds = AGREED_SHARE * self.search.budget.left_s()
            self._offer(pool, agreed, AGREED_ROUTES, seconds)
            self.search.note(f"near, {len(agreed)} agreed")
        return pool

    def choose_beside_sure(self) -> None:
        """Choose beside the columns that the linear program uses wholly, if they are most of it."""
        search = self.search
        sure = [search.model.column(route) for route, share in self.shares.items() if share > SURE]
        if len(sure) < SURE_LEAST * sum(self.shares.values()):
            return
        pool = Pool.of(search, self.solution, self.listed)
        seconds = SURE_SHARE * search.budget.left_s()
        found = self._chosen(pool, self.solution, sure, [], SURE_ROUTES, seconds)
        if found is not None:
            search.offer(search.completed([*sure, *found]))
        search.note(f"beside {len(sure)} sure")

    def look_around(self, pool: Pool) -> None:
        """Choose anew for the units around one place after the other."""
        search, n_units, in_vain, n_tried = self.search, AROUND_UNITS, 0, 0
        rng = np.random.default_rng(search.seed)
        ends_s = search.budget.spent_s() + self._around_s()
        while not search.proved() and search.budget.spent_s() < ends_s - LEAST_S:
            best, cost = self._best(), search.cost_cny
            unsure = [it.unit for it in best if it.route[1] and self._share(it) < UNSURE]
            if not unsure:
                break
            free = _around(search.model, best, int(rng.choice(unsure)), n_units)
            fixed = [it for it in best if it.jobs and it.unit not in free]
            seconds = min(AROUND_S, ends_s - search.budget.spent_s() - 0.5 * LEAST_S)
            self._offer(pool, fixed, AROUND_ROUTES, seconds)
            n_tried, in_vain = n_tried + 1, 0 if search.cost_cny < cost else in_vain + 1
            if in_vain and n_units >= len(best):
                break
            if in_vain > len(unsure):
                n_units, in_vain = int(MORE_UNITS * n_units), 0
        search.note(f"{n_tried} places looked around, {n_units} units each")

    def _around_s(self) -> float:
        share = 1.0 if self.search.has_little_time() else AROUND_SHARE
        return share * self.search.budget.left_s()

    def _best(self) -> list[Column]:
        return [self.search.model.column(route) for route in self.search.best]

    def _share(self, column: Column) -> float:
        return self.shares.get(column.route, 0.0)

    def rest(self, solution: LpSolution, fixed: Sequence[Column]) -> list[Column] | None:
        """Return the best columns beside those that a dive has fixed, if they are found soon."""
        seconds = min(REST_S, REST_SHARE * self.search.budget.left_s())
        pool = Pool.of(self.search, solution, self.listed)
        return self._chosen(pool, solution, fixed, [], REST_ROUTES, seconds, only_best=True)

    def _offer(self, pool: Pool, fixed: Sequence[Column], most: int, seconds: float) -> None:
        """Offer the fixed columns with the cheapest choice beside them."""
        stays = {column.unit for column in fixed}
        free = [it for u, it in enumerate(self.search.best) if u not in stays]
        found = self._chosen(pool, self.solution, fixed, free, most, seconds)
        if found is not None:
            self.search.offer(self.search.completed([*fixed, *found]))

    def _chosen(
        self,
        pool: Pool,
        solution: LpSolution,
        fixed: Sequence[Column],
        known: Sequence[Route],
        most: int,
        seconds: float,
        *,
        only_best: bool = False,
    ) -> list[Column] | None:
        """Return the cheapest choice of columns beside fixed ones; ``known`` is one.

        With ``only_best``, ``None`` where the time is up before it is known to be the cheapest.
        """
        search, n_jobs = self.search, len(self.search.leave_cny)
        near = pool.beside(fixed, n_jobs, search.master.n_units, most)
        n_near = len(near)
        near = Listed.joined([near, Listed.of_routes(search.model.arrays, known)])
        if len(near) == 0:
            return None
        leave_cny = np.minimum(search.leave_cny, INSERTED_TIMES * solution.duals + 1.0)
        leave_cny[[j for column in fixed for j in column.jobs]] = 0.0
        chosen = choose(
            near,
            leave_cny,
            search.master.n_units,
            search.master.cuts,
            known=set(range(n_near, len(near))),
            seconds=seconds,
            nodes=search.params.integer_nodes,
            twice=True,
        )
        if chosen.routes is None or (only_best and not chosen.is_best):
            return None
        return done_once(search.model, [near.column(r) for r in chosen.routes])


def _around(model: RouteModel, columns: Sequence[Column], unit: int, n_units: int) -> set[int]:
    """Return the units whose jobs are nearest to those of one unit, and itself."""
    travel_s = model.arrays.travel_s[list(columns[unit].route[1])]
    away = [
        float(travel_s[:, list(it.route[1])].min()) if it.route[1] else np.inf for it in columns
    ]
    return set(np.argsort(away, kind="stable")[:n_units].tolist())


def done_once(model: RouteModel, columns: Sequence[Column]) -> list[Column] | None:
    """Return the columns, a job of several left in one of them: where it costs least.

    ``None`` where that breaks a rule.
    """
    found = list(columns)
    doing: dict[int, list[int]] = {}
    for at, column in enumerate(found):
        for j in column.jobs:
            doing.setdefault(j, []).append(at)
    for j, places in doing.items():
        while len(places) > 1:
            shorter = {at: _without(model, found[at], j) for at in places}
            gain, at = max((found[at].cny - it.cny, at) for at, it in shorter.items())
            if gain == -np.inf:
                return None
            found[at] = shorter[at]
            places.remove(at)
    return found


def _without(model: RouteModel, column: Column, job: int) -> Column:
    """Return the column without a job; it costs infinitely much where that cannot be."""
    entry, choices = column.route
    left = tuple(c for c in choices if model.compiled.job_of[c] != job)
    if len(left) == len(choices):
        return Column(column.unit, column.route, column.jobs, np.inf)
    return model.column((entry, left))
