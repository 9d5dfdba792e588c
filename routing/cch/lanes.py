"""Many searches at once, side by side in the lanes of vector registers.

Delling, Goldberg, Werneck, *Faster Batched Shortest Paths in Road Networks* (2011). A row holds the
times of one vertex in all lanes. Written as a plain loop, the compiler stores and loads the row of
a vertex anew for each arc and guards against rows that overlap, which takes four times as long; so
the innermost loops are written in the compiler's own language, eight numbers to a register.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from kernel.jit import jit
from routing.cch.customise import NO_WAY, NO_WAY_KEY

ROW_BYTES = 256
"""Eight vector registers: 64 searches at once over milliseconds, 32 over keys."""

Ints = NDArray[np.int32]
Marks = NDArray[np.int8]
Weights = NDArray[Any]

_N_REGISTERS = 8
_INDEX = ir.IntType(64)


class _Rows:
    """Writes code that loads and stores rows of a flat array of integers.

    Parameters
    ----------
    context, builder
        Numba's.
    array_types, arrays
        Types and values of the arrays that the code may touch, the rows first.
    """

    def __init__(self, context: Any, builder: Any, array_types: Any, arrays: Any) -> None:
        self._builder = builder
        n_bits = array_types[0].dtype.bitwidth
        self._n_lanes = ROW_BYTES * 8 // n_bits
        self._width = self._n_lanes // _N_REGISTERS
        self._number = ir.IntType(n_bits)
        self._register = ir.VectorType(self._number, self._width)
        self._data = [
            context.make_array(array_type)(context, builder, array).data
            for array_type, array in zip(array_types, arrays, strict=True)
        ]

    def number(self, array: int, at: Any) -> Any:
        """Return one number of an array."""
        return self._builder.load(self._builder.gep(self._data[array], [at]))

    def nothing(self) -> Any:
        """Return a register full of "no way"."""
        no_way = NO_WAY if self._number.width == 32 else NO_WAY_KEY
        return ir.Constant(self._register, [no_way] * self._width)

    def load(self, row: Any) -> list[Any]:
        """Return the registers of a row."""
        found = [self._builder.load(self._place(row, i)) for i in range(_N_REGISTERS)]
        for register in found:
            register.align = self._number.width // 8
        return found

    def store(self, row: Any, registers: list[Any]) -> None:
        """Write the registers of a row."""
        for i, register in enumerate(registers):
            self._builder.store(register, self._place(row, i)).align = self._number.width // 8

    def lower(self, registers: list[Any], others: list[Any], weight: Any) -> list[Any]:
        """Return the lesser of registers and others + weight, number by number."""
        b = self._builder
        undefined = ir.Constant(self._register, ir.Undefined)
        one = b.insert_element(undefined, weight, ir.Constant(ir.IntType(32), 0))
        all_same = ir.Constant(ir.VectorType(ir.IntType(32), self._width), [0] * self._width)
        added = b.shuffle_vector(one, undefined, all_same)
        found = []
        for register, other in zip(registers, others, strict=True):
            over = b.add(other, added)
            found.append(b.select(b.icmp_signed("<", over, register), over, register))
        return found

    def _place(self, row: Any, i: int) -> Any:
        b = self._builder
        first = b.mul(row, ir.Constant(_INDEX, self._n_lanes))
        at = b.add(first, ir.Constant(_INDEX, i * self._width))
        return b.bitcast(b.gep(self._data[0], [at]), self._register.as_pointer())


def _arc_loop(builder: Any, begin: Any, end: Any, carried: list[Any], body: Any) -> list[Any]:
    """Write a loop over arcs; ``body(arc, registers)`` returns the registers carried on."""
    before = builder.block
    head, inside, after = (builder.append_basic_block(name) for name in ("head", "body", "after"))
    builder.branch(head)
    builder.position_at_end(head)
    arc = builder.phi(_INDEX)
    arc.add_incoming(begin, before)
    registers = [builder.phi(value.type) for value in carried]
    for register, value in zip(registers, carried, strict=True):
        register.add_incoming(value, before)
    builder.cbranch(builder.icmp_signed("<", arc, end), inside, after)
    builder.position_at_end(inside)
    lowered = body(arc, registers)
    arc.add_incoming(builder.add(arc, ir.Constant(_INDEX, 1)), builder.block)
    for register, value in zip(registers, lowered, strict=True):
        register.add_incoming(value, builder.block)
    builder.branch(head)
    builder.position_at_end(after)
    return registers


def _signature(rows: Any, other: Any, weight: Any) -> Any:
    index = types.int64
    return types.void(rows, other, weight, index, index, index, types.boolean)


def _write_pull(
    _typing: Any, rows: Any, other: Any, weight: Any, _row: Any, _begin: Any, _end: Any, _fresh: Any
) -> Any:
    """Lower a row to the least of the rows of some arcs, each with the arc's weight added.

    ``fresh``: what the row holds does not count.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _Rows(context, builder, signature.args[:3], arguments[:3])
        at, first, last, unset = arguments[3:]
        begun = [builder.select(unset, code.nothing(), known) for known in code.load(at)]

        def over_arc(arc: Any, registers: list[Any]) -> list[Any]:
            from_row = builder.sext(code.number(1, arc), _INDEX)
            return code.lower(registers, code.load(from_row), code.number(2, arc))

        code.store(at, _arc_loop(builder, first, last, begun, over_arc))
        return context.get_dummy_value()

    return _signature(rows, other, weight), generate


