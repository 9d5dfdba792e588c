"""Taking a call, and all incidents."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from api.access import FOR_CALL_TAKERS, CallTaker
from api.etags import IfMatch
from api.faults import call_faults, means
from api.models.incident_in import (
    CancelIn,
    IncidentIn,
    IncidentPatch,
    OwnerLinkIn,
    RevealIn,
    SolveRemotelyIn,
)
from api.models.incident_out import CallerNumber, IncidentOut, Incidents, WholeNumber
from api.owner_links import link_for_incident, revoke_link
from api.shared import Rendered
from api.views.incidents import (
    incident_in_region,
    incident_to_change,
    one_incident,
)
from api.views.rendered import incidents_json
from api.writing import Repeat, Run
from dispatch import incidents
from dispatch.amending import amend
from dispatch.intake import take_call
from dispatch.store import other_callers
from kernel import events, private_details
from kernel.database import WriteSession

router = APIRouter(prefix="/incidents", tags=["incidents"])

IncidentId = Annotated[int, Path(ge=1, le=2**31 - 1)]
_SHARED_LIMITS = frozenset({200, 500})
"""What our own pages ask for."""


@router.post(
    "",
    status_code=201,
    response_model=IncidentOut,
    responses={200: {"model": IncidentOut, "description": "Merged into an open incident."}},
)
@means(call_faults)
def create_incident(body: IncidentIn, who: CallTaker, repeat: Repeat, runtime: Run) -> Response:
    """Take a call: validate, locate, triage, promise."""

    def act(session: WriteSession) -> tuple[int, IncidentOut]:
        now = runtime.clock.now()
        taken = take_call(session, now, runtime.desk, as_json(body))
        link_for_incident(session, taken.incident.id, now)
        return (200 if taken.merged else 201), one_incident(session, runtime, taken.incident.id)

    return repeat.answer(runtime, who.key, act)


@router.get("", response_model=Incidents, dependencies=[FOR_CALL_TAKERS])
async def list_incidents(
    runtime: Run,
    state: Annotated[Literal["open", "closed", "all"], Query()] = "open",
    limit: Annotated[int, Query(ge=1, le=5000)] = 200,
) -> Response:
    """Return incidents, newest call first."""

    def make(rendered: Rendered) -> bytes:
        with runtime.database.read() as session:
            return incidents_json(session, runtime, rendered, state, limit)

    if limit not in _SHARED_LIMITS:
        body = await run_in_threadpool(make, Rendered())
        return Response(body, media_type="application/json")
    return await runtime.shared.answer(f"incidents {state} {limit}", make)


@router.get("/{incident_id}", dependencies=[FOR_CALL_TAKERS])
def get_incident(incident_id: IncidentId, runtime: Run, response: Response) -> IncidentOut:
    """Return one incident with its timeline."""
    with runtime.database.read() as session:
        found = one_incident(session, runtime, incident_id, timeline=True)
    response.headers["ETag"] = found.etag
    return found


@router.patch("/{incident_id}", response_model=IncidentOut)
def change_incident(
    incident_id: IncidentId,
    body: IncidentPatch,
    who: CallTaker,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Change the place, add a note, tell whether the people are safe."""

    def act(session: WriteSession) -> IncidentOut:
        incident_to_change(session, runtime.region, incident_id, if_match)
        given = body.model_dump(mode="json", exclude_unset=True)  # null is an answer, here
        amend(session, runtime.clock.now(), runtime.desk, incident_id, given)
        return one_incident(session, runtime, incident_id, timeline=True)

    return repeat.answer(runtime, who.key, act)


@router.post("/{incident_id}/cancel", response_model=IncidentOut)
def cancel_incident(
    incident_id: IncidentId,
    body: CancelIn,
    who: CallTaker,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """End an incident before anybody helped."""

    def act(session: WriteSession) -> IncidentOut:
        incident_to_change(session, runtime.region, incident_id, if_match)
        now = runtime.clock.now()
        incidents.cancel_by_dispatcher(session, now, incident_id, body.reason)
        return one_incident(session, runtime, incident_id, timeline=True)

    return repeat.answer(runtime, who.key, act)


@router.post("/{incident_id}/solve-remotely", response_model=IncidentOut)
def solve_remotely(
    incident_id: IncidentId,
    body: SolveRemotelyIn,
    who: CallTaker,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """End an incident that was solved on the phone."""

    def act(session: WriteSession) -> IncidentOut:
        incident_to_change(session, runtime.region, incident_id, if_match)
        incidents.solve_remotely(session, runtime.clock.now(), incident_id, body.note)
        return one_incident(session, runtime, incident_id, timeline=True)

    return repeat.answer(runtime, who.key, act)


@router.post("/{incident_id}/caller", response_model=CallerNumber)
def reveal_caller(
    incident_id: IncidentId, body: RevealIn, who: CallTaker, repeat: Repeat, runtime: Run
) -> Response:
    """Return the callers' whole numbers, to call back; who asked, and why, is kept."""

    def act(session: WriteSession) -> CallerNumber:
        incident = incident_in_region(session, runtime.region, incident_id)
        now = runtime.clock.now()
        why = {"reason": body.reason, "asked_by": who.name}
        said = private_details.keep(session, now, why, incident_id=incident.id)
        payload = {"user_id": who.user_id, "said": said}
        events.append(
            session,
            now,
            "caller.revealed",
            region=runtime.region,
            incident_id=incident.id,
            payload=payload,
        )
        others = [
            WholeNumber(name=it.name, phone=it.phone) for it in other_callers(session, incident)
        ]
        known = incident.caller
        return CallerNumber(name=known.name, phone=known.phone, others=others)

    return repeat.answer(runtime, who.key, act)


@router.post("/{incident_id}/owner-link", response_model=IncidentOut)
def change_owner_link(
    incident_id: IncidentId, body: OwnerLinkIn, who: CallTaker, repeat: Repeat, runtime: Run
) -> Response:
    """End the owner's link, for instance because it was passed on; and make a new one."""

    def act(session: WriteSession) -> IncidentOut:
        incident_in_region(session, runtime.region, incident_id)
        now, kind = runtime.clock.now(), "link.revoked"
        revoke_link(session, incident_id, now)
        if body.action == "renew":
            link_for_incident(session, incident_id, now)
            kind = "link.renewed"
        told = {"user_id": who.user_id}
        events.append(
            session, now, kind, region=runtime.region, incident_id=incident_id, payload=told
        )
        return one_incident(session, runtime, incident_id, timeline=True)

    return repeat.answer(runtime, who.key, act)


def as_json(body: BaseModel) -> dict[str, Any]:
    """Return a body as parsed JSON, without what was left out."""
    return body.model_dump(mode="json", exclude_none=True)
