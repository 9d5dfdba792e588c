"""What a search leaves for the next one, and takes over from the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.routes import Column, RouteModel
from dispatch.core.start import Sequence, Warm, known_choices

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

MOST_KEPT = 20
"""Routes kept for each unit, on average; those of least reduced cost."""


def warm_of(search: Search) -> Warm:
    """Return the duals of a search and its most promising routes, by ids."""
    duals, columns, compiled = search.duals, search.master.columns, search.model.compiled
    if duals is None:
        return Warm()
    reduced = np.array([it.cny - duals[list(it.jobs)].sum() for it in columns])
    kept = np.argsort(reduced, kind="stable")[: MOST_KEPT * search.master.n_units]
    routes: dict[str, list[Sequence]] = {}
    for column in (columns[int(at)] for at in kept):
        tour = search.model.tour(column.route)
        names = tuple(
            (compiled.jobs[compiled.job_of[c]].id, compiled.options[c].name) for c in tour
        )
        routes.setdefault(compiled.units[column.unit].id, []).append(names)
    return Warm(
        duals={job.id: float(it) for job, it in zip(compiled.jobs, duals, strict=True)},
        routes={unit_id: tuple(it) for unit_id, it in routes.items()},
    )


def known_columns(model: RouteModel, warm: Warm | None) -> list[Column]:
    """Return the routes of an earlier search, as far as they are possible now."""
    if warm is None:
        return []
    compiled, columns = model.compiled, []
    for unit_id, sequences in warm.routes.items():
        u = compiled.unit_index.get(unit_id)
        if u is None:
            continue
        for tour in {known_choices(compiled, it): None for it in sequences}:
            if tour and len({compiled.job_of[c] for c in tour}) == len(tour):
                column = model.column(model.route(u, tour))
                if column.cny < np.inf and len(column.jobs) == len(tour):
                    columns.append(column)
    return columns


def known_duals(model: RouteModel, warm: Warm | None) -> dict[int, float]:
    """Return the duals of an earlier search, by the number of the job."""
    index = model.compiled.job_index
    given = {} if warm is None else warm.duals
    return {index[job_id]: cny for job_id, cny in given.items() if job_id in index}
