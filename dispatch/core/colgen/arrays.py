"""The flat arrays that the compiled searches read: one problem without any Python object.

An *entry* is one way for a unit to begin its route: a part of its head that is kept (see
`dispatch.core.locks`); a unit without a head has one entry, its start. A route of the searches is
an entry and the choices after it. Its cost is told *relative to the idle unit*, which pays the
price of turning away its whole head.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dispatch.core.colgen.entries import UnitEntry, turned_away_cny
from dispatch.core.compiled import NEVER_S, Compiled
from dispatch.core.model import UNREACHABLE_S
from dispatch.core.schedule import KWH_TOLERANCE, last_start_s
from dispatch.core.tours import leave_cny

Ints = NDArray[np.int64]
Shorts = NDArray[np.int32]
Floats = NDArray[np.float64]
Records = NDArray[np.void]

NO_WAY_S = UNREACHABLE_S

STOP = np.dtype(
    [
        ("job", "i8"),
        ("work_s", "i8"),
        ("inner_s", "i8"),
        ("target_s", "i8"),
        ("ready_s", "i8"),
        ("earliest_s", "i8"),
        ("latest_s", "i8"),
        ("breach_cny", "f8"),
        ("late_rate", "f8"),
        ("wait_rate", "f8"),
        ("kwh", "f8"),
        ("price_cny", "f8"),
    ]
)
"""One choice with what it takes from its job; ``price_cny`` is the option's own price."""

JOB = np.dtype([("first_choice", "i8"), ("n_choices", "i8"), ("leave_cny", "f8")])
"""One job; ``leave_cny`` is what the search charges for leaving it out."""

ENTRY = np.dtype(
    [
        ("unit", "i8"),
        ("time_s", "i8"),
        ("n_rests", "i8"),
        ("cny", "f8"),
        ("alone_cny", "f8"),
        ("kwh", "f8"),
    ]
)
"""One entry; ``alone_cny`` is its cost with nothing after it, infinite where it may not end."""

UNIT = np.dtype(
    [
        ("first_entry", "i8"),
        ("n_entries", "i8"),
        ("has_head", "i8"),
        ("kind", "i8"),
        ("hard_end_s", "i8"),
        ("shift_end_s", "i8"),
        ("drive_rate", "f8"),
        ("overtime_rate", "f8"),
        ("stock_kwh", "f8"),
        ("idle_cny", "f8"),
    ]
)
"""One unit; units of a ``kind`` have the same skills and equipment.

``idle_cny`` is what the end of a route is charged less, since the idle unit pays it too.
"""


class Arrays(NamedTuple):
    """One problem for compiled code; rates are CNY a second, read-only.

    ``travel_s[from, c]`` leads to the first place of choice ``c``; ``from`` is a choice (its last
    place), or ``n_choices`` plus an entry; `UNREACHABLE_S` where there is no way. ``into_s[c,
    from]`` is the same, side by side in memory for all ways that lead to ``c``. ``home_s[u, c]``
    leads from ``c`` to the end place (0 for open routes), ``end_cny[u, c]`` is the price of ending
    there without overtime (>= 0, infinite without a way home). ``extra_cny[u, c]`` is the option
    and change price, infinite where the unit may not do the choice.

    ``bends[c]``: from so much lateness on, so much more a second. ``windows[c]``: pairs of earliest
    and latest. ``rests[u]``: triples of earliest, latest and duration. Rows are filled up with what
    never matters.

    ``entry_jobs[e]`` are the jobs that an entry does, ``entry_barred[e]`` those that may not follow
    it (the rest of a head that nobody is relieved of), ``entry_not_first[e]`` the choices that may
    not follow directly (they would be the kept head, not ordinary work). Rows end with -1.
    """

    travel_s: Shorts
    into_s: Shorts
    home_s: Shorts
    end_cny: Floats
    extra_cny: Floats
    stop: Records
    job: Records
    entry: Records
    unit: Records
    bends: Floats
    windows: Ints
    rests: Ints
    entry_jobs: Ints
    entry_barred: Ints
    entry_not_first: Ints


