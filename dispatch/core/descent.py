"""Exact local search: relocate (with change of option), swap, eject, exchange of route ends.

Every move is priced by exact route costs, remembered in the `Pricer`, and made when it saves money;
the order of trying is fixed, so that the result is too.
"""

from __future__ import annotations

from dispatch.core.insertion import Insertion, inserted
from dispatch.core.tours import IMPROVEMENT_CNY, Tours, leave_cny

Pair = tuple[int, tuple[int, ...], int, tuple[int, ...]]
"""Two units with their routes."""


def descend(tours: Tours, most_moves: int = 1_000, *, swaps: bool = True) -> None:
    """Improve tours until no move saves anything, or ``most_moves`` were made.

    Swaps look at every pair of jobs: leave them out (``swaps``) where a search follows.
    """
    moves = 0
    improved = True
    settled: set[Pair] = set()
    while improved and moves < most_moves:
        improved = False
        while moves < most_moves and (relocate(tours) or (swaps and swap(tours))):
            moves += 1
        while moves < most_moves and exchange_ends(tours, settled):
            moves += 1
            improved = True


def relocate(tours: Tours) -> bool:
    """Put one job, or one left out, to its best place; return whether something was saved."""
    return any(_relocate(tours, job) for job in range(len(tours.pricer.compiled.jobs)))


def _relocate(tours: Tours, job: int) -> bool:
    unit = tours.where().get(job, -1)
    rest = () if unit == -1 else _without(tours, unit, job)
    leave = leave_cny(tours.pricer.compiled, job)
    saved = leave if unit == -1 else _saved(tours, unit, rest)
    best, best_unit = Insertion(leave, -1, -1), -1
    for u, route in enumerate(tours.routes):
        found = tours.pricer.best(u, rest if u == unit else route, job)
        if found.delta_cny < best.delta_cny:
            best, best_unit = found, u
    if not best.delta_cny < saved - IMPROVEMENT_CNY:
        return False
    if unit != -1:
        tours.change(unit, rest)
    if best_unit != -1:
        tours.change(best_unit, inserted(tours.routes[best_unit], best))
    return True


def swap(tours: Tours) -> bool:
    """Let two jobs of two units change places, or a job make way for one that is left out."""
    where = tours.where()
    left = sorted(tours.left)
    for a, u in where.items():
        rest_u = _without(tours, u, a)
        saved_a = _saved(tours, u, rest_u)
        for b in left:
            found = tours.pricer.best(u, rest_u, b)
            pays = leave_cny(tours.pricer.compiled, a) - leave_cny(tours.pricer.compiled, b)
            if found.delta_cny + pays < saved_a - IMPROVEMENT_CNY:
                tours.change(u, inserted(rest_u, found))
                return True
        for b, v in where.items():
            if b > a and v != u and _swap(tours, (a, u, rest_u, saved_a), (b, v)):
                return True
    return False


def _swap(tours: Tours, one: tuple[int, int, tuple[int, ...], float], two: tuple[int, int]) -> bool:
    a, u, rest_u, saved_a = one
    b, v = two
    b_to_u = tours.pricer.best(u, rest_u, b)
    if b_to_u.choice == -1:
        return False
    rest_v = _without(tours, v, b)
    a_to_v = tours.pricer.best(v, rest_v, a)
    saved = saved_a + _saved(tours, v, rest_v) - b_to_u.delta_cny - a_to_v.delta_cny
    if not saved > IMPROVEMENT_CNY:
        return False
    _change_both(tours, (u, inserted(rest_u, b_to_u)), (v, inserted(rest_v, a_to_v)))
    return True


def exchange_ends(tours: Tours, settled: set[Pair]) -> bool:
    """Let two routes exchange everything behind some point (2-opt*).

    ``settled`` holds the pairs tried in vain, so that only changed routes are tried again.
    """
    busy = [u for u, route in enumerate(tours.routes) if len(route) > 1]
    others = range(len(tours.routes))
    pairs = [(u, v) for u in busy for v in others if v != u and (v not in busy or v > u)]
    for u, v in pairs:
        pair = (u, tours.routes[u], v, tours.routes[v])
        if pair not in settled:
            if _exchange(tours, u, v):
                return True
            settled.add(pair)
    return False


def _exchange(tours: Tours, u: int, v: int) -> bool:
    cost = tours.pricer.route_cny
    one, two = tours.routes[u], tours.routes[v]
    before = cost(u, one) + cost(v, two) - IMPROVEMENT_CNY
    for i in range(len(one) + 1):
        for k in range(len(two) + 1):
            new_u, new_v = one[:i] + two[k:], two[:k] + one[i:]
            first = cost(u, new_u)
            if first < before and first + cost(v, new_v) < before:
                _change_both(tours, (u, new_u), (v, new_v))
                return True
    return False


def _change_both(
    tours: Tours, one: tuple[int, tuple[int, ...]], two: tuple[int, tuple[int, ...]]
) -> None:
    """Replace two routes that exchange jobs; no job is on both at any time."""
    tours.change(one[0], ())
    tours.change(*two)
    tours.change(*one)


def _without(tours: Tours, unit: int, job: int) -> tuple[int, ...]:
    job_of = tours.pricer.compiled.job_of
    return tuple(c for c in tours.routes[unit] if job_of[c] != job)


def _saved(tours: Tours, unit: int, rest: tuple[int, ...]) -> float:
    return tours.pricer.route_cny(unit, tours.routes[unit]) - tours.pricer.route_cny(unit, rest)
