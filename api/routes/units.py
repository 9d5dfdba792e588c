"""Units, their routes, and the plan in force."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access import FOR_DISPATCHERS
from api.models.units import FeatureCollection, PlanOut, Units
from api.shared import Rendered
from api.views import units as views
from api.views.rendered import units_json
from api.writing import Run
from field_app.jobs import held_by

router = APIRouter(tags=["units"])

UnitId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("/units", response_model=Units, dependencies=[FOR_DISPATCHERS])
async def list_units(runtime: Run) -> Response:
    """Return all units with what they do now and next."""

    def make(rendered: Rendered) -> bytes:
        with runtime.database.read() as session:
            return units_json(session, runtime, rendered)

    return await runtime.shared.answer("units", make)


@router.get("/units/{unit_id}/route", dependencies=[FOR_DISPATCHERS])
def unit_route(unit_id: UnitId, runtime: Run) -> FeatureCollection:
    """Return the way a unit drives now, then the planned legs, as GeoJSON."""
    with runtime.database.read() as session:
        unit = views.unit_in_region(session, runtime.region, unit_id)
        goals = views.goals(held_by(session, unit_id))
    return views.legs(runtime.lines, unit, goals)


@router.get("/plan", dependencies=[FOR_DISPATCHERS])
def get_plan(runtime: Run) -> PlanOut:
    """Return the plan in force."""
    with runtime.database.read() as session:
        return views.plan_in_force(session, runtime)
