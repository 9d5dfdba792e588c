"""From some positions to everywhere, or from everywhere to them: one sweep over the hierarchy.

Delling, Goldberg, Nowatzyk, Werneck, *PHAST: Hardware-Accelerated Shortest Path Trees* (2011).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit
from routing.cch.customise import NO_WAY

Ints = NDArray[np.int32]


@jit
def sweep_all(
    seed: Ints,
    seed_ms: Ints,
    ptr: Ints,
    higher: Ints,
    weight: Ints,
    sweep_ptr: Ints,
    sweep_higher: Ints,
    sweep_weight: Ints,
) -> Ints:
    """Return int32[n_vertices], the least ms between the nearest seed and every vertex.

    The search climbs along ``higher`` and is handed down along ``sweep_higher``: arcs up and then
    down for times from the seeds, down and then up for times to them.
    """
    n = len(ptr) - 1
    at = np.full(n, NO_WAY, np.int32)
    for i in range(len(seed)):
        at[seed[i]] = min(at[seed[i]], seed_ms[i])
    for v in range(n):
        if at[v] < NO_WAY:
            for arc in range(ptr[v], ptr[v + 1]):
                at[higher[arc]] = min(at[higher[arc]], at[v] + weight[arc])
    for v in range(n - 1, -1, -1):
        least = at[v]
        for arc in range(sweep_ptr[v], sweep_ptr[v + 1]):
            least = min(least, at[sweep_higher[arc]] + sweep_weight[arc])
        at[v] = least
    return at


@jit
def onto_edges(at: Ints, turn_ptr: Ints, turn_from: Ints, turn_ms: Ints) -> Ints:
    """Return int32[n_edges], when each edge is entered over any turn onto it."""
    enter = np.full(len(turn_ptr) - 1, NO_WAY, np.int32)
    for edge in range(len(enter)):
        for turn in range(turn_ptr[edge], turn_ptr[edge + 1]):
            enter[edge] = min(enter[edge], at[turn_from[turn]] + turn_ms[turn])
    return enter
