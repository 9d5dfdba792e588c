"""The engines by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dispatch.core.greedy import greedy
from dispatch.core.hungarian import hungarian
from dispatch.core.model import Plan, Problem
from dispatch.core.nearest import nearest
from dispatch.core.optimizer import ortools
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET, Start

Engine = Callable[[Problem, SolveParams, int, Start], Plan]
"""``engine(problem, params, seed, start)``: pure; the same arguments give the same plan."""


def colgen(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Return a near-optimal plan with a lower bound; loads the compiler only when called."""
    from dispatch.core.colgen.engine import colgen as solve_by_columns  # noqa: PLC0415

    return solve_by_columns(problem, params, seed, start)


ENGINES: Mapping[str, Engine] = MappingProxyType(
    {
        "colgen": colgen,
        "ortools": ortools,
        "greedy": greedy,
        "hungarian": hungarian,
        "nearest": nearest,
    }
)
"""All engines; each returns a feasible plan for every valid problem."""
