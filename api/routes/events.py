"""The event log, as a stream and by pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from api.access import FOR_CALL_TAKERS
from api.models.events import Events
from api.streaming import event_out, stream_events
from api.streams import BATCH
from api.writing import Run
from kernel import events
from kernel.events import Event

router = APIRouter(prefix="/events", tags=["events"])

Seq = Annotated[int, Query(ge=0, le=2**31 - 1, description="Sequence number already seen.")]
LastEventId = Annotated[
    int | None, Header(ge=0, le=2**31 - 1, description="Sent by browsers that resume a stream.")
]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", response_class=Response, responses=STREAM, dependencies=[FOR_CALL_TAKERS])
def event_stream(
    runtime: Run,
    after: Annotated[Seq | None, Query()] = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Stream the region's events; ``id:`` is the sequence number, ``event:`` the kind.

    Without ``Last-Event-ID`` or ``after`` it begins with what happens next.
    """

    def read(seq: int) -> list[Event]:
        with runtime.database.read() as session:
            return events.read_after(session, seq, region=runtime.region, limit=BATCH)

    seen = last_event_id if last_event_id is not None else after
    return stream_events(runtime, read, after=seen)


@router.get("/log", dependencies=[FOR_CALL_TAKERS])
def event_log(
    runtime: Run,
    after: Seq = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Events:
    """Return events of the region after a sequence number, oldest first."""
    with runtime.database.read() as session:
        found = events.read_after(session, after, region=runtime.region, limit=limit)
    return Events(items=[event_out(one) for one in found])
