"""The owner's page: the link is the key, and it opens one thing only."""

from __future__ import annotations

from fastapi import APIRouter, Response
from starlette.concurrency import run_in_threadpool

from api.access import Owner
from api.models.incident_in import CancelIn
from api.models.tracking import RatingIn, Track
from api.owner_links import open_link
from api.routes.events import STREAM, LastEventId
from api.streaming import stream_changes
from api.views.tracking import concerns, track_out
from api.writing import Repeat, Run
from dispatch import incidents
from dispatch.appointments import cancel_appointment
from kernel.database import WriteSession
from kernel.errors import Conflict, NotFound
from kernel.events import Event

router = APIRouter(prefix="/track/{key}", tags=["owner"])


@router.get("")
def track(link: Owner, runtime: Run) -> Track:
    """Return all the owner may see."""
    with runtime.database.read() as session:
        return track_out(session, runtime, link)


@router.post("/cancel", response_model=Track)
def cancel_by_owner(body: CancelIn, link: Owner, repeat: Repeat, runtime: Run) -> Response:
    """Cancel for the owner, who needs no help any more."""

    def act(session: WriteSession) -> Track:
        now = runtime.clock.now()
        if link.incident_id is not None:
            incidents.cancel_by_owner(session, now, link.incident_id, body.reason)
        elif link.appointment_id is not None:
            cancel_appointment(session, now, link.appointment_id, body.reason)
        return track_out(session, runtime, link)

    return repeat.answer(runtime, link.principal, act)


@router.post("/rating", response_model=Track)
def rate(body: RatingIn, link: Owner, repeat: Repeat, runtime: Run) -> Response:
    """Rate the help, once it is over."""

    def act(session: WriteSession) -> Track:
        if link.incident_id is None:
            raise Conflict(
                "Visits are not rated.",
                remedy="Tell the hotline what you think.",
                zh="预约暂不支持评价，欢迎致电热线告诉我们。",
            )
        now = runtime.clock.now()
        incidents.rate(session, now, link.incident_id, body.stars, body.text)
        return track_out(session, runtime, link)

    return repeat.answer(runtime, link.principal, act)


@router.get("/events", response_class=Response, responses=STREAM)
def track_events(link: Owner, runtime: Run, last_event_id: LastEventId = None) -> Response:
    """Stream "something changed" (event ``changed``), without saying what."""

    def read(seq: int) -> list[Event]:
        with runtime.database.read() as session:
            return concerns(session, link, seq)

    def is_open() -> bool:
        with runtime.database.read() as session:
            try:
                open_link(session, runtime.region, link.key, runtime.clock.now())
            except NotFound:
                return False
        return True

    async def may() -> bool:
        return await run_in_threadpool(is_open)

    return stream_changes(runtime, read, name="changed", after=last_event_id, may=may)
