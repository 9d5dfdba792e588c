"""Laying driving times on a hierarchy.

Besides milliseconds a weight may be a *key*: milliseconds in the upper half of an int64,
centimetres in the lower one. The least key is the fastest way and of equally fast ones the
shortest, so that length and route of a way do not depend on how it was found.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit

Ints = NDArray[np.int32]
Keys = NDArray[np.int64]

NO_WAY = 1 << 30
"""As a weight: no way. Twice as much is still an int32."""

KEY_BITS = 32
"""A key is milliseconds shifted left by so much, plus centimetres."""

NO_WAY_KEY = NO_WAY << KEY_BITS
"""As a key: no way."""


@jit
def edge_weights(turn_ptr: Ints, turn_ms: Ints, turn_arc: Ints, edge_ms: Ints, n_arcs: int) -> Ints:
    """Return int32[n_arcs + 1], the weight of every arc by a single turn and edge.

    The last weight means nothing: arcs that are none write there.
    """
    weight = np.full(n_arcs + 1, NO_WAY, np.int32)
    for edge in range(len(edge_ms)):
        if edge_ms[edge] >= NO_WAY:
            continue
        for turn in range(turn_ptr[edge], turn_ptr[edge + 1]):
            arc = turn_arc[turn]
            weight[arc] = min(weight[arc], edge_ms[edge] + turn_ms[turn])
    return weight


@jit
def shorten(up_ptr: Ints, down_ptr: Ints, beside: Ints, weight: Ints) -> None:
    """Lower the weights of all arcs to those of the fastest ways through lower vertices.

    Basic customization, lowest vertices first.
    """
    n_up = up_ptr[-1]
    k = 0
    for v in range(len(up_ptr) - 1):
        begin, end = up_ptr[v], up_ptr[v + 1]
        if begin == end:
            continue
        for into in range(n_up + down_ptr[v], n_up + down_ptr[v + 1]):
            first = weight[into]
            if first < NO_WAY:
                for onward in range(begin, end):
                    both = first + weight[onward]
                    arc = beside[k + onward - begin]
                    weight[arc] = min(weight[arc], both)
            k += end - begin


@jit
def edge_keys(
    turn_ptr: Ints, turn_ms: Ints, turn_arc: Ints, edge_ms: Ints, edge_cm: Ints, n_arcs: int
) -> tuple[Keys, Ints]:
    """Return int64[n_arcs + 1] the key of every arc by a single turn and edge, and that edge."""
    key = np.full(n_arcs + 1, NO_WAY_KEY, np.int64)
    via = np.full(n_arcs + 1, -1, np.int32)
    for edge in range(len(edge_ms)):
        if edge_ms[edge] >= NO_WAY:
            continue
        for turn in range(turn_ptr[edge], turn_ptr[edge + 1]):
            arc = turn_arc[turn]
            own = (np.int64(edge_ms[edge] + turn_ms[turn]) << KEY_BITS) + edge_cm[edge]
            if own < key[arc]:
                key[arc], via[arc] = own, edge
    return key, via


@jit
def shorten_keys(up_ptr: Ints, down_ptr: Ints, beside: Ints, key: Keys, via: Ints) -> None:
    """Do as `shorten` with keys; ``via`` becomes ``~v`` where a way through ``v`` is better."""
    n_up = up_ptr[-1]
    k = 0
    for v in range(len(up_ptr) - 1):
        begin, end = up_ptr[v], up_ptr[v + 1]
        if begin == end:
            continue
        for into in range(n_up + down_ptr[v], n_up + down_ptr[v + 1]):
            first = key[into]
            if first < NO_WAY_KEY:
                for onward in range(begin, end):
                    both = first + key[onward]
                    arc = beside[k + onward - begin]
                    if both < key[arc]:
                        key[arc], via[arc] = both, ~v
            k += end - begin
