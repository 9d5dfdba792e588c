"""The event log, as a stream and by pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import StringConstraints

from api.access import FOR_CALL_TAKERS, CallTaker
from api.models.events import EventOut, Events
from api.streaming import event_out, stream_events, while_logged_in
from api.streams import BATCH
from api.writing import Run
from kernel import events, private_details
from kernel.events import Event

router = APIRouter(prefix="/events", tags=["events"])

Seq = Annotated[int, Query(ge=0, le=2**31 - 1, description="Sequence number already seen.")]
KindName = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,30}\.[a-z_]{1,30}$")]
LastEventId = Annotated[
    int | None, Header(ge=0, le=2**31 - 1, description="Sent by browsers that resume a stream.")
]
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


@router.get("", response_class=Response, responses=STREAM)
def event_stream(
    who: CallTaker,
    runtime: Run,
    after: Annotated[Seq | None, Query()] = None,
    last_event_id: LastEventId = None,
    kind: Annotated[list[KindName], Query(max_length=20)] = [],  # noqa: B006 (FastAPI copies it)
    incident_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    unit_id: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """Stream the region's events; ``id:`` is the sequence number, ``event:`` the kind.

    Without ``Last-Event-ID`` or ``after`` it begins with what happens next. Filters narrow it:
    ``kind`` (several may be given), ``incident_id``, ``unit_id``. It ends soon after the token.
    """

    def read(seq: int) -> list[Event]:
        with runtime.database.read() as session:
            return events.read_after(
                session,
                seq,
                region=runtime.region,
                incident_id=incident_id,
                unit_id=unit_id,
                kinds=kind,
                limit=BATCH,
            )

    def fits(event: Event) -> bool:
        return (
            event.region == runtime.region
            and incident_id in (None, event.incident_id)
            and unit_id in (None, event.unit_id)
            and (not kind or event.kind in kind)
        )

    seen = last_event_id if last_event_id is not None else after
    may = while_logged_in(runtime, who)
    return stream_events(runtime, read, fits=fits, after=seen, may=may)


@router.get("/log", dependencies=[FOR_CALL_TAKERS])
def event_log(
    runtime: Run,
    after: Seq = 0,
    limit: Annotated[int, Query(ge=1, le=5000)] = 500,
) -> Events:
    """Return events of the region after a sequence number, oldest first.

    Where the payload holds a seal (``said``), ``words`` beside it is what was said, until it is
    erased; the log itself keeps the seal only.
    """
    with runtime.database.read() as session:
        found = events.read_after(session, after, region=runtime.region, limit=limit)
        seals = [one.payload["said"] for one in found if one.payload.get("said")]
        words = private_details.read_many(session, seals)
    return Events(items=[_with_words(event_out(one), words) for one in found])


def _with_words(told: EventOut, words: dict[str, dict[str, Any]]) -> EventOut:
    said = words.get(told.payload.get("said", ""))
    if said is None:
        return told
    return told.model_copy(update={"payload": told.payload | {"words": said}})