_pull: Any = intrinsic(_write_pull)


def _write_push(
    _typing: Any, rows: Any, other: Any, weight: Any, _row: Any, _begin: Any, _end: Any, _fresh: Any
) -> Any:
    """Lower the rows of some arcs to this row with the arc's weight added."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        code = _Rows(context, builder, signature.args[:3], arguments[:3])
        at, first, last, _ = arguments[3:]
        mine = code.load(at)

        def over_arc(arc: Any, _registers: list[Any]) -> list[Any]:
            onto = builder.sext(code.number(1, arc), _INDEX)
            code.store(onto, code.lower(code.load(onto), mine, code.number(2, arc)))
            return []

        _arc_loop(builder, first, last, [], over_arc)
        return context.get_dummy_value()

    return _signature(rows, other, weight), generate


_push: Any = intrinsic(_write_push)


@jit
def no_way(weight: Weights) -> int:
    """Return what means "no way" among these weights."""
    return NO_WAY if weight.itemsize == 4 else NO_WAY_KEY


@jit
def restrict(
    ptr: Ints, higher: Ints, weight: Weights, roots: Ints
) -> tuple[Ints, Ints, Ints, Weights]:
    """Return what of a hierarchy can be reached upwards from some vertices, highest first.

    Returns
    -------
    int32[n_vertices] the row of each vertex, -1 where it is not reached; the arcs of row ``r`` as
    (ptr, rows at their higher ends, weights).
    """
    n = len(ptr) - 1
    closed = no_way(weight)
    row = np.full(n, -1, np.int32)
    for root in roots:
        row[root] = 0
    n_rows, n_arcs = 0, 0
    for v in range(n):
        if row[v] == 0:
            n_rows += 1
            for arc in range(ptr[v], ptr[v + 1]):
                if weight[arc] < closed:
                    row[higher[arc]] = 0
                    n_arcs += 1
    row_ptr = np.zeros(n_rows + 1, np.int32)
    other, length = np.empty(n_arcs, np.int32), np.empty(n_arcs, weight.dtype)
    n_rows, n_arcs = 0, 0
    for v in range(n - 1, -1, -1):
        if row[v] == 0:
            for arc in range(ptr[v], ptr[v + 1]):
                if weight[arc] < closed:
                    other[n_arcs], length[n_arcs] = row[higher[arc]], weight[arc]
                    n_arcs += 1
            row[v] = n_rows
            n_rows += 1
            row_ptr[n_rows] = n_arcs
    return row, row_ptr, other, length


@jit
def _climbed(
    batch: NDArray[np.int64],
    seed_ptr: Ints,
    seed: Ints,
    parent: Ints,
    ptr: Ints,
    higher: Ints,
    weight: Weights,
    mark: Marks,
    crowd: Marks,
    climbed: Ints,
) -> int:
    """Collect, ascending, all vertices that are reached upwards from a batch; return how many.

    ``mark`` is set on these. ``crowd`` has one number for 64 vertices; it is 0 before and after.
    """
    closed = no_way(weight)
    for search in batch:
        for i in range(seed_ptr[search], seed_ptr[search + 1]):
            v = seed[i]
            while v >= 0 and mark[v] == 0:
                mark[v] = 1
                crowd[v >> 6] = 1
                v = parent[v]
    for search in batch:
        for i in range(seed_ptr[search], seed_ptr[search + 1]):
            mark[seed[i]] = 2
    n_climbed = 0
    for group in range(len(crowd)):
        if crowd[group] == 0:
            continue
        crowd[group] = 0
        for v in range(group << 6, min((group + 1) << 6, len(parent))):
            if mark[v] == 2:
                climbed[n_climbed] = v
                n_climbed += 1
                for arc in range(ptr[v], ptr[v + 1]):
                    if weight[arc] < closed:
                        mark[higher[arc]] = 2
            else:
                mark[v] = 0
    return n_climbed


@jit
def many_to_many(
    order: NDArray[np.int64],
    parent: Ints,
    ptr: Ints,
    higher: Ints,
    weight: Weights,
    seed_ptr: Ints,
    seed: Ints,
    seed_at: Weights,
    sweep_ptr: Ints,
    sweep_higher: Ints,
    sweep_weight: Weights,
    query_ptr: Ints,
    query: Ints,
    query_more: Weights,
) -> Weights:
    """Return [n_queries, n_lanes], the least weights between lanes and queries.

    Parameters
    ----------
    order
        The lanes; those that begin near each other next to each other, as they climb over the same
        vertices.
    parent
        The elimination tree.
    ptr, higher, weight
        The arcs along which the lanes climb.
    seed_ptr, seed, seed_at
        Lane ``j`` begins at the vertices ``seed[seed_ptr[j]:seed_ptr[j + 1]]`` with these times.
    sweep_ptr, sweep_higher, sweep_weight
        The arcs along which times are handed down.
    query_ptr, query, query_more
        Query ``i`` is the least of the times at its vertices with these added.

    Returns
    -------
    `NO_WAY` or more where there is no way.
    """
    n_queries, n_searches = len(query_ptr) - 1, len(seed_ptr) - 1
    n_lanes = ROW_BYTES // weight.itemsize
    row, row_ptr, other, length = restrict(sweep_ptr, sweep_higher, sweep_weight, query)
    n_rows = len(row_ptr) - 1
    rows = np.empty((n_rows + 2048) * n_lanes, weight.dtype)
    result = np.empty((n_queries, n_searches), weight.dtype)
    mark = np.zeros(len(parent), np.int8)
    crowd = np.zeros((len(parent) >> 6) + 1, np.int8)
    reached = np.empty(len(parent), np.int32)
    fresh = np.ones(n_rows, np.bool_)
    for first in range(0, n_searches, n_lanes):
        batch = order[first : first + n_lanes]
        n_reached = _climbed(
            batch, seed_ptr, seed, parent, ptr, higher, weight, mark, crowd, reached
        )
        climbed = reached[:n_reached]
        rows = _climb(
            batch, climbed, ptr, higher, weight, seed_ptr, seed, seed_at, row, n_rows, rows
        )
        for v in climbed:
            mark[v] = 0
            if row[v] >= n_rows:
                row[v] = -1
            else:
                fresh[row[v]] = False
        for r in range(n_rows):
            _pull(rows, other, length, r, np.int64(row_ptr[r]), np.int64(row_ptr[r + 1]), fresh[r])
        for v in climbed:
            if row[v] >= 0:
                fresh[row[v]] = True
        _collect(batch, row, rows, query_ptr, query, query_more, result)
    return result


@jit
def _climb(
    batch: NDArray[np.int64],
    climbed: Ints,
    ptr: Ints,
    higher: Ints,
    weight: Weights,
    seed_ptr: Ints,
    seed: Ints,
    seed_at: Weights,
    row: Ints,
    n_rows: int,
    rows: Weights,
) -> Weights:
    """Search upwards in all lanes of a batch; vertices that have no row get one.

    Returns the rows, which may have had to move.
    """
    closed = no_way(weight)
    n_lanes = ROW_BYTES // weight.itemsize
    n_used = n_rows
    for v in climbed:
        if row[v] < 0:
            row[v] = n_used
            n_used += 1
    if n_used * n_lanes > len(rows):
        rows = np.empty((n_used + n_used // 4) * n_lanes, weight.dtype)
    for v in climbed:
        rows[row[v] * n_lanes : (row[v] + 1) * n_lanes] = closed
    for lane in range(len(batch)):
        for i in range(seed_ptr[batch[lane]], seed_ptr[batch[lane] + 1]):
            at = row[seed[i]] * n_lanes + lane
            rows[at] = min(rows[at], seed_at[i])
    onto, length = np.empty(len(climbed), np.int32), np.empty(len(climbed), weight.dtype)
    for v in climbed:
        n_arcs = 0
        for arc in range(ptr[v], ptr[v + 1]):
            if weight[arc] < closed:
                onto[n_arcs], length[n_arcs] = row[higher[arc]], weight[arc]
                n_arcs += 1
        _push(rows, onto, length, np.int64(row[v]), np.int64(0), np.int64(n_arcs), False)
    return rows


@jit
def _collect(
    batch: NDArray[np.int64],
    row: Ints,
    rows: Weights,
    query_ptr: Ints,
    query: Ints,
    query_more: Weights,
    result: Weights,
) -> None:
    n_lanes = ROW_BYTES // rows.itemsize
    best = np.empty(n_lanes, rows.dtype)
    for i in range(len(query_ptr) - 1):
        best[:] = no_way(rows)
        for q in range(query_ptr[i], query_ptr[i + 1]):
            first, more = row[query[q]] * n_lanes, query_more[q]
            for lane in range(n_lanes):
                best[lane] = min(best[lane], rows[first + lane] + more)
        for lane in range(len(batch)):
            result[i, batch[lane]] = best[lane]
