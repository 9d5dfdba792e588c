"""Are the links between jobs well-formed? Part of `validate`."""

from __future__ import annotations

from collections.abc import Iterator

from dispatch.core.model import Link, Problem
from kernel.errors import Fault


def link_faults(problem: Problem) -> Iterator[Fault]:
    """Yield what is wrong with the links of a problem; the times are `validate`'s."""
    jobs = {job.id for job in problem.jobs}
    pairs: set[tuple[str, str]] = set()
    for i, link in enumerate(problem.links):
        at = f"/links/{i}"
        for name, job_id in (("before", link.before), ("after", link.after)):
            if job_id not in jobs:
                message = f"There is no job {job_id!r}."
                yield Fault(f"{at}/{name}", "link.job", message, "Name a job of the problem.")
        if link.since not in ("start", "end"):
            message = f"{link.since!r} is neither start nor end."
            yield Fault(f"{at}/since", "link.since", message, "Use start or end.")
        if link.most_s is not None and link.most_s < link.least_s:
            message = f"most_s {link.most_s} is less than least_s {link.least_s}."
            yield Fault(f"{at}/most_s", "link.gap", message, "Swap or widen them.")
        if (link.before, link.after) in pairs:
            message = f"{link.before!r} and {link.after!r} are linked twice."
            yield Fault(at, "link.twice", message, "Say it once.")
        pairs.add((link.before, link.after))
    circle = _circle(problem.links)
    if circle is not None:
        message = f"{circle!r} waits for itself, by way of other jobs."
        yield Fault("/links", "link.circle", message, "Take one of the links away.")


def _circle(links: tuple[Link, ...]) -> str | None:
    """Return a job that comes before itself, if there is one."""
    followers: dict[str, set[str]] = {}
    for link in links:
        followers.setdefault(link.before, set()).add(link.after)
    for job, next_ones in followers.items():
        seen: set[str] = set()
        front = set(next_ones)
        while front:
            seen |= front
            front = {it for name in front for it in followers.get(name, ())} - seen
        if job in seen:
            return job
    return None
