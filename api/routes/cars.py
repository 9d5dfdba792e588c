"""What is known of a car, for whoever takes its owner's call."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.access import FOR_CALL_TAKERS
from api.models.cars import CarHistory, CarIncident, CarVisit
from api.views.incidents import vehicle_out
from api.views.visit_stages import visit_stage
from api.writing import Run
from dispatch.car_history import car_history
from dispatch.incident import incident_number
from dispatch.store import jobs_of_visits
from kernel.errors import InvalidInput

router = APIRouter(prefix="/cars", tags=["cars"])

Named = Annotated[str, Query(max_length=40)]


@router.get("/history", dependencies=[FOR_CALL_TAKERS])
def get_car_history(runtime: Run, plate: Named = "", vin: Named = "") -> CarHistory:
    """Return what is known of a car by its plate, its VIN or both; empty where it is not known."""
    if not plate.strip() and not vin.strip():
        raise InvalidInput.one(
            "/plate",
            "car.unnamed",
            "No car is named.",
            "Give its plate, its VIN or both.",
            zh="没有指明车辆，请提供车牌或车架号。",
        )
    with runtime.database.read() as session:
        found = car_history(session, runtime.region, plate=plate, vin=vin)
        jobs = jobs_of_visits(session, [it.id for it in found.visits])
        now = runtime.clock.now()
        return CarHistory(
            vehicle=vehicle_out(found.vehicle),
            incidents=[
                CarIncident(
                    id=it.id,
                    number=incident_number(it.id),
                    state=it.state.value,
                    outcome=None if it.outcome is None else it.outcome.value,
                    received_at=it.received_at,
                    fault=it.fault,
                    place=it.place.text,
                )
                for it in found.incidents
            ],
            visits=[
                CarVisit(
                    id=it.id,
                    code=it.code,
                    kind=it.kind.value,
                    stage=visit_stage(now, jobs[it.id], is_cancelled=it.cancelled_at is not None),
                    starts_at=it.window.start_at,
                )
                for it in found.visits
            ],
        )
