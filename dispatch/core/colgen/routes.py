"""Routes as the compiled searches see them, and as the rest of the core does.

A `Route` is an entry (the kept part of a unit's head) and the choices after it. Its cost is told
above that of the idle unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from dispatch.core.colgen.arrays import Arrays, build_arrays
from dispatch.core.colgen.entries import UnitEntry, all_parts_tried, turned_away_cny, unit_entries
from dispatch.core.compiled import Compiled
from dispatch.core.insertion import Pricer
from dispatch.core.schedule import split_head
from dispatch.core.tours import Tours

Route = tuple[int, tuple[int, ...]]
"""An entry and the choices after it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A route with its unit, jobs and cost above that of the idle unit."""

    unit: int
    route: Route
    jobs: tuple[int, ...]
    cny: float


@dataclass(frozen=True, slots=True)
class RouteModel:
    """One problem as entries and arrays; ``idle_cny`` is the cost of idle units in all."""

    pricer: Pricer
    entries: tuple[UnitEntry, ...]
    first_entry: tuple[int, ...]
    arrays: Arrays
    idle_cny: float
    complete: bool
    """Whether every way to begin a route is among the entries."""

    @classmethod
    def of(cls, pricer: Pricer, base: Tours) -> RouteModel:
        """Return the model of a problem; ``base`` serves the jobs that locks bind."""
        compiled = pricer.compiled
        entries = unit_entries(pricer, base)
        arrays = build_arrays(compiled, entries)
        return cls(
            pricer=pricer,
            entries=tuple(it for of_unit in entries for it in of_unit),
            first_entry=tuple(arrays.unit["first_entry"].tolist()),
            arrays=arrays,
            idle_cny=sum(turned_away_cny(compiled, u) for u in range(len(compiled.units))),
            complete=all_parts_tried(pricer),
        )

    @property
    def compiled(self) -> Compiled:
        """Return the problem with indices instead of ids."""
        return self.pricer.compiled

    def idle(self) -> list[Route]:
        """Return the routes of units that are given nothing."""
        return [(e, ()) for e in self.first_entry]

    def route(self, unit: int, tour: Sequence[int]) -> Route:
        """Return the route of a tour that breaks no rule."""
        split = split_head(self.compiled, unit, tour)
        kept = () if split is None else split[0]
        for e in range(self.first_entry[unit], len(self.entries)):
            if self.entries[e].unit == unit and self.entries[e].kept == kept:
                return e, tuple(tour[len(kept) :])
        return self.first_entry[unit], ()

    def tour(self, route: Route) -> tuple[int, ...]:
        """Return the choices of a route, those of its entry first."""
        entry, choices = route
        return (*(head.choice for head in self.entries[entry].kept), *choices)

    def column(self, route: Route) -> Column:
        """Return a route with its exact cost, infinite where it breaks a rule."""
        unit = self.entries[route[0]].unit
        tour = self.tour(route)
        cny = self.pricer.route_cny(unit, tour) - turned_away_cny(self.compiled, unit)
        return Column(unit, route, tuple(self.compiled.job_of[c] for c in tour), cny)

    def columns(self, routes: Iterable[Route]) -> list[Column]:
        """Return the columns of routes that do something and break no rule."""
        found = [self.column(route) for route in routes if route[1] or self.entries[route[0]].kept]
        return [column for column in found if column.cny < np.inf]

    def tours(self, columns: Iterable[Column]) -> list[tuple[int, ...]]:
        """Return the tours by unit of columns of different units."""
        tours: list[tuple[int, ...]] = [()] * len(self.first_entry)
        for column in columns:
            tours[column.unit] = self.tour(column.route)
        return tours
