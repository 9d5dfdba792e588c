"""The arc that each pair of arcs through a lower vertex runs beside, listed once per network."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit

Ints = NDArray[np.int32]


@jit
def list_triangles(up_ptr: Ints, up_head: Ints, down_ptr: Ints, down_tail: Ints) -> Ints:
    """Return int32[n_triangles], the arc from x to y for all higher x, y with x to v and v to y.

    Ordered by (v, x, y). Arcs up are numbered from 0, arcs down from the number of arcs up; for x
    equal to y the number is the one after the last arc.
    """
    n, n_up = len(up_ptr) - 1, len(up_head)
    total = 0
    for v in range(n):
        total += (up_ptr[v + 1] - up_ptr[v]) * (down_ptr[v + 1] - down_ptr[v])
    beside = np.empty(total, np.int32)
    k = 0
    for v in range(n):
        for into in range(down_ptr[v], down_ptr[v + 1]):
            x = down_tail[into]
            for onward in range(up_ptr[v], up_ptr[v + 1]):
                y = up_head[onward]
                if x < y:
                    beside[k] = find(up_ptr, up_head, x, y)
                elif y < x:
                    beside[k] = n_up + find(down_ptr, down_tail, y, x)
                else:
                    beside[k] = n_up + len(down_tail)
                k += 1
    return beside


@jit
def find(ptr: Ints, higher: Ints, low: int, high: int) -> int:
    """Return which of the arcs kept with ``low`` has the other end ``high``; it must exist."""
    first, end = int(ptr[low]), int(ptr[low + 1])
    while first < end:
        middle = (first + end) >> 1
        if higher[middle] < high:
            first = middle + 1
        else:
            end = middle
    return first


@jit
def find_all(ptr: Ints, higher: Ints, low: Ints, high: Ints) -> Ints:
    """Return `find` of every pair."""
    found = np.empty(len(low), np.int32)
    for i in range(len(low)):
        found[i] = find(ptr, higher, low[i], high[i])
    return found
