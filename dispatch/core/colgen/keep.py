"""What a search leaves for the next one, and takes over from the last one."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from dispatch.core.colgen.listed import Listed
from dispatch.core.colgen.routes import Route, RouteModel
from dispatch.core.start import Sequence, Warm

if TYPE_CHECKING:
    from dispatch.core.colgen.search import Search

MOST_KEPT = 20
"""Routes kept for each unit, on average; those of least reduced cost."""


def warm_of(search: Search) -> Warm:
    """Return the duals of a search and its most promising routes, by ids."""
    duals, least, compiled = search.duals, search.least, search.model.compiled
    if duals is None or least is None:
        return Warm()
    order = np.argsort(search.routes.above(duals, least), kind="stable")
    listed = search.routes.kept(order).unique()
    order = np.argsort(listed.above(duals, least), kind="stable")
    names = [
        (compiled.jobs[j].id, option.name)
        for j, option in zip(compiled.job_of, compiled.options, strict=True)
    ]
    routes: dict[str, list[Sequence]] = {}
    for at in order[: MOST_KEPT * search.master.n_units].tolist():
        route = int(listed.entry[at]), listed.choices[at, : listed.length[at]].tolist()
        tour = search.model.tour(route)
        routes.setdefault(compiled.units[listed.unit[at]].id, []).append(
            tuple(names[c] for c in tour)
        )
    return Warm(
        duals={job.id: float(it) for job, it in zip(compiled.jobs, duals, strict=True)},
        routes={unit_id: tuple(it) for unit_id, it in routes.items()},
    )


def known_routes(model: RouteModel, warm: Warm | None) -> Listed:
    """Return the routes of an earlier search, as far as they are possible now."""
    return Listed.of_routes(model.arrays, [] if warm is None else list(_routes(model, warm)))


def _routes(model: RouteModel, warm: Warm) -> Iterable[Route]:
    """Go through the routes of an earlier search, without the jobs that are gone."""
    compiled = model.compiled
    choices = {
        (compiled.jobs[j].id, option.name): c
        for c, (j, option) in enumerate(zip(compiled.job_of, compiled.options, strict=True))
    }
    for unit_id, sequences in warm.routes.items():
        u = compiled.unit_index.get(unit_id)
        if u is None:
            continue
        tours = (tuple(choices[it] for it in names if it in choices) for names in sequences)
        for tour in dict.fromkeys(tours):
            if len({compiled.job_of[c] for c in tour}) < len(tour):
                continue
            route = model.route(u, tour) if compiled.head[u] else (model.first_entry[u], tour)
            if model.tour(route) == tour:
                yield route


def known_duals(model: RouteModel, warm: Warm | None) -> dict[int, float]:
    """Return the duals of an earlier search, by the number of the job."""
    index = model.compiled.job_index
    given = {} if warm is None else warm.duals
    return {index[it]: cny for it, cny in given.items() if it in index and isfinite(cny)}
