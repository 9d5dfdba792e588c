"""The checker's own view of all routes together: who waits for whom. Part of `checker`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dispatch.core.checker_times import Book, Step, Times, Violation, route_money, work_out
from dispatch.core.model import Link, Lock

Sequences = Mapping[str, Sequence[Step]]
"""The jobs of each unit in order, by unit id; idle units may be missing."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """All routes worked out, by unit id, and the links that they break."""

    times: Mapping[str, Times]
    links: tuple[Violation, ...]

    @property
    def broken(self) -> bool:
        """Whether any rule is broken."""
        return bool(self.links) or any(it.broken for it in self.times.values())


def work_out_all(book: Book, sequences: Sequences) -> Sheet:
    """Return the earliest times at which every link is kept."""
    early: dict[str, float] = {}
    times: dict[str, Times] = {}
    for _ in range(_most_rounds(book)):
        times = {u: work_out(book, book.units[u], s, early) for u, s in sequences.items()}
        if any(it.broken for it in times.values()):
            return Sheet(times, ())
        starts = _starts(book, sequences, times)
        waits = [wait for link in book.problem.links for wait in _waits(link, starts)]
        later = {job: at_s for job, at_s in waits if at_s > starts[job][0]}
        if not later:
            return Sheet(times, tuple(_broken(book, starts)))
        for job, at_s in waits:
            early[job] = max(at_s, early.get(job, -math.inf))
    return Sheet(times, (Violation("link.endless", "Jobs wait for each other for ever."),))


def money(book: Book, sequences: Sequences, sheet: Sheet) -> Iterator[tuple[str, float]]:
    """Yield what all routes cost, idle units included: term and CNY."""
    for unit in book.problem.units:
        steps = sequences.get(unit.id, ())
        times = sheet.times.get(unit.id) or work_out(book, unit, steps)
        yield from route_money(book, unit, steps, times)


Starts = Mapping[str, tuple[float, float, bool]]
"""Of each job on a route: start and end of service, and whether it is a fact."""


def _most_rounds(book: Book) -> int:
    """Return how often times may move: as often as `links` says, since a plan may need it."""
    n_linked = {name for it in book.problem.links for name in (it.before, it.after)}
    n_windows = max((len(book.jobs[name].windows) for name in n_linked), default=0)
    return 9 + 4 * len(book.problem.links) * (1 + n_windows)


def _starts(book: Book, sequences: Sequences, times: Mapping[str, Times]) -> Starts:
    result = {}
    for unit_id, steps in sequences.items():
        route = times[unit_id]
        for i, ((job, _), (_, start_s, end_s, _)) in enumerate(
            zip(steps, route.stops, strict=True)
        ):
            c = book.committed.get(job.id)
            fact = i < route.n_kept and c is not None and c.lock == Lock.FULL
            result[job.id] = (start_s, end_s, fact)
    return result


def _waits(link: Link, starts: Starts) -> Iterator[tuple[str, float]]:
    """Yield who may not start before when, for one link between two jobs on routes."""
    if link.before not in starts or link.after not in starts:
        return
    start_s, end_s, is_fact = starts[link.before]
    after_s, _, after_is_fact = starts[link.after]
    if after_is_fact:
        return
    reference_s = end_s if link.since == "end" else start_s
    yield link.after, reference_s + link.least_s
    if link.most_s is not None and not is_fact:
        yield link.before, start_s + (after_s - reference_s - link.most_s)


def _broken(book: Book, starts: Starts) -> Iterator[Violation]:
    for link in book.problem.links:
        before, after = starts.get(link.before), starts.get(link.after)
        if after is not None and not after[2] and before is None:
            sentence = f"{link.after!r} is done without {link.before!r}, which it waits for."
            yield Violation("link.alone", sentence)
        if link.both and before is not None and not before[2] and after is None:
            sentence = f"{link.before!r} is done without {link.after!r}, which belongs to it."
            yield Violation("link.alone", sentence)
        if before is None or after is None or after[2]:
            continue
        gap_s = after[0] - (before[1] if link.since == "end" else before[0])
        if gap_s < link.least_s or (link.most_s is not None and gap_s > link.most_s):
            sentence = f"{link.after!r} starts {gap_s:.0f} s after {link.before!r}."
            yield Violation("link.gap", sentence)
