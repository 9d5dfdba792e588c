"""Long lists as JSON, of which only what has changed is read and written out anew.

Hundreds of incidents and units stand on every console, and each event changes one or two of them.
What an item is made of, its rows as the database gives them, is compared with what it was made of
the last time: that is a tenth of the work of making it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.incident_out import Incidents
from api.models.units import Units
from api.owner_links import keys_of_incidents
from api.runtime import Runtime
from api.shared import Rendered
from api.views.incidents import offers_of, shown, unit_codes
from api.views.units import UNFINISHED, list_units, numbers_of_appointments
from dispatch.regions import plan_version
from dispatch.store import IncidentRow, JobRow, incidents_of, which_incidents
from fleet.store import UnitRow
from kernel.row_lines import RowLines


def incidents_json(
    session: Session, runtime: Runtime, rendered: Rendered, which: str, limit: int
) -> bytes:
    """Return incidents of the region, newest call first, as JSON.

    ``which`` is open, closed or all.
    """

    def render(ids: Sequence[int]) -> dict[int, BaseModel]:
        found = incidents_of(session, runtime.region, which=which, limit=limit, ids=ids)
        return {it.id: it for it in shown(session, runtime, found)}

    made_of = _made_of_incidents(session, runtime.region, which, limit)
    empty = Incidents(items=[], plan_version=plan_version(session, runtime.region))
    return _with_items(empty, rendered.items(made_of, render))


def units_json(session: Session, runtime: Runtime, rendered: Rendered) -> bytes:
    """Return what `list_units` does, as JSON."""

    def render(ids: Sequence[int]) -> dict[int, BaseModel]:
        return {it.id: it for it in list_units(session, runtime, ids=ids).items}

    made_of = _made_of_units(session, runtime.region)
    return _with_items(Units(items=[]), rendered.items(made_of, render))


def _with_items(empty: BaseModel, items: Sequence[bytes]) -> bytes:
    before, _, after = empty.model_dump_json().encode().partition(b'"items":[]')
    return b"".join((before, b'"items":[', b",".join(items), b"]", after))


def _made_of_incidents(
    session: Session, region: str, which: str, limit: int
) -> dict[int, tuple[Any, ...]]:
    rows = _INCIDENTS.read(session, lambda query: which_incidents(query, region, which, limit))
    ids = [int(key or 0) for (key,), _ in rows]
    listed = which_incidents(select(IncidentRow.id), region, which, limit)
    found = _JOBS.read(
        session,
        lambda query: query.where(JobRow.incident_id.in_(listed)).order_by(JobRow.id),
    )
    codes = unit_codes(session, {it for (_, _, *units), _ in found for it in units})
    jobs: dict[int | None, list[Any]] = defaultdict(list)
    for (incident_id, _, *units), job in found:
        jobs[incident_id].append((job, *(codes.get(it or 0) for it in units)))
    offers, keys = offers_of(session, ids), keys_of_incidents(session, ids)
    return {
        it: (row, jobs.get(it), offers.get(it), keys.get(it))
        for it, (_, row) in zip(ids, rows, strict=True)
    }


def _made_of_units(session: Session, region: str) -> dict[int, tuple[Any, ...]]:
    found = _JOBS.read(
        session,
        lambda query: query.where(JobRow.region == region, JobRow.state.in_(UNFINISHED)).order_by(
            JobRow.id
        ),
    )
    booked = {it for (_, it, *_), _ in found if it is not None}
    codes = numbers_of_appointments(session, booked)
    jobs: dict[int | None, list[Any]] = defaultdict(list)
    for (_, appointment_id, *units), job in found:
        for unit_id in set(units):
            jobs[unit_id].append((job, codes.get(appointment_id or 0)))
    rows = _UNITS.read(
        session, lambda query: query.where(UnitRow.region == region).order_by(UnitRow.code)
    )
    return {int(key or 0): (row, jobs.get(key)) for (key,), row in rows}


_INCIDENTS = RowLines(IncidentRow, IncidentRow.id)
_JOBS = RowLines(
    JobRow, JobRow.incident_id, JobRow.appointment_id, JobRow.unit_id, JobRow.planned_unit_id
)
_UNITS = RowLines(UnitRow, UnitRow.id)
