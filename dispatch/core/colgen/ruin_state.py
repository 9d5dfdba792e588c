"""What compiled ruin and recreate works on: the routes of all units, who may do what, a pool."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.core.colgen.arrays import Floats, Ints


class Tour(NamedTuple):
    """Routes of all units: ``node[u, 1 : length[u] + 1]`` are choices after ``entry[u]``.

    ``node[u, 0]`` is the entry as a row of ``travel_s``. ``where[j]`` is the unit of a job or -1.
    ``time_s[u, i]``, ``sunk_cny[u, i]``, ``kwh[u, i]`` and ``n_rests[u, i]`` are the state after
    ``i`` choices; ``rate[u, i]`` is what each second that this comes later costs at least, CNY.
    Rows are as wide as routes may get, and no wider than that: what is near in memory is quick.
    """

    node: Ints
    length: Ints
    entry: Ints
    cny: Floats
    where: Ints
    time_s: Ints
    sunk_cny: Floats
    kwh: Floats
    n_rests: Ints
    rate: Floats


class Able(NamedTuple):
    """The units that may do each job: ``unit[j, :n_units[j]]``, and the least that each would cost.

    By that bound (a guess where ways are longer than detours), ascending. ``extra_cny[c, u]`` and
    ``end_cny[c, u]`` are those of `Arrays`, all units of a choice side by side in memory.
    """

    unit: Ints
    bound: Floats
    n_units: Ints
    extra_cny: Floats
    end_cny: Floats


class Scratch(NamedTuple):
    """Room for one round: units touched, jobs that are out, and what these are sorted by."""

    touched: Ints
    removed: Ints
    keys: Floats


class Pool(NamedTuple):
    """Routes met on the way: ``table`` finds them by hash, ``size[0]`` says how many there are."""

    table: Ints
    hash: Ints
    entry: Ints
    length: Ints
    route: Ints
    size: Ints
