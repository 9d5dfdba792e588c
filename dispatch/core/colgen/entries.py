"""The ways in which each unit can begin: which part of its head is kept, and what that costs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from math import inf

from dispatch.core.compiled import Compiled
from dispatch.core.costing import enter_head
from dispatch.core.insertion import Pricer
from dispatch.core.locks import HeadJob
from dispatch.core.schedule import KWH_TOLERANCE
from dispatch.core.tours import Tours

LONGEST_HEAD = 6
"""Of longer heads only the beginnings are tried; what is tried is no longer everything."""


@dataclass(frozen=True, slots=True)
class UnitEntry:
    """One way for a unit to begin; costs are relative to the idle unit."""

    unit: int
    kept: tuple[HeadJob, ...]
    time_s: int
    place: int
    cny: float
    alone_cny: float
    kwh: float
    n_rests: int
    barred: tuple[int, ...]
    not_first: tuple[int, ...]


def turned_away_cny(compiled: Compiled, u: int) -> float:
    """Return what a unit pays that is given nothing: the release of its whole head."""
    return sum(head.release_cny or 0.0 for head in compiled.head[u])


def unit_entries(pricer: Pricer, base: Tours) -> list[list[UnitEntry]]:
    """Return the entries of each unit; the first does nothing before its choices.

    Jobs that a lock binds are kept in each entry: every plan serves them. Of a torn unit every part
    of its head is tried that keeps the facts, which every plan serves even there.
    """
    compiled, torn = pricer.compiled, torn_units(pricer, base)
    return [
        [
            it
            for kept in _parts(compiled, u, facts_of(compiled, base, u) if u in torn else None)
            if (it := _entry(pricer, u, kept)) is not None
        ]
        for u in range(len(compiled.units))
    ]


def torn_units(pricer: Pricer, base: Tours) -> frozenset[int]:
    """Return the units of which a plan may leave out a job that a lock binds to them.

    All others can do what is locked to them by itself, so that every plan does it (`locks`); of the
    rest, a job may be out of reach but by way of another that need not be done.
    """
    compiled = pricer.compiled
    torn = {compiled.fixed_unit[j] for j in base.left} - {-1}
    for u, route in enumerate(base.routes):
        locked = tuple(c for c in route if compiled.fixed_unit[compiled.job_of[c]] == u)
        if locked and pricer.route_cny(u, locked) == inf:
            torn.add(u)
    return frozenset(torn)


def all_parts_tried(pricer: Pricer) -> bool:
    """Return whether no head is too long for trying all its parts."""
    return all(len(head) <= LONGEST_HEAD for head in pricer.compiled.head)


def facts_of(compiled: Compiled, base: Tours, u: int) -> list[HeadJob]:
    """Return what is happening, and so done by a unit in every plan."""
    return [it for it in compiled.head[u] if compiled.is_fact[it.job] and it.job not in base.left]


def _parts(
    compiled: Compiled, u: int, facts: list[HeadJob] | None
) -> Iterable[tuple[HeadJob, ...]]:
    """Return the parts of a head that a route may begin with; ``facts`` of a torn unit."""
    head = tuple(it for it in compiled.head[u] if not it.barred)
    if len(head) > LONGEST_HEAD:
        return [(), *(head[: n + 1] for n in range(len(head)))]
    parts = [part for n in range(len(head) + 1) for part in combinations(head, n)]
    bound = [it for it in head if it.release_cny is None] if facts is None else facts
    return [part for part in parts if part == () or all(it in part for it in bound)]


def _entry(pricer: Pricer, u: int, kept: tuple[HeadJob, ...]) -> UnitEntry | None:
    compiled = pricer.compiled
    sequence = [it.choice for it in kept]
    turned_away = turned_away_cny(compiled, u)
    found = enter_head(compiled, u, sequence)
    if found is None or found.n_done != len(kept):
        return None
    if found.takes and found.kwh > compiled.units[u].kwh + KWH_TOLERANCE:
        return None
    rate = compiled.problem.prices.drive_cny_per_min / 60
    alone = pricer.route_cny(u, tuple(sequence)) - turned_away if kept else 0.0
    others = [it for it in compiled.head[u] if it not in kept]
    behind = compiled.head[u][compiled.head[u].index(kept[-1]) + 1 :] if kept else compiled.head[u]
    return UnitEntry(
        unit=u,
        kept=kept,
        time_s=found.time_s,
        place=found.place,
        cny=found.cny + found.drive_s * rate,
        alone_cny=alone,
        kwh=found.kwh,
        n_rests=found.n_rests,
        barred=tuple(it.job for it in others if it.release_cny is None),
        not_first=tuple(it.choice for it in behind),
    )
