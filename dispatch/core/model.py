"""The data of one decision: what is known (`Problem`) and what is decided (`Plan`). Pure values.

Times are integer seconds since ``problem.epoch`` (negative: before it); windows are inclusive at
both ends; prices are CNY and never negative. A place is an index into the rows and columns of
``travel_s``. How sequences become times is said in ``schedule``, what each lock level allows in
``locks``, how jobs wait for each other in ``links``, what a plan is charged for in ``terms``.

Fields with a default may be left out: a problem without them means what it always meant. A lower
bound may be proved on an easier problem: without ``links``, breaks, stock or all windows but the
outermost; never without ``coverage``, whose charges may be negative. ``Plan.relaxed`` says which.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

UNREACHABLE_S = 2**31 - 1
"""The entry of a travel-time matrix for a pair of places without a way, seconds."""

REASONS = (
    *("no_unit_has", "unreachable", "stock", "window"),
    *("locked", "linked", "too_expensive", "waiting"),
)
"""Why a job may be left out; see `Unassigned`."""

TERMS = (
    *("drive", "lateness", "breach", "wait", "overtime", "unassigned"),
    *("option", "change", "release", "kept", "coverage"),
)
"""What a plan is charged for, in the order in which people are told."""


class Lock(IntEnum):
    """How much of a commitment may still change."""

    FREE = 0
    """Anything may change; a hint for a warm start."""
    UNIT = 1
    """The unit is fixed, the order is not."""
    ORDER = 2
    """Unit and place in the sequence are fixed: these come first, in ``position`` order."""
    FULL = 3
    """Unit, sequence and times are fixed: a unit that rolls or works."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A place where a job is worked on, and for how long (``service_s`` >= 0)."""

    place: int
    service_s: int


@dataclass(frozen=True, slots=True)
class Option:
    """One way to do a job; exactly one option of a job is chosen.

    Attributes
    ----------
    name
        Stable within the job, e.g. ``boost`` or ``tow:centre-2``.
    needs
        Skills and equipment the unit must have, all of them.
    visits
        Done back to back by one unit with nothing in between: one for a repair, two for a tow
        (pickup, delivery). The first is where the promise is kept.
    price_cny
        Extra cost of doing it this way.
    kwh
        Taken from the unit's stock.
    """

    name: str
    needs: frozenset[str]
    visits: tuple[Visit, ...]
    price_cny: float = 0.0
    kwh: float = 0.0


@dataclass(frozen=True, slots=True)
class LatenessCurve:
    """Price of arriving late: convex, piecewise linear, zero up to the target.

    ``steps`` are ``(after_s, cny_per_min)``, ``after_s`` increasing from 0: beyond ``after_s``
    seconds of lateness each further minute costs ``cny_per_min`` *in all* (not in addition),
    non-decreasing. ``breach_cny`` is charged once when lateness is positive; it is not part of the
    convex curve.
    """

    steps: tuple[tuple[int, float], ...] = ((0, 10.0),)
    breach_cny: float = 0.0

    def price(self, lateness_s: float) -> float:
        """Return the price of ``lateness_s`` seconds of lateness, CNY."""
        if lateness_s <= 0:
            return 0.0
        return self.breach_cny + self.convex_price(lateness_s)

    def convex_price(self, lateness_s: float) -> float:
        """Return the price of ``lateness_s`` seconds without the price of the breach, CNY."""
        total = 0.0
        ends = [after for after, _ in self.steps[1:]] + [float("inf")]
        for (start, rate), end in zip(self.steps, ends, strict=True):
            if lateness_s > start:
                total += rate * (min(lateness_s, end) - start) / 60.0
        return total


@dataclass(frozen=True, slots=True)
class Window:
    """From ``earliest_s`` to ``latest_s``, both inclusive."""

    earliest_s: int
    latest_s: int


