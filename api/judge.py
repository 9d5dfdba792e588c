"""Judges every unit for an incident, in this process or in one of its own.

It knows no database: it is sent the region as it was at one moment, then one case after another.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from dispatch.explain import Moment
from dispatch.job import Job


@dataclass(frozen=True, slots=True)
class Case:
    """One incident's job, to be judged at a moment.

    Attributes
    ----------
    moment
        ``None``: the one that was sent last.
    declined_because
        What technicians said who declined it, by unit.
    """

    job: Job
    moment: Moment | None = None
    declined_because: Mapping[int, str] = field(default_factory=dict)


Answerer = Callable[[Case], bytes]
"""Returns every unit judged, as JSON."""


def open_judge() -> Answerer:
    """Return a judge; what it needs is loaded here, wherever that is."""
    from api.views.candidates import candidates_out  # noqa: PLC0415
    from dispatch.explain import Judge  # noqa: PLC0415

    judge: Judge | None = None

    def answer(case: Case) -> bytes:
        nonlocal judge
        if case.moment is not None:
            judge = Judge.at(case.moment)
        if judge is None:
            raise AssertionError("the first case brings its moment")
        found = candidates_out(judge.judged(case.job), case.declined_because)
        return found.model_dump_json().encode()

    return answer
