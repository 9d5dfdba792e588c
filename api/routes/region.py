"""The region, and seeding it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access import FOR_STAFF, Admin
from api.models.region import FleetIn, FleetOut, RegionOut
from api.seeding import hashed_secrets, seed
from api.views.region import region_out
from api.writing import Repeat, Run

router = APIRouter(tags=["region"])


@router.get("/region", dependencies=[FOR_STAFF])
def get_region(runtime: Run) -> RegionOut:
    """Return what a map of the region needs."""
    with runtime.database.read() as session:
        return region_out(session, runtime)


@router.put("/fleet", response_model=FleetOut)
def put_fleet(body: FleetIn, who: Admin, repeat: Repeat, runtime: Run) -> Response:
    """Seed the region with units, contractors, service centres and users, or extend it."""
    hashes = hashed_secrets(body)
    return repeat.answer(runtime, who.key, lambda session: seed(session, runtime, body, hashes))