def build_arrays(compiled: Compiled, entries: list[list[UnitEntry]]) -> Arrays:
    """Return the arrays of a compiled problem with the entries of each unit."""
    listed = [it for of_unit in entries for it in of_unit]
    end_cny, least_end = _end_cny(compiled)
    travel_s = _travel(compiled, [it.place for it in listed])
    return Arrays(
        travel_s=travel_s,
        into_s=np.ascontiguousarray(travel_s.T),
        home_s=_home(compiled),
        end_cny=end_cny,
        extra_cny=_extra(compiled),
        stop=_stops(compiled),
        job=_jobs(compiled),
        entry=_entries(listed),
        unit=_units(compiled, entries, least_end),
        bends=_bends(compiled),
        windows=_windows(compiled),
        rests=_rests(compiled),
        entry_jobs=_rows([[head.job for head in it.kept] for it in listed]),
        entry_barred=_rows([it.barred for it in listed]),
        entry_not_first=_rows([it.not_first for it in listed]),
    )


def _travel(compiled: Compiled, entry_places: list[int]) -> Shorts:
    first = np.array(compiled.first, dtype=np.int64)
    leaving = np.array([*compiled.last, *entry_places], dtype=np.int64)
    return np.ascontiguousarray(compiled.problem.travel_s[np.ix_(leaving, first)])


def _home(compiled: Compiled) -> Shorts:
    last = np.array(compiled.last, dtype=np.int64)
    home = np.zeros((len(compiled.units), len(last)), dtype=np.int32)
    for u, unit in enumerate(compiled.units):
        if unit.end_place is not None:
            home[u] = compiled.problem.travel_s[last, unit.end_place]
    return home


def _end_cny(compiled: Compiled) -> tuple[Floats, Floats]:
    """Return the price of ending by unit and choice, less the least of the unit, and the least."""
    last = np.array(compiled.last, dtype=np.int64)
    rate = compiled.problem.prices.drive_cny_per_min / 60
    home = _home(compiled)
    cny = np.where(home == UNREACHABLE_S, np.inf, home * rate)
    for u, by_place in enumerate(compiled.end_cny):
        if by_place:
            cny[u] += np.array(by_place, dtype=np.float64)[last]
    least = np.minimum(cny.min(axis=1, initial=np.inf), 0.0)
    return cny - least[:, None], least


def _stops(compiled: Compiled) -> Records:
    options, jobs = compiled.options, [compiled.jobs[j] for j in compiled.job_of]
    table = np.zeros(len(options), dtype=STOP)
    table["job"] = compiled.job_of
    table["work_s"] = compiled.work_s
    table["inner_s"] = compiled.inner_drive_s
    table["target_s"] = [job.target_s for job in jobs]
    table["ready_s"] = [max(0, job.earliest_s) for job in jobs]
    table["earliest_s"] = [job.earliest_s if job.earliest_s > 0 else -NEVER_S for job in jobs]
    table["latest_s"] = [last_start_s(job) for job in jobs]
    table["breach_cny"] = [job.lateness.breach_cny for job in jobs]
    table["late_rate"] = [job.lateness.steps[0][1] / 60 for job in jobs]
    table["wait_rate"] = [job.wait_cny_per_min / 60 for job in jobs]
    table["kwh"] = [option.kwh for option in options]
    table["price_cny"] = [option.price_cny for option in options]
    return table


def _jobs(compiled: Compiled) -> Records:
    table = np.zeros(len(compiled.jobs), dtype=JOB)
    table["first_choice"] = [choices[0] for choices in compiled.choices]
    table["n_choices"] = [len(choices) for choices in compiled.choices]
    table["leave_cny"] = [leave_cny(compiled, j) for j in range(len(compiled.jobs))]
    return table


