"""The technician's endpoints: my jobs, what I did, where I am, my shift."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from dispatch.vehicles import vehicle_of
from field_app import reporting
from field_app.access import Authenticate, Technician
from field_app.driving import goal_of, read_start, way
from field_app.evidence import photo_in_hand, take_photo
from field_app.jobs import field_jobs, held_by
from field_app.models import (
    DrivingRoute,
    FieldEventResults,
    FieldEventsIn,
    FieldJobs,
    FieldPhoto,
    FieldPositionsIn,
    FieldPositionsOut,
    FieldShiftIn,
)
from field_app.photo_body import PHOTO_BODY, PICTURE, PhotoId, SentPhoto
from field_app.repeating import Repeat
from fleet.store import get_unit
from kernel import events
from kernel.database import WriteSession
from kernel.events import Event

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events; each says that the list has changed.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}
_BATCH = 200


def router(authenticate: Authenticate) -> APIRouter:
    """Return the endpoints below ``/field``.

    Parameters
    ----------
    authenticate
        A dependency that returns the `Technician`; it also declares who may call.
    """

    async def remember(request: Request, who: Annotated[Technician, Depends(authenticate)]) -> None:
        request.state.technician = who

    guarded = APIRouter(prefix="/field", tags=["technician"], dependencies=[Depends(remember)])
    guarded.include_router(_routes)
    return guarded


async def _remembered(request: Request) -> Technician:
    who: Technician = request.state.technician
    return who


_routes = APIRouter()
JobId = Annotated[int, Path(ge=1, le=2**31 - 1)]
Who = Annotated[Technician, Depends(_remembered)]


@_routes.get("/jobs")
def my_jobs(who: Who) -> FieldJobs:
    """Return my current job, the next ones and planned visits."""
    with who.context.database.read() as session:
        return field_jobs(session, who.context, who.unit_id)


@_routes.get("/jobs/{job_id}/route")
def way_to_job(
    job_id: JobId,
    who: Who,
    start: Annotated[str, Query(alias="from", max_length=60, examples=["-71.25,-29.9"])],
) -> DrivingRoute:
    """Return the way from ``from=lon,lat`` to the car; with the car loaded, to where it goes."""
    begin = read_start(start)
    with who.context.database.read() as session:
        job = held_by(session, who.unit_id).job(job_id)
        vehicle = vehicle_of(get_unit(session, who.unit_id))
    return way(who.context, begin, goal_of(job), vehicle)


@_routes.post("/events", response_model=FieldEventResults)
def take_events(body: FieldEventsIn, who: Who, repeat: Repeat) -> Response:
    """Take what the phone has queued, in any order; repeats are harmless."""
    if repeat.key is None:
        with who.context.database.write() as session:
            results = reporting.take_events(session, who.context, who.unit_id, body)
        # A third of the work, after which nobody else has to wait.
        version = who.fixes.version(who.unit_id)
        answer = FieldEventResults(results=results, version=version)
        return Response(answer.model_dump_json(), media_type="application/json")

    def act(session: WriteSession) -> FieldEventResults:
        results = reporting.take_events(session, who.context, who.unit_id, body)
        version = field_jobs(session, who.context, who.unit_id).version
        return FieldEventResults(results=results, version=version)

    return who.write(repeat, act)


@_routes.post("/positions", response_model=FieldPositionsOut)
async def take_positions(body: FieldPositionsIn, who: Who, repeat: Repeat) -> Response:
    """Take a batch of fixes, in any order."""
    if repeat.key is None:
        taken = await who.fixes.take(who.unit_id, body)
        return Response(taken.model_dump_json(), media_type="application/json")

    def act(session: WriteSession) -> FieldPositionsOut:
        return reporting.take_fixes(session, who.context, who.unit_id, body)

    return await run_in_threadpool(who.write, repeat, act, appends=False)


@_routes.post("/photos", status_code=201, response_model=FieldPhoto, openapi_extra=PHOTO_BODY)
def send_photo(
    photo: SentPhoto,
    job_id: Annotated[int, Query(ge=1, le=2**31 - 1)],
    step: Annotated[str, Query(max_length=20)],
    who: Who,
    repeat: Repeat,
) -> Response:
    """Take a photo of a step of a job that is or was mine, also late; repeats are harmless."""
    sent = photo.read()  # takes a moment, in which nobody else has to wait

    def act(session: WriteSession) -> FieldPhoto:
        return take_photo(session, who.context, sent, who.unit_id, job_id, step)

    return who.write(repeat, act, status=201)


@_routes.get("/jobs/{job_id}/photos/{photo_id}", response_class=Response, responses=PICTURE)
def photo_of_job(job_id: JobId, photo_id: PhotoId, who: Who) -> Response:
    """Return a photo of the job in hand: the owner's of the fault, or one of mine."""
    with who.context.database.read() as session:
        return photo_in_hand(session, who.unit_id, job_id, photo_id)


@_routes.post("/shift", response_model=FieldJobs)
def change_shift(body: FieldShiftIn, who: Who, repeat: Repeat) -> Response:
    """Start or end the shift, or a break."""

    def act(session: WriteSession) -> FieldJobs:
        return reporting.change_shift(session, who.context, who.unit_id, body)

    return who.write(repeat, act)


@_routes.get("/stream", response_class=Response, responses=_STREAM)
def stream_list(
    who: Who, last_event_id: Annotated[int | None, Header(ge=0, le=2**31 - 1)] = None
) -> Response:
    """Stream "your list has changed" (event ``changed``), without content."""

    def mine(seq: int) -> list[Event]:
        with who.context.database.read() as session:
            return events.read_after(session, seq, unit_id=who.unit_id, limit=_BATCH)

    def is_mine(event: Event) -> bool:
        return event.unit_id == who.unit_id

    return who.stream(mine, is_mine, name="changed", after=last_event_id)