@dataclass(frozen=True, slots=True)
class Job:
    """Work to be planned.

    Attributes
    ----------
    id
        Unique within the problem.
    options
        At least one.
    target_s
        Latest arrival at the first visit that keeps the promise (soft; may lie in the past).
    earliest_s
        Service of the first visit may not start before (a unit that is early waits).
    latest_s
        Hard latest start of service of the first visit; ``None``: no hard end.
    lateness
        Price of arriving after ``target_s``.
    wait_cny_per_min
        Price of each minute from ``max(0, earliest_s)`` until arrival, so that sooner is better.
    unassigned_cny
        Price of leaving the job out (a contractor, or the harm done).
    excluded_units
        Ids of units that may not do it although they have what it needs (a technician declined it).
        A lock of the plan in force to such a unit still holds; one that rolls to it and may be
        turned away (``release_cny``) is turned away.
    windows
        If there are any, service of the first visit starts within one of them (in order of time,
        apart from each other), besides ``earliest_s`` and ``latest_s``: who is early, or comes
        between two, waits for the next. The price of waiting still counts from ``earliest_s``.
    """

    id: str
    options: tuple[Option, ...]
    target_s: int
    earliest_s: int = 0
    latest_s: int | None = None
    lateness: LatenessCurve = LatenessCurve()
    wait_cny_per_min: float = 0.0
    unassigned_cny: float = 10_000.0
    excluded_units: frozenset[str] = frozenset()
    windows: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True)