def _entries(listed: list[UnitEntry]) -> Records:
    table = np.zeros(len(listed), dtype=ENTRY)
    for name in ENTRY.names or ():
        table[name] = [getattr(it, name) for it in listed]
    return table


def _units(compiled: Compiled, entries: list[list[UnitEntry]], least_end: Floats) -> Records:
    units = compiled.units
    rate = compiled.problem.prices.drive_cny_per_min / 60
    overtime_rate = compiled.problem.prices.overtime_cny_per_min / 60
    table = np.zeros(len(units), dtype=UNIT)
    table["n_entries"] = [len(of_unit) for of_unit in entries]
    table["first_entry"] = np.cumsum(table["n_entries"]) - table["n_entries"]
    table["has_head"] = [len(head) > 0 for head in compiled.head]
    kinds = {has: k for k, has in enumerate(dict.fromkeys(unit.has for unit in units))}
    table["kind"] = [kinds[unit.has] for unit in units]
    table["hard_end_s"] = [NEVER_S if it.hard_end_s is None else it.hard_end_s for it in units]
    table["shift_end_s"] = [unit.shift_end_s for unit in units]
    table["drive_rate"], table["overtime_rate"] = rate, overtime_rate
    table["stock_kwh"] = [unit.kwh + KWH_TOLERANCE for unit in units]
    for u, unit in enumerate(units):
        idle_drive = compiled.idle_drive_s[u] if unit.end_place is not None else 0
        overtime = max(0, compiled.idle_end_s[u] - unit.shift_end_s)
        idle = idle_drive * rate + overtime * overtime_rate
        table["idle_cny"][u] = turned_away_cny(compiled, u) + idle - least_end[u]
    return table


def _bends(compiled: Compiled) -> Floats:
    steps = [compiled.jobs[j].lateness.steps for j in compiled.job_of]
    width = max([0, *(len(it) - 1 for it in steps)])
    table = np.full((len(steps), width, 2), NEVER_S, dtype=np.float64)
    for c, it in enumerate(steps):
        for k, ((_, before), (after_s, rate)) in enumerate(pairwise(it)):
            table[c, k] = after_s, (rate - before) / 60
    return table


def _windows(compiled: Compiled) -> Ints:
    windows = [compiled.jobs[j].windows for j in compiled.job_of]
    width = max([0, *(len(it) for it in windows)])
    table = np.empty((len(windows), width, 2), dtype=np.int64)
    table[:] = -NEVER_S, NEVER_S
    for c, of_job in enumerate(windows):
        for k, it in enumerate(of_job):
            table[c, k] = it.earliest_s, it.latest_s
    return table


def _rests(compiled: Compiled) -> Ints:
    width = max([0, *(len(unit.breaks) for unit in compiled.units)])
    table = np.full((len(compiled.units), width, 3), NEVER_S, dtype=np.int64)
    for u, unit in enumerate(compiled.units):
        for k, it in enumerate(unit.breaks):
            table[u, k] = it.earliest_s, it.latest_s, it.duration_s
    return table


def _rows(lists: Sequence[Sequence[int]]) -> Ints:
    width = max([0, *(len(it) for it in lists)])
    rows = np.full((len(lists), width), -1, dtype=np.int64)
    for i, it in enumerate(lists):
        rows[i, : len(it)] = it
    return rows


def _extra(compiled: Compiled) -> Floats:
    prices = np.array([option.price_cny for option in compiled.options], dtype=np.float64)
    possible = np.array(compiled.work_s, dtype=np.int64) != UNREACHABLE_S
    can = np.array(compiled.can, dtype=bool).reshape(len(compiled.units), len(prices))
    extra = np.where(can & possible, prices, np.inf)
    given = np.array(compiled.given_to, dtype=np.int64)[compiled.job_of]
    units = np.arange(len(compiled.units))[:, None]
    changed = (given != -1)[None, :] & (given[None, :] != units)
    return np.ascontiguousarray(extra + changed * compiled.problem.prices.change_cny)
