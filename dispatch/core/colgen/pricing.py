"""Pricing: which routes would make the plan cheaper at given duals, and what that proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dispatch.core.colgen.arrays import Arrays, Floats, Ints
from dispatch.core.colgen.completion_kernel import Completions, completion_bounds, useful_until
from dispatch.core.colgen.label_kernel import Found, Labels, price_units
from dispatch.core.colgen.routes import Route
from dispatch.core.colgen.slack_kernel import detour_slack
from dispatch.core.colgen.spacers import spacer_slack
from dispatch.core.compiled import NEVER_S

FOREVER_S = 2**40
"""Later than any arrival."""

LONGEST_ROUTE = 24
"""Longer routes are priced but not written down."""

SLOT_S = 600
"""Length of the time slots of completion bounds, seconds."""

MOST_SLOTS = 400

N_NEAR = 30
"""Choices tried after each other one where pricing need not be exact."""

DELAY_CNY = 6 / 60
"""What a second more on the way is taken to cost those who wait, besides driving."""

UNITS_A_LOOK = 4
"""Units priced between two looks at the clock, where somebody waits for the end."""

NOT_NEAR = np.zeros((0, 0), dtype=np.int64)


class Written(NamedTuple):
    """Room for routes that are written down, as in `Found`."""

    entry: Ints
    length: Ints
    route: Ints
    reduced: Floats


Prepared = tuple[Completions, Floats, Ints, Ints, Ints, Ints]
"""Completion bounds; the gain, use, lists and numbers of choices behind them; who rests."""


@dataclass(frozen=True, slots=True)
class Priced:
    """Routes with their reduced cost, and what was proved.

    ``least[u]`` bounds the reduced cost of all routes of unit ``u`` from below, the idle one's
    (0) included, where ``exact``: every unit was searched to the end.
    """

    found: Found
    least: Floats
    exact: bool
    n_written: int

    def routes(self) -> list[Route]:
        """Return the routes written down."""
        n = self.n_written
        rows, lengths = self.found.route[:n].tolist(), self.found.length[:n].tolist()
        entries = self.found.entry[:n].tolist()
        return [(e, tuple(row[:m])) for e, row, m in zip(entries, rows, lengths, strict=True)]


@dataclass(slots=True)
class Pricing:
    """The pricing of one problem, with room for its labels."""

    arrays: Arrays
    slack: Floats
    direct: bool
    classes: Ints
    able: list[Ints]
    least_end: Floats
    labels: Labels
    most_labels: int
    patient: bool
    """Whether some job makes units wait."""
    room: Written = field(default_factory=lambda: _written(0))
    """Where routes are written down, kept from one time to the next: fresh memory takes time."""

    @classmethod
    def of(cls, arrays: Arrays, most_labels: int = 100_000) -> Pricing:
        """Return the pricing of a problem with at least one unit and job."""
        slack, direct = detour_slack(arrays)
        slack = np.maximum(slack, spacer_slack(arrays))
        classes = np.ascontiguousarray(arrays.unit["kind"])
        n_classes = int(classes.max()) + 1
        able, least_end = [], np.full((n_classes, len(arrays.stop)), np.inf)
        for k in range(n_classes):
            members = classes == k
            may = np.isfinite(arrays.extra_cny[members])
            able.append(np.flatnonzero(may.any(axis=0)).astype(np.int64))
            ends = np.where(may, arrays.end_cny[members], np.inf)
            least_end[k] = np.minimum(ends.min(axis=0), 1e15)
        labels = _room(arrays, most_labels)
        waits = (arrays.stop["earliest_s"] > -NEVER_S).any() or arrays.windows.shape[1] > 0
        return cls(
            arrays, slack, direct, classes, able, least_end, labels, most_labels, bool(waits)
        )

    def bounds(self, duals: Floats, *, gap_cny: float = 0.0, slot_s: int = SLOT_S) -> Prepared:
        """Return completion bounds and what is behind them, see `Prepared`."""
        stops = self.arrays.stop
        gain = duals[stops["job"]] - stops["price_cny"]
        worth = gain + self.slack + gap_cny
        until = useful_until(stops, self.arrays.bends, worth, FOREVER_S)
        lists = [k[np.argsort(-until[k], kind="stable")] for k in self.able]
        resting = self._resting(until)
        if not resting.any():
            lists = [k[until[k] > 0] for k in lists]
        choices = np.zeros((len(lists), max([1, *(len(k) for k in lists)])), dtype=np.int64)
        for k, it in enumerate(lists):
            choices[k, : len(it)] = it
        n_choices = np.array([len(k) for k in lists], dtype=np.int64)
        ahead = until[until < FOREVER_S]
        horizon_s = min(int(ahead.max(initial=0)) + slot_s, MOST_SLOTS * slot_s)
        n_slots = max(1, -(-horizon_s // slot_s))
        shape = (len(lists), len(stops), n_slots)
        first, second = np.zeros(shape), np.zeros(shape)
        next_job, after = np.full(shape, -1, dtype=np.int32), np.zeros(len(lists))
        rate = float(self.arrays.unit["drive_rate"][0])
        completion_bounds(
            self.arrays.travel_s,
            stops,
            self.arrays.bends,
            rate,
            self.least_end,
            gain,
            until,
            choices,
            n_choices,
            slot_s,
            n_slots,
            first,
            second,
            next_job,
            after,
        )
        bounds = Completions(first, second, next_job, after, self.least_end, slot_s)
        return bounds, gain, until, choices, n_choices, resting

    def _near(self, gain: Floats) -> Ints:
        """Return for each choice those that pay most right after it."""
        n, rate = len(gain), float(self.arrays.unit["drive_rate"][0])
        if n <= N_NEAR:
            return NOT_NEAR
        worth = self.arrays.travel_s[:n] * (rate + DELAY_CNY) - gain
        return np.ascontiguousarray(np.argpartition(worth, N_NEAR, axis=1)[:, :N_NEAR])

    def _resting(self, until: Ints) -> Ints:
        """Return for each unit whether a break can come before a job that is of use.

        Where all that is of use is reached before any break may begin, and done by the time
        that it must, each job goes before the break, as if there were none.
        """
        rests, stops = self.arrays.rests, self.arrays.stop
        resting = np.zeros(len(self.arrays.unit), dtype=np.int64)
        if rests.shape[1] == 0:
            return resting
        starts_s = np.maximum(until, stops["earliest_s"])
        for z in range(self.arrays.windows.shape[1]):
            opens_s = self.arrays.windows[:, z, 0]
            starts_s = np.maximum(starts_s, np.where(opens_s < NEVER_S, opens_s, 0))
        done_s = starts_s + stops["work_s"]
        for u, k in enumerate(self.classes):
            useful = self.able[k][until[self.able[k]] > 0]
            before = rests[u, :, 0].min() >= until[useful].max(initial=0)
            after = rests[u, :, 1].min() >= done_s[useful].max(initial=0)
            resting[u] = rests[u, 0, 0] < NEVER_S and not (before and after)
        return resting

    def price(  # noqa: PLR0913 - all but the duals and thresholds have a default
        self,
        duals: Floats,
        threshold: Floats,
        *,
        active: Ints | None = None,
        most: int = 5,
        gap_cny: float | None = None,
        beam: bool = False,
        most_labels: int | None = None,
        slot_s: int = SLOT_S,
        room: int | None = None,
        prepared: Prepared | None = None,
    ) -> Priced:
        """Return routes with a reduced cost below ``threshold[u]``, at most ``most`` by unit.

        With ``gap_cny`` all of them are asked for, the cheapest for each set of jobs, where
        ``threshold`` is the least reduced cost of each unit plus ``gap_cny``: a job that loses more
        than that is in none of them, since without it the route would be cheaper than the least.
        ``beam`` is quick and proves nothing.
        """
        n_units, every = len(self.arrays.unit), gap_cny is not None
        room = n_units * most if room is None else room
        if len(self.room.entry) < room:
            self.room = _written(room)
        found = Found(
            *self.room,
            size=np.zeros(2, dtype=np.int64),
            least=np.zeros(n_units, dtype=np.float64),
            exact=np.zeros(n_units, dtype=np.int64),
            floor=np.zeros(n_units, dtype=np.float64),
            labels=np.zeros(n_units, dtype=np.int64),
        )
        if prepared is None:
            prepared = self.bounds(duals, gap_cny=gap_cny or 0.0, slot_s=slot_s)
        bounds, gain, until, choices, n_choices, resting = prepared
        active = np.ones(n_units, dtype=np.int64) if active is None else active
        cap = self.most_labels if most_labels is None else most_labels
        price_units(
            self.arrays,
            duals,
            threshold,
            active,
            resting,
            self.classes,
            gain,
            until,
            choices,
            n_choices,
            bounds,
            self.labels,
            found,
            self._near(gain) if beam else NOT_NEAR,
            most,
            min(cap, self.most_labels),
            self.direct,
            every,
            beam,
            self.patient,
        )
        complete = not every or found.size[1] == 0
        exact, n = bool(found.exact.all()) and complete, int(found.size[0])
        found = found._replace(
            entry=found.entry[:n].copy(),
            length=found.length[:n].copy(),
            route=found.route[:n].copy(),
            reduced=found.reduced[:n].copy(),
        )
        return Priced(found, found.least, exact, n)

    def price_unless_late(
        self,
        duals: Floats,
        threshold: Floats,
        late: Callable[[], bool],
        *,
        most_labels: int,
        slot_s: int = SLOT_S,
    ) -> Priced | None:
        """Return what `price` does; ``None`` as soon as it is late, with units not priced yet.

        At duals that are far off, hundreds of units can take seconds.
        """
        n_units, prepared = len(self.arrays.unit), self.bounds(duals, slot_s=slot_s)
        parts: list[tuple[slice, Priced]] = []
        for start in range(0, n_units, UNITS_A_LOOK):
            if parts and late():
                return None
            which = slice(start, start + UNITS_A_LOOK)
            active = np.zeros(n_units, dtype=np.int64)
            active[which] = 1
            priced = self.price(
                duals, threshold, active=active, most_labels=most_labels, prepared=prepared
            )
            parts.append((which, priced))
        return _joined(parts)


def _joined(parts: list[tuple[slice, Priced]]) -> Priced:
    """Return what was priced for some units after the others as if it were for all at once."""
    found = [(which, it.found, it.n_written) for which, it in parts]
    whole = Found(
        entry=np.concatenate([it.entry[:n] for _, it, n in found]),
        length=np.concatenate([it.length[:n] for _, it, n in found]),
        route=np.concatenate([it.route[:n] for _, it, n in found]),
        reduced=np.concatenate([it.reduced[:n] for _, it, n in found]),
        size=np.sum([it.size for _, it, _ in found], axis=0),
        least=np.concatenate([it.least[which] for which, it, _ in found]),
        exact=np.concatenate([it.exact[which] for which, it, _ in found]),
        floor=np.concatenate([it.floor[which] for which, it, _ in found]),
        labels=np.concatenate([it.labels[which] for which, it, _ in found]),
    )
    return Priced(whole, whole.least, bool(whole.exact.all()), len(whole.entry))


def _written(room: int) -> Written:
    return Written(
        entry=np.empty(room, dtype=np.int64),
        length=np.empty(room, dtype=np.int64),
        route=np.empty((room, LONGEST_ROUTE), dtype=np.int64),
        reduced=np.empty(room, dtype=np.float64),
    )


def _room(arrays: Arrays, most_labels: int) -> Labels:
    n_words = max(1, -(-len(arrays.job) // 64))
    size = most_labels + 1024
    n_buckets = 1 << max(12, int(len(arrays.stop) - 1).bit_length())
    return Labels(
        time_s=np.zeros(size, dtype=np.int64),
        cny=np.zeros(size, dtype=np.float64),
        kwh=np.zeros(size, dtype=np.float64),
        n_rests=np.zeros(size, dtype=np.int64),
        low=np.zeros(size, dtype=np.float64),
        choice=np.zeros(size, dtype=np.int64),
        parent=np.zeros(size, dtype=np.int64),
        entry=np.zeros(size, dtype=np.int64),
        done=np.zeros((size, n_words), dtype=np.uint64),
        dead=np.zeros(size, dtype=np.int64),
        next=np.zeros(size, dtype=np.int64),
        bucket=np.zeros(n_buckets, dtype=np.int64),
        chosen=np.zeros(size, dtype=np.int64),
        rank=np.zeros(size, dtype=np.float64),
    )
