"""What a dispatcher decides by hand, and why the optimizer decided as it did."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from api.access import FOR_DISPATCHERS, Dispatcher
from api.etags import IfMatch
from api.models.incident_in import AssignIn, ContractorOfferIn, LockIn, MergeIn
from api.models.incident_out import Candidates, ContractorChoices, IncidentOut
from api.models.provider import OfferEtaIn
from api.routes.incidents import IncidentId
from api.runtime import Runtime
from api.views.candidates import contractor_choices_out
from api.views.incidents import incident_in_region, incident_to_change, one_incident
from api.writing import Repeat, Repeatable, Run
from dispatch import contractor_eta, contractors, manual, merging, status
from dispatch.contractors_for import contractors_for
from dispatch.core.model import Lock
from kernel.database import WriteSession

router = APIRouter(prefix="/incidents/{incident_id}", tags=["decisions"])


@router.get("/candidates", response_model=Candidates, dependencies=[FOR_DISPATCHERS])
async def list_candidates(incident_id: IncidentId, runtime: Run, request: Request) -> Response:
    """Return every unit, best first: what it would cost to send it, or why it cannot go."""
    body = await runtime.judging.answer(incident_id, request.is_disconnected)
    return Response(body, media_type="application/json")


@router.get("/contractors", dependencies=[FOR_DISPATCHERS])
def list_contractors(incident_id: IncidentId, runtime: Run) -> ContractorChoices:
    """Return every contractor that could be asked, best first."""
    with runtime.database.read() as session:
        incident_in_region(session, runtime.region, incident_id)
        found = contractors_for(session, runtime.context, incident_id)
        return contractor_choices_out(found, runtime.clock.now())


@router.post("/assign", response_model=IncidentOut)
def assign(
    incident_id: IncidentId,
    body: AssignIn,
    who: Dispatcher,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Give the incident to a unit; the optimizer keeps to it."""
    wish = manual.Wish(incident_id, body.unit_id, body.plan_version, body.option, body.divert)

    def act(session: WriteSession) -> None:
        manual.assign(session, runtime.context, wish)

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/lock", response_model=IncidentOut)
def lock(
    incident_id: IncidentId,
    body: LockIn,
    who: Dispatcher,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Fix the unit, or unit and order, or leave all of it to the optimizer."""

    def act(session: WriteSession) -> None:
        manual.set_lock(session, runtime.context, incident_id, Lock[body.lock.upper()])

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/release", response_model=IncidentOut)
def release(
    incident_id: IncidentId, who: Dispatcher, repeat: Repeat, if_match: IfMatch, runtime: Run
) -> Response:
    """Leave the incident to the optimizer again: no lock, no order, no contractor on its way.

    A unit that rolls already goes on unless the next plan sends another one.
    """

    def act(session: WriteSession) -> None:
        manual.release(session, runtime.context, incident_id)

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/merge", response_model=IncidentOut)
def merge(
    incident_id: IncidentId,
    body: MergeIn,
    who: Dispatcher,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Join the incident with another one of the same car, which goes on; this one is closed."""

    def act(session: WriteSession) -> None:
        incident_in_region(session, runtime.region, body.into)
        now = runtime.clock.now()
        merging.merge_incident(session, now, runtime.desk, incident_id, body.into)

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/contractor-offer", response_model=IncidentOut)
def offer_to_contractor(
    incident_id: IncidentId,
    body: ContractorOfferIn,
    who: Dispatcher,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Offer the incident to a contractor, the best one unless one is named."""

    def act(session: WriteSession) -> None:
        contractors.offer(session, runtime.context, incident_id, body.contractor_id)

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/not-there", response_model=IncidentOut)
def take_back_arrival(
    incident_id: IncidentId, who: Dispatcher, repeat: Repeat, if_match: IfMatch, runtime: Run
) -> Response:
    """Take back that the unit is at the car: it was reported by mistake, and the unit rolls on."""

    def act(session: WriteSession) -> None:
        status.take_back_arrival(session, runtime.context, incident_id)

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@router.post("/contractor-eta", response_model=IncidentOut)
def change_contractor_eta(
    incident_id: IncidentId,
    body: OfferEtaIn,
    who: Dispatcher,
    repeat: Repeat,
    if_match: IfMatch,
    runtime: Run,
) -> Response:
    """Note another arrival time that the contractor on its way has told on the phone."""

    def act(session: WriteSession) -> None:
        contractor_eta.change_eta_by_hand(
            session, runtime.context, incident_id, eta_min=body.eta_min
        )

    return _changed(runtime, repeat, who.key, _Target(incident_id, if_match), act)


@dataclass(frozen=True, slots=True)
class _Target:
    incident_id: int
    if_match: str | None


def _changed(
    runtime: Runtime,
    repeat: Repeatable,
    principal: str,
    target: _Target,
    act: Callable[[WriteSession], None],
) -> Response:
    """Change an incident of the region and return it as it is then."""

    def acted(session: WriteSession) -> IncidentOut:
        incident_to_change(session, runtime.region, target.incident_id, target.if_match)
        act(session)
        session.expire_all()
        return one_incident(session, runtime, target.incident_id, timeline=True)

    return repeat.answer(runtime, principal, acted)
