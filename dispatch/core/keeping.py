"""What a unit keeps of the jobs locked to it when it does another, and what it may drive by.

Locks may contradict each other: where a unit cannot do all that is locked to it, a plan leaves some
out, and which is a choice, but for what is under way (`dispatch.core.locks`). Without triangle
inequality, a unit may also be sooner at a job by way of another job than directly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, combinations, permutations
from math import inf

from dispatch.core.compiled import Compiled
from dispatch.core.insertion import Pricer
from dispatch.core.model import UNREACHABLE_S
from dispatch.core.tours import MOST_ORDERS

MOST_PARTS = 4
"""Of so many jobs locked to one unit every part is looked at, in every order."""

Order = tuple[int, ...]
"""Choices in the order in which they are done."""


def orders_kept(pricer: Pricer, u: int, job: int) -> list[list[Order]]:
    """Return what a unit may keep beside a job: sets of choices locked to it, each in all orders.

    One set where it can do all that is locked to it; otherwise each that no other such job fits
    into, the largest first. The job itself is not among them, but a set has to go with it if it
    is locked to the unit. Nothing for a unit without locks, or with too many for every order.
    """
    compiled, locked = pricer.compiled, locked_to(pricer.compiled, u)
    if not 0 < len(locked) <= MOST_ORDERS:
        return []
    found: list[list[Order]] = []
    for chosen in _parts(locked, _under_way(pricer, u)):
        if any(set(chosen) <= set(larger[0]) for larger in found):
            continue
        priced = sorted((pricer.cost(u, order), order) for order in permutations(chosen))
        orders = [order for cny, order in priced if cny < inf]
        found += [orders] if orders else []
    own = {compiled.fixed_choice[job]} & set(locked)
    return [_without(orders, own) for orders in found if own <= set(orders[0])]


def parts_kept(pricer: Pricer, u: int, job: int) -> list[Order]:
    """Return every part of what is locked to a unit that cannot do it all, in every order.

    What is under way is in each, the job itself in none.
    """
    locked = locked_to(pricer.compiled, u)
    if not 0 < len(locked) <= MOST_PARTS:
        return []
    own = {pricer.compiled.fixed_choice[job]}
    parts = _parts(locked, _under_way(pricer, u))
    return _without([order for part in parts for order in permutations(part)], own)


def can_do_all(pricer: Pricer, u: int) -> bool:
    """Return whether a unit can do all that is locked to it, in some order."""
    locked = locked_to(pricer.compiled, u)
    if len(locked) > MOST_ORDERS:
        return True
    return any(pricer.cost(u, order) < inf for order in permutations(locked))


def goes_in(pricer: Pricer, u: int, job: int) -> bool:
    """Return whether a unit can do a job beside what it may keep, if need be by way of another."""
    kept = [it for orders in orders_kept(pricer, u, job) for it in orders]
    kept = kept or parts_kept(pricer, u, job)  # the job itself is kept only by way of another
    by_way = (
        longer for it in kept for longer in with_detour(it, detours(pricer.compiled, u, it, job))
    )
    return any(
        pricer.best(u, it, job).choice != -1
        for it in chain(kept, by_way)
        if pricer.route_cny(u, it) < inf
    )


def locked_to(compiled: Compiled, u: int) -> list[int]:
    """Return the choices that locks bind to a unit."""
    return [compiled.fixed_choice[j] for j, v in enumerate(compiled.fixed_unit) if v == u]


def _under_way(pricer: Pricer, u: int) -> Order:
    """Return what a unit does in every plan: all that is happening, but what has no way."""
    kept: Order = ()
    for head in pricer.compiled.head[u]:
        longer = (*kept, head.choice)
        if pricer.compiled.is_fact[head.job] and pricer.route_cny(u, longer) < inf:
            kept = longer
    return kept


def _parts(locked: Sequence[int], at_least: Order) -> Iterator[Order]:
    for n in range(len(locked), -1, -1):
        yield from (it for it in combinations(locked, n) if set(at_least) <= set(it))


def _without(orders: Iterable[Order], own: set[int]) -> list[Order]:
    return list(dict.fromkeys(tuple(c for c in it if c not in own) for it in orders))


def detours(compiled: Compiled, u: int, kept: Sequence[int], job: int) -> list[int]:
    """Return the choices by way of which a unit is sooner at what it keeps, or at a job.

    What a lock binds is none: a unit does that anyway.
    """
    unit, first, last = compiled.units[u], compiled.first, compiled.last
    stops = [*kept, *compiled.choices[job]]
    origins = {unit.start_place, *(last[c] for c in stops)}
    goals = {first[c] for c in stops}
    if unit.end_place is not None:
        goals.add(unit.end_place)
    done = {job, *(compiled.job_of[c] for c in kept)}
    return [
        c
        for j, able in enumerate(compiled.able[u])
        if j not in done and compiled.fixed_unit[j] == -1
        for c in able
        if any(_is_sooner(compiled, a, c, b) for a in origins for b in goals)
    ]


def _is_sooner(compiled: Compiled, origin: int, choice: int, goal: int) -> bool:
    there = compiled.rows[origin][compiled.first[choice]]
    onward = compiled.rows[compiled.last[choice]][goal]
    if UNREACHABLE_S in (there, onward, compiled.work_s[choice]):
        return False
    return there + compiled.work_s[choice] + onward < compiled.rows[origin][goal]


def with_detour(kept: Order, by: Iterable[int]) -> Iterator[Order]:
    """Yield what is kept with one more choice anywhere in it."""
    for c in by:
        for i in range(len(kept) + 1):
            yield (*kept[:i], c, *kept[i:])
