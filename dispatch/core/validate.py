"""Is a problem well-formed? All faults at once, each with a pointer, a code and a remedy.

Infeasible is not invalid: a job that nobody can do, a window in the past or a place without a way
are results of solving, not faults of the input.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import numpy as np

from dispatch.core.locks import is_head
from dispatch.core.model import UNREACHABLE_S, Commitment, Job, LatenessCurve, Option, Problem, Unit
from dispatch.core.validate_links import link_faults
from kernel.errors import Fault, InvalidInput

MOST_S = 10**9
"""Times and durations stay below this, seconds (about 31 years), so that sums cannot overflow."""

MOST_CNY = 1e9
"""Prices stay below this, CNY."""

MOST_KWH = 1e6
"""Energy stays below this, kWh."""


def check_problem(problem: Problem) -> None:
    """Check everything that engines take for granted.

    Raises
    ------
    InvalidInput
        With all faults found.
    """
    faults = list(_faults(problem))
    if faults:
        raise InvalidInput(faults)


def _faults(problem: Problem) -> Iterator[Fault]:
    if problem.epoch.tzinfo is None:
        yield Fault("/epoch", "epoch.naive", "epoch has no time zone.", "Give an aware UTC time.")
    yield from _matrix_faults(problem)
    n_places = len(problem.travel_s) if problem.travel_s.ndim == 2 else 0
    yield from _id_faults("/units", "unit", [unit.id for unit in problem.units])
    for i, unit in enumerate(problem.units):
        yield from _unit_faults(f"/units/{i}", unit, n_places)
    yield from _id_faults("/jobs", "job", [job.id for job in problem.jobs])
    for i, job in enumerate(problem.jobs):
        yield from _job_faults(f"/jobs/{i}", job, n_places)
    yield from _commitment_faults(problem)
    yield from link_faults(problem)
    for i, link in enumerate(problem.links):
        yield from _whole(f"/links/{i}/least_s", link.least_s, -MOST_S, "Count seconds.")
        if link.most_s is not None:
            yield from _whole(f"/links/{i}/most_s", link.most_s, -MOST_S, "Count seconds.")
    for name in ("drive_cny_per_min", "overtime_cny_per_min", "change_cny"):
        yield from _amount(f"/prices/{name}", getattr(problem.prices, name), MOST_CNY)


def _matrix_faults(problem: Problem) -> Iterator[Fault]:
    at, matrix = "/travel_s", problem.travel_s
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        yield Fault(at, "matrix.shape", f"travel_s has shape {matrix.shape}.", "Make it square.")
        return
    if matrix.dtype != np.int32:
        yield Fault(at, "matrix.dtype", f"travel_s is {matrix.dtype}.", "Give int32 seconds.")
        return
    if (matrix < 0).any():
        row, column = np.argwhere(matrix < 0)[0].tolist()
        message = f"{matrix[row, column]} s from {row} to {column} is negative."
        yield Fault(f"{at}/{row}/{column}", "matrix.negative", message, "Give 0 or more.")
    if ((matrix > MOST_S) & (matrix != UNREACHABLE_S)).any():
        message = f"A travel time is above {MOST_S} s."
        remedy = f"Mark missing ways with null ({UNREACHABLE_S} in an array)."
        yield Fault(at, "matrix.large", message, remedy)
    if matrix.diagonal().any():
        place = int(np.flatnonzero(matrix.diagonal())[0])
        told = int(matrix[place, place])
        away = "without a way to" if told == UNREACHABLE_S else f"{told} s away from"
        message = f"Place {place} is {away} itself."
        yield Fault(f"{at}/{place}/{place}", "matrix.diagonal", message, "Make the diagonal 0.")


def _unit_faults(at: str, unit: Unit, n_places: int) -> Iterator[Fault]:
    yield from _place(f"{at}/start_place", unit.start_place, n_places)
    if unit.end_place is not None:
        yield from _place(f"{at}/end_place", unit.end_place, n_places)
    yield from _whole(f"{at}/available_s", unit.available_s, 0)
    yield from _whole(f"{at}/shift_end_s", unit.shift_end_s, -MOST_S)
    if unit.hard_end_s is not None:
        yield from _whole(f"{at}/hard_end_s", unit.hard_end_s, -MOST_S)
    yield from _amount(f"{at}/kwh", unit.kwh, MOST_KWH)
    yield from _amount(f"{at}/kept_cny", unit.kept_cny, MOST_CNY)
    yield from _break_faults(f"{at}/breaks", unit)
    for i, coverage in enumerate(unit.coverage):
        if len(coverage.cny) != n_places:
            message = f"{len(coverage.cny)} prices for {n_places} places."
            remedy = "Give one price for each place."
            yield Fault(f"{at}/coverage/{i}/cny", "coverage.places", message, remedy)
        for place, cny in enumerate(coverage.cny):
            yield from _amount(f"{at}/coverage/{i}/cny/{place}", cny, MOST_CNY)


def _break_faults(at: str, unit: Unit) -> Iterator[Fault]:
    free_s = -MOST_S
    for i, rest in enumerate(unit.breaks):
        yield from _whole(f"{at}/{i}/duration_s", rest.duration_s, 0, "Count seconds.")
        yield from _window_faults(f"{at}/{i}", rest.earliest_s, rest.latest_s)
        if rest.earliest_s < free_s:
            message = f"The break may begin at {rest.earliest_s} s, the one before end at {free_s}."
            remedy = "Sort the breaks, and keep their times apart."
            yield Fault(f"{at}/{i}", "break.order", message, remedy)
        free_s = rest.latest_s + rest.duration_s


def _window_faults(at: str, earliest_s: int, latest_s: int) -> Iterator[Fault]:
    yield from _whole(f"{at}/earliest_s", earliest_s, -MOST_S)
    yield from _whole(f"{at}/latest_s", latest_s, -MOST_S)
    if latest_s < earliest_s:
        message = f"latest_s {latest_s} lies before earliest_s {earliest_s}."
        yield Fault(f"{at}/latest_s", "window.reversed", message, "Swap the two.")


def _job_faults(at: str, job: Job, n_places: int) -> Iterator[Fault]:
    if not job.options:
        message = f"Job {job.id!r} has no option."
        yield Fault(f"{at}/options", "job.no_option", message, "Give at least one way to do it.")
    yield from _twice(f"{at}/options", "option.twice", (option.name for option in job.options))
    for i, option in enumerate(job.options):
        yield from _option_faults(f"{at}/options/{i}", option, n_places)
    yield from _whole(f"{at}/target_s", job.target_s, -MOST_S)
    yield from _whole(f"{at}/earliest_s", job.earliest_s, -MOST_S)
    if job.latest_s is not None:
        yield from _whole(f"{at}/latest_s", job.latest_s, -MOST_S)
        if job.latest_s < job.earliest_s:
            message = f"latest_s {job.latest_s} lies before earliest_s {job.earliest_s}."
            yield Fault(f"{at}/latest_s", "job.window", message, "Swap or widen the window.")
    for i, window in enumerate(job.windows):
        yield from _window_faults(f"{at}/windows/{i}", window.earliest_s, window.latest_s)
    for i, (one, two) in enumerate(pairwise(job.windows), start=1):
        if two.earliest_s <= one.latest_s:
            message = f"Window {i} begins at {two.earliest_s} s, not after {one.latest_s} s."
            remedy = "Sort the windows, and join those that touch."
            yield Fault(f"{at}/windows/{i}", "windows.order", message, remedy)
    yield from _amount(f"{at}/wait_cny_per_min", job.wait_cny_per_min, MOST_CNY)
    yield from _amount(f"{at}/unassigned_cny", job.unassigned_cny, MOST_CNY)
    yield from _curve_faults(f"{at}/lateness", job.lateness)


def _option_faults(at: str, option: Option, n_places: int) -> Iterator[Fault]:
    if not option.visits:
        message = f"Option {option.name!r} has no visit."
        yield Fault(f"{at}/visits", "option.no_visit", message, "Give at least one place.")
    for i, visit in enumerate(option.visits):
        yield from _place(f"{at}/visits/{i}/place", visit.place, n_places)
        yield from _whole(f"{at}/visits/{i}/service_s", visit.service_s, 0, "Count seconds.")
    yield from _amount(f"{at}/price_cny", option.price_cny, MOST_CNY)
    yield from _amount(f"{at}/kwh", option.kwh, MOST_KWH)


def _curve_faults(at: str, curve: LatenessCurve) -> Iterator[Fault]:
    yield from _amount(f"{at}/breach_cny", curve.breach_cny, MOST_CNY)
    if not curve.steps or curve.steps[0][0] != 0:
        message = "The curve does not begin at 0 s of lateness."
        yield Fault(f"{at}/steps", "curve.start", message, "Make the first step (0, rate).")
    for i, (after_s, rate) in enumerate(curve.steps):
        yield from _whole(f"{at}/steps/{i}/0", after_s, 0, "Count seconds after the target.")
        yield from _amount(f"{at}/steps/{i}/1", rate, MOST_CNY)
    for i, (before, after) in enumerate(zip(curve.steps, curve.steps[1:], strict=False), start=1):
        if after[0] <= before[0]:
            message = f"Step {i} begins at {after[0]} s, not after {before[0]} s."
            yield Fault(f"{at}/steps/{i}", "curve.order", message, "Sort the steps by after_s.")
        if after[1] < before[1]:
            message = f"Step {i} costs {after[1]} CNY/min, less than {before[1]} before it."
            yield Fault(f"{at}/steps/{i}", "curve.convex", message, "Let the rate never fall.")


def _commitment_faults(problem: Problem) -> Iterator[Fault]:
    units = {unit.id for unit in problem.units}
    options = {job.id: {option.name for option in job.options} for job in problem.jobs}
    yield from _twice("/commitments", "commitment.twice", (c.job_id for c in problem.commitments))
    taken: set[tuple[str, int]] = set()
    for i, commitment in enumerate(problem.commitments):
        at = f"/commitments/{i}"
        yield from _reference_faults(at, commitment, units, options)
        if not _is_whole(commitment.position) or not 0 <= commitment.position <= MOST_S:
            message = f"{commitment.position!r} is no place of a sequence."
            yield Fault(f"{at}/position", "number.range", message, "Count from 0.")
        if commitment.start_s is not None:
            yield from _whole(f"{at}/start_s", commitment.start_s, -MOST_S)
        if commitment.release_cny is not None:
            yield from _amount(f"{at}/release_cny", commitment.release_cny, MOST_CNY)
        if is_head(commitment):
            place = (commitment.unit_id, commitment.position)
            if place in taken:
                message = f"{commitment.unit_id!r} has two commitments at {commitment.position}."
                yield Fault(f"{at}/position", "commitment.position", message, "Number them.")
            taken.add(place)


def _reference_faults(
    at: str, commitment: Commitment, units: set[str], options: dict[str, set[str]]
) -> Iterator[Fault]:
    if commitment.unit_id not in units:
        message = f"There is no unit {commitment.unit_id!r}."
        yield Fault(f"{at}/unit", "commitment.unit", message, "Name a unit of the problem.")
    if commitment.job_id not in options:
        message = f"There is no job {commitment.job_id!r}."
        yield Fault(f"{at}/job", "commitment.job", message, "Name a job of the problem.")
    elif commitment.option not in options[commitment.job_id]:
        message = f"Job {commitment.job_id!r} has no option {commitment.option!r}."
        yield Fault(f"{at}/option", "commitment.option", message, "Name an option of the job.")


def _twice(at: str, code: str, names: Iterable[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, name in enumerate(names):
        if name in seen:
            yield Fault(f"{at}/{i}", code, f"{name!r} occurs twice.", "Make it unique.")
        seen.add(name)


def _id_faults(at: str, kind: str, ids: list[str]) -> Iterator[Fault]:
    yield from _twice(at, f"{kind}.twice", ids)
    for i, name in enumerate(ids):
        if not name:
            message = f"The {kind} has an empty id."
            yield Fault(f"{at}/{i}/id", f"{kind}.no_id", message, "Give it a name.")


def _place(at: str, place: int, n_places: int) -> Iterator[Fault]:
    if not _is_whole(place) or not 0 <= place < n_places:
        message = f"Place {place!r} is not a row of the {n_places} x {n_places} matrix."
        yield Fault(at, "place.unknown", message, "Count places from 0.")


def _whole(
    at: str, value: int, least: int, remedy: str = "Count seconds since the epoch."
) -> Iterator[Fault]:
    if not _is_whole(value) or not least <= value <= MOST_S:
        message = f"{value!r} is not a whole number of seconds from {least} to {MOST_S}."
        yield Fault(at, "number.range", message, remedy)


def _amount(at: str, value: float, most: float) -> Iterator[Fault]:
    if not _is_number(value) or not 0 <= value <= most:
        message = f"{value!r} is not a number from 0 to {most:g}."
        yield Fault(at, "number.range", message, "Give a finite amount, 0 or more.")


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.number) and not isinstance(value, bool)
