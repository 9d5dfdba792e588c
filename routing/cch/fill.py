"""Which shortcuts a hierarchy needs, whatever the driving times: elimination of directed graphs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kernel.jit import jit

Ints = NDArray[np.int32]


@jit
def fill_in(up_ptr: Ints, up_head: Ints, down_ptr: Ints, down_tail: Ints) -> tuple[Ints, ...]:
    """Return the arcs of the hierarchy: (up_ptr, up_head, down_ptr, down_tail).

    Taking out ``v`` joins every higher vertex with an arc to ``v`` with every higher vertex that
    ``v`` has an arc to. An arc is kept with its lower end: as "up" where it leaves it, as "down"
    where it arrives there.

    Parameters
    ----------
    up_ptr, up_head
        The arcs given: those from ``v`` to higher vertices are
        ``up_head[up_ptr[v]:up_ptr[v + 1]]``. Repeated ones are taken once.
    down_ptr, down_tail
        The same of arcs from higher vertices to ``v``.

    Returns
    -------
    The arcs given and all shortcuts, each once, ordered by (lower end, higher end).
    """
    n = len(up_ptr) - 1
    ups, downs = up_head.copy(), down_tail.copy()
    new_up_ptr, new_down_ptr = np.zeros(n + 1, np.int32), np.zeros(n + 1, np.int32)
    # All arcs to, and all from, a higher vertex form a chain: its last one, then the one before.
    last_up, last_down = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    chain_up, chain_down = np.empty(len(ups), np.int32), np.empty(len(downs), np.int32)
    low_up, low_down = np.empty(len(ups), np.int32), np.empty(len(downs), np.int32)
    seen = np.full(n, -1, np.int32)
    row = np.empty(n, np.int32)
    for v in range(n):
        k = _row(
            v, up_ptr, up_head, new_up_ptr, ups, last_down, chain_down, low_down, seen, row, 2 * v
        )
        begin, end = new_up_ptr[v], new_up_ptr[v] + k
        new_up_ptr[v + 1] = end
        if end > len(ups):
            ups, chain_up, low_up = _grown(ups, end), _grown(chain_up, end), _grown(low_up, end)
        ups[begin:end] = np.sort(row[:k])
        k = _row(
            v, down_ptr, down_tail, new_down_ptr, downs, last_up, chain_up, low_up, seen, row,
            2 * v + 1,
        )  # fmt: skip
        for arc in range(begin, end):
            low_up[arc] = v
            chain_up[arc] = last_up[ups[arc]]
            last_up[ups[arc]] = arc
        begin, end = new_down_ptr[v], new_down_ptr[v] + k
        new_down_ptr[v + 1] = end
        if end > len(downs):
            downs, chain_down = _grown(downs, end), _grown(chain_down, end)
            low_down = _grown(low_down, end)
        downs[begin:end] = np.sort(row[:k])
        for arc in range(begin, end):
            low_down[arc] = v
            chain_down[arc] = last_down[downs[arc]]
            last_down[downs[arc]] = arc
    return new_up_ptr, ups[: new_up_ptr[n]].copy(), new_down_ptr, downs[: new_down_ptr[n]].copy()


@jit
def _row(
    v: int,
    given_ptr: Ints,
    given: Ints,
    ptr: Ints,
    found: Ints,
    last: Ints,
    chain: Ints,
    low: Ints,
    seen: Ints,
    row: Ints,
    stamp: int,
) -> int:
    """Collect the higher ends of one vertex's arcs of one kind into ``row``; return how many."""
    k = 0
    for arc in range(given_ptr[v], given_ptr[v + 1]):
        if seen[given[arc]] != stamp:
            seen[given[arc]] = stamp
            row[k] = given[arc]
            k += 1
    link = last[v]
    while link >= 0:
        for arc in range(ptr[low[link] + 1] - 1, ptr[low[link]] - 1, -1):
            if found[arc] <= v:
                break
            if seen[found[arc]] != stamp:
                seen[found[arc]] = stamp
                row[k] = found[arc]
                k += 1
        link = chain[link]
    return k


@jit
def _grown(array: Ints, at_least: int) -> Ints:
    longer = np.empty(2 * at_least, np.int32)
    longer[: len(array)] = array
    return longer


@jit
def elimination_parents(up_ptr: Ints, up_head: Ints, down_ptr: Ints, down_tail: Ints) -> Ints:
    """Return int32[n], the parent of each vertex in the elimination tree, -1 at roots.

    All vertices that a search upwards from ``v`` can come to lie on the path from ``v`` to its
    root. Takes the arcs as given to `fill_in`, or as it returns them (Liu 1990).
    """
    n = len(up_ptr) - 1
    parent, root = np.full(n, -1, np.int32), np.full(n, -1, np.int32)
    low_ptr, low = _transposed(n, up_ptr, up_head, down_ptr, down_tail)
    for v in range(n):
        for i in range(low_ptr[v], low_ptr[v + 1]):
            u = low[i]
            while root[u] != -1 and root[u] != v:
                above = root[u]
                root[u] = v
                u = above
            if root[u] == -1:
                root[u] = v
                parent[u] = v
    return parent


@jit
def _transposed(
    n: int, up_ptr: Ints, up_head: Ints, down_ptr: Ints, down_tail: Ints
) -> tuple[Ints, Ints]:
    """Return the lower neighbours of every vertex as (ptr, vertices)."""
    ptr = np.zeros(n + 2, np.int32)
    for higher in up_head:
        ptr[higher + 2] += 1
    for higher in down_tail:
        ptr[higher + 2] += 1
    ptr = np.cumsum(ptr).astype(np.int32)
    low = np.empty(len(up_head) + len(down_tail), np.int32)
    for v in range(n):
        for arc in range(up_ptr[v], up_ptr[v + 1]):
            low[ptr[up_head[arc] + 1]] = v
            ptr[up_head[arc] + 1] += 1
        for arc in range(down_ptr[v], down_ptr[v + 1]):
            low[ptr[down_tail[arc] + 1]] = v
            ptr[down_tail[arc] + 1] += 1
    return ptr[: n + 1], low
