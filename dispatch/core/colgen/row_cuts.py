"""Cuts of rank one over jobs and units, and which of them a fractional plan breaks.

The routes of a plan do each job at most once and occupy each unit at most once: these are the rows,
those of units after those of jobs. The sum of some rows, divided and rounded down, still holds for
plans, and not for fractions of routes: a cut. Two halves of routes of one unit and half a route of
another one, with the same two jobs, are the usual fraction; since units differ, each has a row of
its own, and rows of units take a large part of the gap away.

Of three rows, halved: Jepsen, Petersen, Spoorendonk, Pisinger, *Subset-row inequalities applied to
the vehicle-routing problem with time windows* (Operations Research 56, 2008). Of four and five:
Pecin, Pessoa, Poggi, Uchoa, Santos, *Limited memory rank-1 cuts for vehicle routing problems*
(Operations Research Letters 45, 2017).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from dispatch.core.colgen.arrays import Floats, Ints
from dispatch.core.colgen.cut_kernel import violated_fives, violated_triples

LEAST_VIOLATION = 0.02
MOST_CUTS = 40
"""Cuts added in one round."""

NEAR_VIOLATION, MOST_BASES, FEW_BASES = -0.25, 3_000, 200
"""How far triples may be from being broken for fives to be tried around them; how many of them,
and around how many fives of all kinds are tried, once there are none of the simple kinds."""


@dataclass(frozen=True, slots=True)
class RowCut:
    """A cut: of its rows, those that a route has are counted, each as often as it is named.

    Their number is divided by ``over`` and rounded down; all routes of a plan have ``most`` in sum.
    """

    rows: tuple[int, ...]
    over: int = 2
    most: int = 1


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kinds of cuts of five rows, by how often each row counts (0: it is of fewer rows).

    ``times[kind, mask]`` is how often a route counts that has the rows of the mask's bits,
    ``most[kind]`` what all routes of a plan have in sum.
    """

    weights: tuple[tuple[int, ...], ...]
    over: tuple[int, ...]
    most: Ints
    times: Ints

    @classmethod
    def of(cls, families: Iterable[tuple[tuple[int, ...], int]]) -> Kinds:
        """Return all orders of the weights of families, each with what they are divided by."""
        found = [
            (it, over) for weights, over in families for it in sorted(set(permutations(weights)))
        ]
        return cls(
            weights=tuple(weights for weights, _ in found),
            over=tuple(over for _, over in found),
            most=np.array([sum(weights) // over for weights, over in found], dtype=np.int64),
            times=np.array(
                [
                    [
                        sum(n for at, n in enumerate(weights) if mask >> at & 1) // over
                        for mask in range(32)
                    ]
                    for weights, over in found
                ],
                dtype=np.int64,
            ),
        )

    def cut(self, kind: int, rows: Iterable[int]) -> RowCut:
        """Return the cut of a kind over five rows."""
        named = (i for i, n in zip(rows, self.weights[kind], strict=True) for _ in range(n))
        return RowCut(tuple(sorted(named)), self.over[kind], int(self.most[kind]))


FAMILIES = (
    ((1, 1, 1, 1, 1), 2),
    ((1, 1, 1, 1, 1), 3),
    ((2, 1, 1, 1, 0), 3),
    ((2, 2, 1, 1, 1), 4),
    ((3, 1, 1, 1, 1), 4),
    ((3, 2, 2, 1, 1), 5),
    ((2, 2, 1, 1, 1), 3),
    ((3, 3, 2, 2, 1), 4),
)
SIMPLE, ALL = Kinds.of(FAMILIES[:2]), Kinds.of(FAMILIES)


def violated(
    rows: Ints, used: Floats, n_rows: int, known: Collection[RowCut], *, fives: bool
) -> list[RowCut]:
    """Return the most violated cuts that are not known: of three rows, if there are any.

    Parameters
    ----------
    rows
        Of each route its rows, -1 at the end.
    used
        How much of each route is used, above 0.
    fives
        Whether cuts of four and five rows count, too.
    """
    triples, by = violated_triples(rows, used, n_rows, NEAR_VIOLATION, MOST_BASES)
    order = np.argsort(-by, kind="stable")
    triples, by = triples[order], by[order]
    broken = (RowCut(tuple(sorted(it))) for it in triples[by > LEAST_VIOLATION].tolist())
    new = [cut for cut in broken if cut not in known][:MOST_CUTS]
    if new or not fives:
        return new
    for kinds, most_bases in ((SIMPLE, MOST_BASES), (ALL, FEW_BASES)):
        found = violated_fives(
            rows, used, n_rows, triples[:most_bases], kinds.times, kinds.most, LEAST_VIOLATION
        )
        best: dict[RowCut, float] = {}
        for five, kind, violation in zip(*(it.tolist() for it in found), strict=True):
            cut = kinds.cut(kind, five)
            if cut not in known:
                best[cut] = violation
        if best:
            return sorted(best, key=lambda cut: (-best[cut], cut.rows))[:MOST_CUTS]
    return []
