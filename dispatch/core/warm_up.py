"""Compile everything that the engines compile, once, so that no decision waits for it."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from dispatch.core.engines import ENGINES
from dispatch.core.model import Commitment, Job, Lock, Option, Problem, Unit, Visit
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET

N_UNITS, N_JOBS = 4, 8


def toy_problem() -> Problem:
    """Return a small problem that leads through every part of the search."""
    places = np.arange(N_UNITS + N_JOBS)
    travel = (np.abs(places[:, None] * 7 % 11 - places[None, :] * 7 % 11) * 120).astype(np.int32)
    units = tuple(Unit(f"u{u}", frozenset(), u, end_place=u) for u in range(N_UNITS))
    jobs = tuple(
        Job(f"j{j}", (Option("do", frozenset(), (Visit(N_UNITS + j, 900),)),), target_s=900)
        for j in range(N_JOBS)
    )
    return Problem(datetime(2026, 1, 5, tzinfo=UTC), travel, units, jobs)


def warm_up() -> None:
    """Compile what is not compiled yet and load what is; seconds to a minute the first time.

    What is loaded by then stays: the garbage collector need not walk through it again, which takes
    a tenth of a second in the midst of a decision.
    """
    steps, toy = SolveParams(ruin_steps=50, wall_limit_s=None), toy_problem()
    rolling = Commitment("j0", "u0", Lock.FULL, 0, "do", release_cny=5.0)
    for problem in (toy, replace(toy, commitments=(rolling,))):
        ENGINES["colgen"](problem, steps, 0, NOWHERE_YET)
    from dispatch.core.colgen.row_cuts import violated  # noqa: PLC0415

    around = np.array([[0, 1], [1, 2], [2, 0]], dtype=np.int64)
    violated(around, np.full(3, 0.3), 5, set(), fives=True)
    gc.collect()
    gc.freeze()