class Break:
    """A rest of ``duration_s`` that begins between ``earliest_s`` and ``latest_s``, inclusive.

    It is taken wherever the unit is between two jobs; when exactly is said in `schedule`.
    """

    earliest_s: int
    latest_s: int
    duration_s: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is lost, by place, when a unit with ``skill`` ends its route there.

    ``cny`` has one price for each place: the calls that nobody else would reach in time from then
    on. Only differences count: a unit that stays idle is charged nothing (`terms.coverage`).
    """

    skill: str
    cny: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A dispatchable crew and vehicle, at the place and time where it is next free to choose.

    Attributes
    ----------
    id
        Unique within the problem.
    has
        Skills and equipment.
    start_place, available_s
        Where and when its free part begins (>= 0).
    end_place
        Where it must end, or ``None`` for an open route.
    shift_end_s
        After this, work is overtime; it is a price, not a wall.
    hard_end_s
        The last visit must be finished (and ``end_place`` reached) by then; ``None``: no wall.
    kwh
        Energy it can still give away.
    kept_cny
        Price of using it at all, by skill scarcity or contractor call-out.
    breaks
        Rests still to be taken, in order: each may begin only when the one before must have ended.
    coverage
        Price of the place where its route ends, for each skill that is missed elsewhere then.
    """

    id: str
    has: frozenset[str]
    start_place: int
    available_s: int = 0
    end_place: int | None = None
    shift_end_s: int = 10**7
    hard_end_s: int | None = None
    kwh: float = 0.0
    kept_cny: float = 0.0
    breaks: tuple[Break, ...] = ()
    coverage: tuple[Coverage, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """Two jobs, of one unit or of two, of which one waits for the other.

    The motorway rescue: an authorised operator tows the car to the exit (``before``), the brand's
    unit takes it over there (``after``). Two crews at once: ``since="start"``, 0 and a tolerance.

    Attributes
    ----------
    before, after
        Ids of two jobs. ``after`` is only done if ``before`` is.
    since
        Of ``before``: ``end`` of its last visit, or ``start`` of service.
    least_s, most_s
        Service of ``after`` starts at least, and at most, this long after that; ``None``: no limit.
        Who comes too early waits, ``before`` too where ``after`` could not keep ``most_s``.
    both
        Whether ``before`` too is only done if ``after`` is.
    """

    before: str
    after: str
    since: str = "end"
    least_s: int = 0
    most_s: int | None = None
    both: bool = False


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the plan in force says of one job.

    Attributes
    ----------
    job_id, unit_id, lock, position
        Who does it, how firmly, and at which 0-based place of its sequence.
    option
        The option chosen; fixed from ``UNIT`` upwards.
    start_s
        Arrival at the first visit; binding only at ``FULL``.
    release_cny
        Price of taking the job away from the unit all the same (diversion); ``None``: never.
        A ``FULL`` commitment with a price may be broken *as a whole*: the job goes to another unit
        or the unit serves another job first, and the price is paid once. Only read at ``FULL``.
    """

    job_id: str
    unit_id: str
    lock: Lock
    position: int
    option: str
    start_s: int | None = None
    release_cny: float | None = None


@dataclass(frozen=True, slots=True)
class Prices:
    """What a plan is charged for, besides the jobs' own prices; each is one named term.

    Attributes
    ----------
    drive_cny_per_min
        Driving.
    overtime_cny_per_min
        Work beyond the end of the shift.
    change_cny
        Giving a job that the plan in force gave to one unit (lock ``FREE``) to another.
    """

    drive_cny_per_min: float = 1.0
    overtime_cny_per_min: float = 2.0
    change_cny: float = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """The immutable input of one decision (the optimizer's part of a snapshot).

    Attributes
    ----------
    epoch
        Now: what all seconds count from. Aware, UTC.
    travel_s
        int32[n_places, n_places], from row to column; no way is `UNREACHABLE_S` (``null`` in JSON).
    commitments
        The plan in force, as far as it matters: at most one for each job.
    links
        Jobs that wait for each other; in no circle.
    """

    epoch: datetime
    travel_s: NDArray[np.int32]
    units: tuple[Unit, ...]
    jobs: tuple[Job, ...]
    commitments: tuple[Commitment, ...] = ()
    prices: Prices = Prices()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedJob:
    """One job on a route.

    ``arrival_s`` at the first visit, ``start_s`` of its service (>= arrival), ``end_s`` when the
    last visit is finished, ``drive_s`` the driving that it causes (to it, and between its visits).
    """

    job_id: str
    option: str
    arrival_s: int
    start_s: int
    end_s: int
    drive_s: int
    lateness_s: int


@dataclass(frozen=True, slots=True)
class PlannedBreak:
    """A rest on a route; the unit leaves for its next job (``before_job``) at ``end_s``."""

    start_s: int
    end_s: int
    before_job: str


@dataclass(frozen=True, slots=True)
class Route:
    """One unit's ordered jobs and the breaks before them; units without a job have no route."""

    unit_id: str
    jobs: tuple[PlannedJob, ...]
    breaks: tuple[PlannedBreak, ...] = ()


@dataclass(frozen=True, slots=True)
class Unassigned:
    """A job left out and why.

    ``reason`` is one of `REASONS`; ``detail`` is a sentence for people. The reason is the furthest
    that any (unit, option) got when it was tried without the jobs that could be moved away:

    - ``no_unit_has``: no unit has the skills and equipment of any option;
    - ``unreachable``: no unit that has them has a way there (and to its end place);
    - ``stock``: no such unit has the energy left;
    - ``window``: every such unit would start after ``latest_s`` or finish after ``hard_end_s``;
    - ``locked``: the job is locked to a unit, and cannot be done there beside the others locked
      to it;
    - ``linked``: it waits for a job, or a job for it, and they do not come together in this plan;
    - ``too_expensive``: it could be done, but nowhere in this plan for less than leaving it out;
    - ``waiting``: it could be done, but no unit is free now (policies that plan one job ahead).
    """

    job_id: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Routes and what they cost, by term (all of `TERMS`); ``cost_cny`` is their sum.

    ``lower_bound_cny`` is ``None`` unless it was proved; ``relaxed`` names what it passes over.
    """

    routes: tuple[Route, ...]
    unassigned: tuple[Unassigned, ...]
    cost_cny: float
    terms: Mapping[str, float] = field(default_factory=dict)
    engine: str = ""
    lower_bound_cny: float | None = None
    relaxed: tuple[str, ...] = ()
