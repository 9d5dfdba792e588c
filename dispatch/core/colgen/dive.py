"""Diving: a plan out of a linear program, by fixing what it uses most, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from dispatch.core.colgen.master import LpSolution, Master
from dispatch.core.colgen.routes import Column

SURE = 0.9
"""Columns used this much are fixed at once."""

FEW_FRACTIONAL = 80
"""With so many fractional columns, an integer program soon finds the best of the rest."""

REPRICINGS = 1
"""Times that routes are added after each step."""

Reprice = Callable[[LpSolution, set[int], set[int]], list[Column]]
"""``reprice(solution, busy units, covered jobs)``: more columns for the rest."""

Rest = Callable[[LpSolution, list[Column]], list[Column] | None]
"""``rest(solution, fixed columns)``: the best columns beside the fixed ones, or ``None``."""


def dive(
    master: Master,
    reprice: Reprice,
    stop: Callable[[], bool],
    pace: Callable[[], int],
    rest: Rest | None = None,
) -> list[Column]:
    """Return columns of different units and jobs; the master is left as it was before.

    At least one in ``pace()`` of the fractional columns is fixed in each step. The last steps of a
    dive go wrong most: once few columns are fractional, ``rest`` is asked instead, once.
    """
    fixed: dict[int, Column] = {}
    barred: set[int] = set()
    busy: set[int] = set()
    covered: set[int] = set()
    solution = master.solve()
    while solution is not None and not stop():
        used = master.used()
        fractional = int(((used > 1e-6) & (used < 1 - 1e-6)).sum())
        if fractional == 0:
            break
        if rest is not None and fractional <= FEW_FRACTIONAL:
            found = rest(solution, list(fixed.values()))
            if found is not None:
                _release(master, (*fixed, *barred))
                return [*fixed.values(), *found]
            rest = None
        before = len(fixed)
        for at in _candidates(master, used, busy, max(1, fractional // pace())):
            column = master.columns[at]
            if column.unit not in busy and covered.isdisjoint(column.jobs):
                master.fix(at, 1.0, 1.0)
                fixed[at] = column
                busy.add(column.unit)
                covered.update(column.jobs)
        if len(fixed) == before:
            break
        _bar(master, fixed, barred, busy, covered)
        solution = master.solve()
        for _ in range(REPRICINGS):
            if solution is None or stop() or master.add(reprice(solution, busy, covered)) == 0:
                break
            solution = master.solve()
    used = master.used() if solution is not None else np.zeros(len(master.columns))
    _release(master, (*fixed, *barred))
    return _plan(master, used, fixed)


def _release(master: Master, columns: Iterable[int]) -> None:
    for at in columns:
        master.fix(at, 0.0, float("inf"))


def _bar(
    master: Master, fixed: dict[int, Column], barred: set[int], busy: set[int], covered: set[int]
) -> None:
    """Take columns out that no longer fit beside the fixed ones."""
    for at, column in enumerate(master.columns):
        fits = column.unit not in busy and covered.isdisjoint(column.jobs)
        if not fits and at not in fixed and at not in barred:
            master.fix(at, 0.0, 0.0)
            barred.add(at)


def _candidates(master: Master, used: np.ndarray, busy: set[int], wanted: int) -> list[int]:
    free = [int(c) for c in np.flatnonzero(used > 1e-6) if master.columns[c].unit not in busy]
    free.sort(key=lambda c: (-used[c], c))
    sure = [c for c in free if used[c] > SURE]
    newly = sum(used[c] < 1 - 1e-6 for c in sure)
    return sure if newly >= wanted else free[: len(sure) + wanted - newly]


def _plan(master: Master, used: np.ndarray, fixed: dict[int, Column]) -> list[Column]:
    """Return the fixed columns and what fits beside them, the most used first."""
    plan = list(fixed.values())
    busy = {column.unit for column in plan}
    covered = {j for column in plan for j in column.jobs}
    for at in np.argsort(-used, kind="stable"):
        if used[at] < 1e-6:
            break
        column = master.columns[int(at)]
        if column.unit not in busy and covered.isdisjoint(column.jobs):
            plan.append(column)
            busy.add(column.unit)
            covered.update(column.jobs)
    return plan
