"""Many routes at once, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.core.colgen.arrays import Arrays, Floats, Ints
from dispatch.core.colgen.pricing import Priced
from dispatch.core.colgen.routes import Column, Route
from dispatch.core.colgen.ruin import route_costs


@dataclass(slots=True)
class Listed:
    """Routes as columns of arrays: ``jobs`` ends with -1."""

    entry: Ints
    choices: Ints
    length: Ints
    unit: Ints
    jobs: Ints
    cny: Floats

    @classmethod
    def of(cls, arrays: Arrays, priced: Priced, duals: Floats) -> Listed:
        """Return routes that were priced at ``duals``, with their cost."""
        found, n = priced.found, priced.n_written
        entry, length, choices = found.entry[:n], found.length[:n], found.route[:n]
        jobs = _jobs(arrays, entry, choices, length)
        padded = np.append(duals, 0.0)
        cny = found.reduced[:n] + padded[jobs].sum(axis=1)
        return cls(entry, choices, length, arrays.entry["unit"][entry], jobs, cny)

    @classmethod
    def priced(cls, arrays: Arrays, entry: Ints, choices: Ints, length: Ints) -> Listed:
        """Return the routes of entries and choices (in rows) that break no rule, with their cost.

        No route may do a job twice.
        """
        cny = route_costs(arrays, entry, choices, length)
        kept = np.flatnonzero(cny < np.inf)
        entry, choices, length = entry[kept], choices[kept], length[kept]
        jobs = _jobs(arrays, entry, choices, length)
        return cls(entry, choices, length, arrays.entry["unit"][entry], jobs, cny[kept])

    @classmethod
    def of_routes(cls, arrays: Arrays, routes: Sequence[Route]) -> Listed:
        """Return those of the routes that do something and break no rule, with their cost."""
        routes = [it for it in routes if it[1] or arrays.entry_jobs[it[0]].max(initial=-1) >= 0]
        length = np.array([len(it) for _, it in routes], dtype=np.int64)
        choices = np.zeros((len(routes), max(1, int(length.max(initial=1)))), dtype=np.int64)
        for row, (_, it) in zip(choices, routes, strict=True):
            row[: len(it)] = it
        entry = np.array([e for e, _ in routes], dtype=np.int64)
        return cls.priced(arrays, entry, choices, length)

    def __len__(self) -> int:
        return len(self.cny)

    def kept(self, which: Ints) -> Listed:
        """Return some of the routes."""
        return Listed(
            self.entry[which],
            self.choices[which],
            self.length[which],
            self.unit[which],
            self.jobs[which],
            self.cny[which],
        )

    @classmethod
    def joined(cls, parts: list[Listed]) -> Listed:
        """Return all routes of several lists."""
        width = max(part.jobs.shape[1] for part in parts)
        longest = max(part.choices.shape[1] for part in parts)
        return cls(
            np.concatenate([part.entry for part in parts]),
            np.concatenate([_padded(part.choices, longest) for part in parts]),
            np.concatenate([part.length for part in parts]),
            np.concatenate([part.unit for part in parts]),
            np.concatenate([_padded(part.jobs, width) for part in parts]),
            np.concatenate([part.cny for part in parts]),
        )

    def unique(self) -> Listed:
        """Return the cheapest route for each unit and set of jobs."""
        order = np.argsort(self.cny, kind="stable")
        keys = np.column_stack([self.unit, self.jobs])[order]
        _, first = np.unique(keys, axis=0, return_index=True)
        return self.kept(np.sort(order[first]))

    def at(self, duals: Floats) -> Floats:
        """Return the reduced costs, the unit's own dual left in."""
        reduced: Floats = self.cny - np.append(duals, 0.0)[self.jobs].sum(axis=1)
        return reduced

    def least(self, duals: Floats, n_units: int) -> Floats:
        """Return the least reduced cost of each unit, the idle one's (0) included."""
        least = np.zeros(n_units)
        np.minimum.at(least, self.unit, self.at(duals))
        return least

    def above(self, duals: Floats, least: Floats) -> Floats:
        """Return by how much the reduced costs exceed those given by unit."""
        return self.at(duals) - least[self.unit]

    def columns(self) -> list[Column]:
        """Return the routes as columns."""
        return [self.column(at) for at in range(len(self))]

    def column(self, at: int) -> Column:
        """Return one route as a column."""
        route = int(self.entry[at]), tuple(self.choices[at, : self.length[at]].tolist())
        jobs = tuple(j for j in self.jobs[at].tolist() if j >= 0)
        return Column(int(self.unit[at]), route, jobs, float(self.cny[at]))


def _jobs(arrays: Arrays, entry: Ints, choices: Ints, length: Ints) -> Ints:
    """Return the jobs of routes, in falling order, rows filled up with -1."""
    width = max(1, int(length.max(initial=1)))
    behind = np.arange(width)[None, :] >= length[:, None]
    after = np.where(behind, -1, arrays.stop["job"][np.where(behind, 0, choices[:, :width])])
    jobs = np.concatenate([arrays.entry_jobs[entry], after], axis=1)
    jobs = -np.sort(-jobs, axis=1)
    return np.ascontiguousarray(jobs[:, : max(1, int((jobs >= 0).sum(axis=1).max(initial=1)))])


def _padded(rows: Ints, width: int) -> Ints:
    return np.pad(rows, ((0, 0), (0, width - rows.shape[1])), constant_values=-1)
