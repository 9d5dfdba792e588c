"""Small problems for the optimizer core that cover every feature, also the impossible ones."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from dispatch.core.model import (
    UNREACHABLE_S,
    Break,
    Commitment,
    Coverage,
    Job,
    LatenessCurve,
    Link,
    Lock,
    Option,
    Prices,
    Problem,
    Unit,
    Visit,
    Window,
)

EPOCH = datetime(2026, 1, 5, 8, tzinfo=UTC)
SKILLS = ("repair", "tow", "charge")


@st.composite
def problems(
    draw: st.DrawFn, max_units: int = 4, max_jobs: int = 5, *, links: bool = True
) -> Problem:
    """Draw a valid problem; nothing guarantees that anything in it can be done.

    Every construct of the model occurs; without ``links`` no job waits for another.
    """
    n_places = draw(st.integers(1, 6))
    n_units = draw(st.integers(0, max_units))
    n_jobs = draw(st.integers(0, max_jobs))
    units = tuple(draw(units_at(f"u{i}", n_places)) for i in range(n_units))
    jobs = tuple(draw(jobs_at(f"j{i}", n_places)) for i in range(n_jobs))
    return Problem(
        epoch=EPOCH,
        travel_s=draw(travel_times(n_places)),
        units=units,
        jobs=jobs,
        commitments=draw(commitments(units, jobs)),
        prices=Prices(draw(st.sampled_from([0.0, 1.0])), 2.0, 3.0),
        links=draw(links_between(jobs)) if links and draw(st.integers(0, 2)) == 0 else (),
    )


@st.composite
def links_between(draw: st.DrawFn, jobs: tuple[Job, ...]) -> tuple[Link, ...]:
    """Draw links from earlier to later jobs, so that none waits for itself."""
    pairs = [(a.id, b.id) for i, a in enumerate(jobs) for b in jobs[i + 1 :]]
    if not pairs:
        return ()
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=3, unique=True))
    result = []
    for before, after in chosen:
        least_s, most_s = draw(st.sampled_from([(0, None), (0, 300), (-60, 60), (600, 2400)]))
        since, both = draw(st.sampled_from(["start", "end"])), draw(st.booleans())
        result.append(Link(before, after, since, least_s, most_s, both))
    return tuple(result)


@st.composite
def travel_times(draw: st.DrawFn, n_places: int) -> NDArray[np.int32]:
    """Draw directed times without triangle inequality, some ways missing."""
    cell = st.integers(0, 1800) | st.integers(0, 1800) | st.just(UNREACHABLE_S)
    if draw(st.booleans()):
        cell = st.integers(0, 1800)
    rows = draw(
        st.lists(
            st.lists(cell, min_size=n_places, max_size=n_places),
            min_size=n_places,
            max_size=n_places,
        )
    )
    matrix = np.array(rows, dtype=np.int32)
    np.fill_diagonal(matrix, 0)
    return matrix


def skills() -> st.SearchStrategy[frozenset[str]]:
    """Draw a set of skills."""
    return st.frozensets(st.sampled_from(SKILLS), max_size=3)


@st.composite
def units_at(draw: st.DrawFn, unit_id: str, n_places: int) -> Unit:
    """Draw a unit: busy or free, with or without home, shift, wall and stock."""
    place = st.integers(0, n_places - 1)
    return Unit(
        id=unit_id,
        has=draw(skills() | st.just(frozenset(SKILLS))),
        start_place=draw(place),
        available_s=draw(st.sampled_from([0, 0, 300, 1200])),
        end_place=draw(st.none() | place),
        shift_end_s=draw(st.sampled_from([10**7, 0, 1800, 3600])),
        hard_end_s=draw(st.sampled_from([None, None, 2400, 5400])),
        kwh=draw(st.sampled_from([0.0, 10.0, 25.0])),
        kept_cny=draw(st.sampled_from([0.0, 0.0, 20.0])),
        breaks=draw(st.sampled_from([(), (), (), *BREAKS])),
        coverage=draw(coverages(n_places)) if draw(st.integers(0, 3)) == 0 else (),
    )


BREAKS = (
    (Break(0, 1200, 600),),
    (Break(600, 600, 900),),
    (Break(-600, 0, 300), Break(1800, 3000, 1200)),
)
"""Soon, at a fixed time, overdue and another later."""


@st.composite
def coverages(draw: st.DrawFn, n_places: int) -> tuple[Coverage, ...]:
    """Draw what is lost at each place, for one or two skills."""
    price = st.sampled_from([0.0, 5.0, 25.0])
    prices = st.lists(price, min_size=n_places, max_size=n_places)
    skills_lost = draw(st.lists(st.sampled_from(SKILLS), min_size=1, max_size=2, unique=True))
    return tuple(Coverage(skill, tuple(draw(prices))) for skill in skills_lost)


@st.composite
def jobs_at(draw: st.DrawFn, job_id: str, n_places: int) -> Job:
    """Draw a job with one to three options, a target and sometimes a window."""
    names = draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=3, unique=True))
    earliest_s = draw(st.sampled_from([0, 0, 600, -600]))
    width_s = draw(st.sampled_from([None, None, 0, 900, 3600]))
    return Job(
        id=job_id,
        options=tuple(draw(options_named(name, n_places)) for name in names),
        target_s=draw(st.integers(-900, 2700)),
        earliest_s=earliest_s,
        latest_s=None if width_s is None else earliest_s + width_s,
        lateness=draw(curves()),
        wait_cny_per_min=draw(st.sampled_from([0.0, 0.5])),
        unassigned_cny=draw(st.sampled_from([0.0, 60.0, 10_000.0])),
        excluded_units=draw(st.just(frozenset()) | st.just(frozenset({"u0"}))),
        windows=draw(st.sampled_from([(), (), (), *WINDOWS])),
    )


WINDOWS = (
    (Window(0, 900), Window(1500, 2700)),
    (Window(-900, -300), Window(600, 600), Window(1800, 10**6)),
    (Window(1200, 1500),),
)
"""Two, one of them over and one an instant, one alone."""


@st.composite
def options_named(draw: st.DrawFn, name: str, n_places: int) -> Option:
    """Draw one way to do a job, of one or two visits."""
    visit = st.builds(Visit, st.integers(0, n_places - 1), st.sampled_from([0, 300, 1500]))
    return Option(
        name=name,
        needs=draw(st.just(frozenset()) | skills()),
        visits=tuple(draw(st.lists(visit, min_size=1, max_size=2))),
        price_cny=draw(st.sampled_from([0.0, 0.0, 15.0])),
        kwh=draw(st.sampled_from([0.0, 0.0, 10.0])),
    )


def curves() -> st.SearchStrategy[LatenessCurve]:
    """Draw a convex lateness curve."""
    return st.sampled_from(
        [
            LatenessCurve(),
            LatenessCurve(((0, 2.0), (600, 5.0)), breach_cny=40.0),
            LatenessCurve(((0, 0.0), (300, 1.0), (900, 10.0))),
        ]
    )


@st.composite
def commitments(
    draw: st.DrawFn, units: tuple[Unit, ...], jobs: tuple[Job, ...]
) -> tuple[Commitment, ...]:
    """Draw a plan in force: some jobs, each with a unit and a lock."""
    if not units:
        return ()
    result = []
    for position, job in enumerate(jobs):
        if draw(st.booleans()):
            continue
        result.append(
            Commitment(
                job_id=job.id,
                unit_id=draw(st.sampled_from(units)).id,
                lock=draw(st.sampled_from(list(Lock))),
                position=position,
                option=draw(st.sampled_from(job.options)).name,
                start_s=draw(st.none() | st.integers(-600, 1800)),
                release_cny=draw(st.sampled_from([None, 0.0, 25.0])),
            )
        )
    return tuple(result)
