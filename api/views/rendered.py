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
from sqlalchemy import Label, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType

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
from kernel.database import Base


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
    rows = session.execute(which_incidents(select(*_RAW_INCIDENT), region, which, limit)).all()
    ids = [row.id for row in rows]
    jobs: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    codes = unit_codes(session, region)
    query = select(*_RAW_JOB).where(JobRow.incident_id.in_(ids)).order_by(JobRow.id)
    for job in session.execute(query):
        named = codes.get(job.unit_id), codes.get(job.planned_unit_id)
        jobs[job.incident_id].append((*job, *named))
    offers, keys = offers_of(session, ids), keys_of_incidents(session, ids)
    return {
        row.id: (tuple(row), jobs.get(row.id), offers.get(row.id), keys.get(row.id)) for row in rows
    }


def _made_of_units(session: Session, region: str) -> dict[int, tuple[Any, ...]]:
    query = select(*_RAW_JOB).where(JobRow.region == region, JobRow.state.in_(UNFINISHED))
    found = session.execute(query.order_by(JobRow.id)).all()
    codes = numbers_of_appointments(session, {job.appointment_id for job in found} - {None})
    jobs: dict[int | None, list[tuple[Any, ...]]] = defaultdict(list)
    for job in found:
        made_of = (*job, codes.get(job.appointment_id))
        for unit_id in {job.unit_id, job.planned_unit_id}:
            jobs[unit_id].append(made_of)
    rows = session.execute(
        select(*_RAW_UNIT).where(UnitRow.region == region).order_by(UnitRow.code)
    )
    return {row.id: (tuple(row), jobs.get(row.id)) for row in rows}


def _raw(model: type[Base]) -> list[Label[Any]]:
    """Return the columns of a table without what SQLAlchemy makes of their values."""
    return [type_coerce(it, NullType()).label(it.name) for it in model.__table__.columns]


_RAW_INCIDENT = _raw(IncidentRow)
_RAW_JOB = _raw(JobRow)
_RAW_UNIT = _raw(UnitRow)
