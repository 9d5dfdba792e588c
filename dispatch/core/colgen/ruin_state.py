"""What compiled ruin and recreate works on: the routes of all units, who may do what, a pool."""

from __future__ import annotations

from typing import NamedTuple

from dispatch.core.colgen.arrays import Floats, Ints


class Tour(NamedTuple):
    """Routes of all units: ``route[u, :length[u]]`` are choices after ``entry[u]``.

    ``where[j]`` is the unit of a job or -1. ``time_s[u, i]``, ``sunk_cny[u, i]``, ``kwh[u, i]`` and
    ``n_rests[u, i]`` are the state after ``i`` choices.
    """

    route: Ints
    length: Ints
    entry: Ints
    cny: Floats
    where: Ints
    time_s: Ints
    sunk_cny: Floats
    kwh: Floats
    n_rests: Ints


class Able(NamedTuple):
    """The units that may do each job: ``unit[j, :n_units[j]]``, and the least that each would cost.

    By that bound (a guess where ways are longer than detours), ascending.
    """

    unit: Ints
    bound: Floats
    n_units: Ints


class Pool(NamedTuple):
    """Routes met on the way: ``table`` finds them by hash, ``size[0]`` says how many there are."""

    table: Ints
    hash: Ints
    entry: Ints
    length: Ints
    route: Ints
    size: Ints
