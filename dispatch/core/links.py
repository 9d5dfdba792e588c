"""Jobs that wait for each other: the times of all routes together.

A `Link` holds between two jobs on routes. Service of a job that waits starts as early as all its
links allow: the least times that keep every link, found by letting jobs wait longer and longer
until nothing moves (the Bellman-Ford way through difference constraints; Dechter, Meiri and Pearl,
*Temporal constraint networks*, 1991). Kept ``FULL`` commitments never wait: what waits for them
takes their times, and a link whose ``after`` is a fact asks for nothing.

Routes that share no link are timed one by one, as `schedule` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dispatch.core.compiled import Compiled, JobLink
from dispatch.core.schedule import Broken, Stop, Timetable, timetable

Stops = Mapping[int, Stop]
"""The stop of each job that is on a route and part of a link."""


def timetables(compiled: Compiled, tours: Sequence[Sequence[int]]) -> list[Timetable | Broken]:
    """Return the times of all routes, by unit number, or the rules that they break.

    The rule of a link that cannot be kept is ``linked``, at the choice that waits in vain.
    """
    linked = linked_timetables(compiled, tours)
    return [linked.get(u) or timetable(compiled, u, tour) for u, tour in enumerate(tours)]


def linked_timetables(
    compiled: Compiled, tours: Sequence[Sequence[int]]
) -> dict[int, Timetable | Broken]:
    """Return the times of the routes that have linked jobs, or the rules that they break."""
    units = linked_units(compiled, tours)
    found = {u: timetable(compiled, u, tours[u]) for u in units}
    if units:
        _settle(compiled, tours, found)
    return found


def linked_units(compiled: Compiled, tours: Sequence[Sequence[int]]) -> list[int]:
    """Return the units whose times may depend on other units."""
    if not compiled.links:
        return []
    return [
        u
        for u, tour in enumerate(tours)
        if any(compiled.job_of[choice] in compiled.linked for choice in tour)
    ]


def _settle(
    compiled: Compiled, tours: Sequence[Sequence[int]], found: dict[int, Timetable | Broken]
) -> None:
    """Replace the routes with linked jobs by ones that wait, or by the rule they break."""
    unit_of = {compiled.job_of[c]: u for u in found for c in tours[u]}
    early: dict[int, int] = {}
    for _ in range(_most_rounds(compiled)):
        stops = _stops(compiled, found)
        if stops is None:
            return
        later = {job: s for job, s in _needed(compiled, stops) if s > stops[job].start_s}
        if not later:
            break
        for job, at_s in _needed(compiled, stops):
            early[job] = max(at_s, early.get(job, at_s))
        for u in {unit_of[job] for job in later}:
            found[u] = timetable(compiled, u, tours[u], early)
    else:
        stops = {}
    for choice in _unkept(compiled, [tours[u] for u in found], stops):
        found[unit_of[compiled.job_of[choice]]] = Broken("linked", choice)


def _most_rounds(compiled: Compiled) -> int:
    """Return how often times may move before it is clear that they never come to rest."""
    n_windows = max((len(compiled.jobs[j].windows) for j in compiled.linked), default=0)
    return 8 + 4 * len(compiled.links) * (1 + n_windows)


def _stops(compiled: Compiled, found: Mapping[int, Timetable | Broken]) -> dict[int, Stop] | None:
    """Return the stops of linked jobs, ``None`` where a route breaks a rule."""
    result = {}
    for times in found.values():
        if isinstance(times, Broken):
            return None
        for stop in times.stops:
            if compiled.job_of[stop.choice] in compiled.linked:
                result[compiled.job_of[stop.choice]] = stop
    return result


def _needed(compiled: Compiled, stops: Stops) -> Iterator[tuple[int, int]]:
    """Yield jobs and how early their service may start at the earliest, links as they stand."""
    for it in compiled.links:
        before, after = stops.get(it.before), stops.get(it.after)
        if before is None or after is None or after.fact:
            continue
        since_s = before.end_s if it.link.since == "end" else before.start_s
        yield it.after, since_s + it.link.least_s
        if it.link.most_s is not None and not before.fact:
            yield it.before, before.start_s + after.start_s - it.link.most_s - since_s


def _unkept(compiled: Compiled, tours: Sequence[Sequence[int]], stops: Stops) -> Iterator[int]:
    """Yield the choices whose links do not hold once all times are at rest."""
    choice_of = {compiled.job_of[c]: c for tour in tours for c in tour}
    for it in compiled.links:
        for job in _unkept_jobs(it, choice_of, stops):
            yield choice_of[job]


def _unkept_jobs(it: JobLink, choice_of: Mapping[int, int], stops: Stops) -> Iterator[int]:
    before, after = stops.get(it.before), stops.get(it.after)
    waits = it.after in choice_of and not (after is not None and after.fact)
    if waits and (after is None or before is None or _too_far_apart(it, before, after)):
        yield it.after
    alone = it.link.both and it.before in choice_of and it.after not in choice_of
    if alone and (before is None or not before.fact):
        yield it.before


def _too_far_apart(it: JobLink, before: Stop, after: Stop) -> bool:
    since_s = before.end_s if it.link.since == "end" else before.start_s
    gap_s = after.start_s - since_s
    return gap_s < it.link.least_s or (it.link.most_s is not None and gap_s > it.link.most_s)
