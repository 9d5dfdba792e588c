"""The same kind of problems as `problems`, by number: problem 4711 is the same for everybody."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

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
from tests.strategies.problems import BREAKS, EPOCH, SKILLS, WINDOWS

CURVES = (
    LatenessCurve(),
    LatenessCurve(((0, 2.0), (600, 5.0)), breach_cny=40.0),
    LatenessCurve(((0, 0.0), (300, 1.0), (900, 10.0))),
)
GAPS = ((0, None), (0, 300), (-60, 60), (600, 2400))


def seeded_problem(
    seed: int, *, max_units: int = 4, max_jobs: int = 5, links: bool = True
) -> Problem:
    """Return problem number ``seed``: one in three metric, one in five hard to fulfil."""
    rng = random.Random(seed)
    n_places = rng.randint(1, 7)
    units = tuple(_unit(rng, f"u{i}", n_places) for i in range(rng.randint(0, max_units)))
    jobs = tuple(_job(rng, f"j{i}", n_places) for i in range(rng.randint(0, max_jobs)))
    return Problem(
        epoch=EPOCH,
        travel_s=_travel(rng, n_places),
        units=units,
        jobs=jobs,
        commitments=_commitments(rng, units, jobs),
        prices=Prices(rng.choice([0.0, 1.0]), 2.0, rng.choice([0.0, 3.0])),
        links=seeded_links(rng, jobs) if links and rng.random() < 0.3 else (),
    )


def _travel(rng: random.Random, n: int) -> Any:
    """Return times: rounded roads on a plane, or arbitrary, or with ways missing."""
    kind = rng.randrange(3)
    if kind == 0:
        points = np.array([[rng.random(), rng.random()] for _ in range(n)])
        matrix = np.linalg.norm(points[:, None] - points[None, :], axis=2) * 1800
        return matrix.astype(np.int32)
    cells = [[rng.randint(0, 1800) for _ in range(n)] for _ in range(n)]
    if kind == 2:
        cells = [[UNREACHABLE_S if rng.random() < 0.15 else s for s in row] for row in cells]
    matrix = np.array(cells, dtype=np.int32).reshape(n, n)
    np.fill_diagonal(matrix, 0)
    return matrix


def _some(rng: random.Random, share: float) -> frozenset[str]:
    return frozenset(name for name in SKILLS if rng.random() < share)


def _unit(rng: random.Random, unit_id: str, n_places: int) -> Unit:
    return Unit(
        id=unit_id,
        has=_some(rng, 0.7),
        start_place=rng.randrange(n_places),
        available_s=rng.choice([0, 0, 300, 1200]),
        end_place=rng.choice([None, rng.randrange(n_places)]),
        shift_end_s=rng.choice([10**7, 0, 1800, 3600]),
        hard_end_s=rng.choice([None, None, None, 2400, 5400]),
        kwh=rng.choice([0.0, 10.0, 25.0]),
        kept_cny=rng.choice([0.0, 0.0, 20.0]),
        breaks=rng.choice([(), (), (), (Break(900, 2700, 600),), *BREAKS]),
        coverage=_coverage(rng, n_places) if rng.random() < 0.3 else (),
    )


def _coverage(rng: random.Random, n_places: int) -> tuple[Coverage, ...]:
    return tuple(
        Coverage(skill, tuple(rng.choice([0.0, 5.0, 25.0]) for _ in range(n_places)))
        for skill in SKILLS[: rng.randint(1, 2)]
    )


def _job(rng: random.Random, job_id: str, n_places: int) -> Job:
    earliest_s = rng.choice([0, 0, 600, -600])
    width_s = rng.choice([None, None, None, 0, 900, 3600])
    names = rng.sample("abc", rng.randint(1, 3))
    return Job(
        id=job_id,
        options=tuple(_option(rng, name, n_places) for name in names),
        target_s=rng.randint(-900, 2700),
        earliest_s=earliest_s,
        latest_s=None if width_s is None else earliest_s + width_s,
        lateness=rng.choice(CURVES),
        wait_cny_per_min=rng.choice([0.0, 0.5]),
        unassigned_cny=rng.choice([0.0, 60.0, 10_000.0, 10_000.0]),
        excluded_units=rng.choice([frozenset(), frozenset(), frozenset({"u0"})]),
        windows=rng.choice([(), (), (), (Window(300, 1200), Window(1800, 5400)), *WINDOWS]),
    )


def _option(rng: random.Random, name: str, n_places: int) -> Option:
    visits = tuple(
        Visit(rng.randrange(n_places), rng.choice([0, 300, 1500]))
        for _ in range(rng.choice([1, 1, 2]))
    )
    needs = _some(rng, 0.2)
    return Option(name, needs, visits, rng.choice([0.0, 0.0, 15.0]), rng.choice([0.0, 0.0, 10.0]))


def _commitments(
    rng: random.Random, units: tuple[Unit, ...], jobs: tuple[Job, ...]
) -> tuple[Commitment, ...]:
    if not units or rng.random() < 0.4:
        return ()
    return tuple(
        Commitment(
            job_id=job.id,
            unit_id=rng.choice(units).id,
            lock=rng.choice(list(Lock)),
            position=position,
            option=rng.choice(job.options).name,
            start_s=rng.choice([None, rng.randint(-600, 1800)]),
            release_cny=rng.choice([None, 0.0, 25.0]),
        )
        for position, job in enumerate(jobs)
        if rng.random() < 0.4
    )


def seeded_links(rng: random.Random, jobs: tuple[Job, ...]) -> tuple[Link, ...]:
    pairs = [(a.id, b.id) for i, a in enumerate(jobs) for b in jobs[i + 1 :]]
    chosen = rng.sample(pairs, min(len(pairs), rng.randint(1, 3)))
    return tuple(
        Link(a, b, rng.choice(["start", "end"]), *rng.choice(GAPS), rng.random() < 0.4)
        for a, b in chosen
    )
