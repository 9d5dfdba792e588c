"""What an owner sees through the link: their own case, and a unit only while it comes to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.models.tracking import Stage, Track, TrackPlace, TrackUnit
from api.owner_links import OwnerLink
from api.route_lines import line_string
from api.runtime import Runtime
from api.streams import BATCH
from api.views.incidents import eta_range, jobs_that_count
from api.views.photos import own_rows, photo_out
from api.views.ratings import rating_out
from api.views.region import basemap_url
from api.views.timeline import owner_timeline
from api.views.visit_stages import (
    ABOUT_RETURN,
    COMING,
    offers_to_cancel,
    visit_stage,
    visit_timeline,
)
from api.views.words import bilingual
from dispatch.appointments import appointment_of, jobs_of_appointment
from dispatch.booking import Window
from dispatch.incident import CANCELLABLE_BY_OWNER, HELPED, Incident, IncidentState, Outcome
from dispatch.job import ACTIVE, FINAL, Job, JobState
from dispatch.merging import remaining
from dispatch.store import (
    AppointmentRow,
    ContractorOfferRow,
    JobRow,
    get_incident,
    rating_of_incident,
    ratings_of_visits,
)
from dispatch.vehicles import vehicle_of
from field_app.wire import Bilingual
from fleet.model import Unit
from fleet.store import ContractorRow, get_unit
from kernel import events
from kernel.events import Event
from kernel.position import Position
from routing.speeds import VAN

_STAGE_OF_STATE: dict[IncidentState, Stage] = {
    IncidentState.ROLLING: "on_the_way",
    IncidentState.ON_SITE: "at_car",
    IncidentState.TOWING: "towing",
}
_STAGE_OF_JOB: dict[JobState, Stage] = {
    JobState.ORDERED: "assigned",
    JobState.ROLLING: "on_the_way",
    JobState.ON_SITE: "at_car",
    JobState.LOADED: "towing",
}


@dataclass(frozen=True, slots=True)
class _Helper:
    """Who comes, and how far that is this owner's business."""

    stage: Stage
    shown: TrackUnit | None
    position: Position | None
    vehicle: str = VAN


def track_out(session: Session, runtime: Runtime, link: OwnerLink) -> Track:
    """Return all that the link shows."""
    if link.incident_id is not None:
        shown = _incident_track(session, runtime, get_incident(session, link.incident_id))
    else:
        booking = session.get_one(AppointmentRow, link.appointment_id)
        shown = _appointment_track(session, runtime, booking)
    photos = [photo_out(row) for row in own_rows(session, link)]
    may_add = shown.can_add_photos and len(photos) < runtime.context.settings.photos.most_by_owner
    return shown.model_copy(update={"photos": photos, "can_add_photos": may_add})


def concerns(session: Session, link: OwnerLink, seq: int) -> list[Event]:
    """Return events after ``seq`` that may have changed what the link shows.

    Of visits some are another owner's; their owners learn nothing but that they may look again. An
    incident may be joined with another one after the link was opened.
    """
    if link.incident_id is not None:
        goes_on = remaining(session, link.incident_id)
        return events.read_after(session, seq, incident_id=goes_on, limit=BATCH)
    query = select(JobRow.id).where(JobRow.appointment_id == link.appointment_id)
    return [
        event
        for job_id in session.scalars(query)
        for event in events.read_after(session, seq, job_id=job_id, limit=BATCH)
    ]


def _incident_track(session: Session, runtime: Runtime, incident: Incident) -> Track:
    job = jobs_that_count(session, [incident.id]).get(incident.id)
    helper = _helper(session, incident, job)
    rating = rating_out(rating_of_incident(session, incident.id))
    place = incident.place
    return Track(
        number=incident.number,
        state=incident.state.value,
        stage=helper.stage,
        outcome=None if incident.outcome is None else incident.outcome.value,
        promised_at=incident.promised_at,
        promise_reason=bilingual(incident.promise_reason),
        eta_range=eta_range(incident),
        eta_at=incident.eta_at,
        location=TrackPlace(lon=place.position.lon, lat=place.position.lat, text=place.text),
        unit=helper.shown,
        route=_route(runtime, helper, place.position),
        free=incident.entitlement.free,
        free_reason=bilingual(incident.entitlement.reason),
        timeline=owner_timeline(session, incident.id),
        can_cancel=incident.state in CANCELLABLE_BY_OWNER,
        can_rate=incident.outcome in HELPED and rating is None,
        rating=rating,
        photos=[],
        can_add_photos=incident.is_open,
        now=runtime.clock.now(),
        timezone=runtime.city.timezone,
        basemap=basemap_url(runtime),
        bounds=runtime.city.bounds,
        attribution=runtime.city.attribution,
        kind="incident",
        visit=None,
        window=None,
        return_window=None,
        code=None,
    )


def _helper(session: Session, incident: Incident, job: Job | None) -> _Helper:
    if incident.state is IncidentState.CLOSED:
        cancelled = incident.outcome in (
            Outcome.CANCELLED_BY_OWNER,
            Outcome.CANCELLED_BY_DISPATCHER,
        )
        return _Helper("cancelled" if cancelled else "done", None, None)
    contractor = _contractor_name(session, incident.id)
    if contractor is not None:
        stage = _STAGE_OF_STATE.get(incident.state, "assigned")
        partner = TrackUnit(name=contractor, kind="contractor", lon=None, lat=None, plate=None)
        return _Helper(stage, partner, None)
    if job is None:
        return _Helper("received", None, None)
    return _own_helper(session, job)


def _own_helper(session: Session, job: Job) -> _Helper:
    unit_id = job.unit_id if job.state in ACTIVE else job.planned_unit_id
    if unit_id is None:
        return _Helper("received", None, None)
    unit = get_unit(session, unit_id)
    stage = _STAGE_OF_JOB.get(job.state)
    if stage is None:
        stage = "finishing_other_job" if _has_other_job(session, unit_id) else "assigned"
    coming = stage == "on_the_way"
    place = unit.position if coming else None
    return _Helper(stage, _shown(unit, coming=coming), place, vehicle_of(unit))


def _shown(unit: Unit, *, coming: bool) -> TrackUnit:
    place = unit.position if coming else None
    return TrackUnit(
        name=unit.name,
        kind=unit.kind.value,
        lon=None if place is None else place.lon,
        lat=None if place is None else place.lat,
        plate=unit.plate if coming else None,
    )


def _has_other_job(session: Session, unit_id: int) -> bool:
    query = select(JobRow.id).where(JobRow.unit_id == unit_id, JobRow.state.in_(sorted(ACTIVE)))
    return session.scalars(query.limit(1)).first() is not None


def _contractor_name(session: Session, incident_id: int) -> str | None:
    query = (
        select(ContractorRow.name)
        .join(ContractorOfferRow, ContractorOfferRow.contractor_id == ContractorRow.id)
        .where(
            ContractorOfferRow.incident_id == incident_id,
            ContractorOfferRow.state.in_(("accepted", "arrived")),
        )
    )
    return session.scalars(query).first()


def _route(runtime: Runtime, helper: _Helper, goal: Position) -> dict[str, object] | None:
    start = helper.position
    route = None if start is None else runtime.lines.between(start, goal, helper.vehicle)
    return None if route is None else line_string(route)


# ------------------------------------------------------------------------------- appointments


def _appointment_track(session: Session, runtime: Runtime, booking: AppointmentRow) -> Track:
    visit = appointment_of(booking)
    jobs = jobs_of_appointment(session, booking.id)
    active = next((job for job in jobs if job.is_active), None)
    now = runtime.clock.now()
    stage = visit_stage(now, jobs, is_cancelled=booking.cancelled_at is not None)
    helper = _visitor(session, stage, active)
    rating = rating_out(ratings_of_visits(session, [booking.id]).get(booking.id))
    place = booking.position
    window, return_window = _times(visit.window), _times(visit.return_window)
    expected = return_window if stage in ABOUT_RETURN else window
    return Track(
        number=booking.code,
        state=booking.state,
        stage=stage,
        outcome=None,
        promised_at=None if expected is None else expected[1],
        promise_reason=None,
        eta_range=None,
        eta_at=active.planned_arrival_at if active and stage in _BEFORE_FIRST_ARRIVAL else None,
        location=TrackPlace(lon=place.lon, lat=place.lat, text=booking.place_text),
        unit=helper.shown,
        route=_route(runtime, helper, place),
        free=True,
        free_reason=_BOOKED_FREE,
        timeline=visit_timeline(session, jobs),
        can_cancel=stage != "failed" and offers_to_cancel(visit, jobs),
        can_rate=stage == "done" and rating is None,
        rating=rating,
        photos=[],
        can_add_photos=booking.cancelled_at is None and any(job.state not in FINAL for job in jobs),
        now=now,
        timezone=runtime.city.timezone,
        basemap=basemap_url(runtime),
        bounds=runtime.city.bounds,
        attribution=runtime.city.attribution,
        kind="appointment",
        visit=visit.kind.value,
        window=window,
        return_window=return_window,
        code=booking.code,
    )


_BOOKED_FREE = Bilingual(zh="预约服务，不另收费", en="A booked service: no extra charge")
_BEFORE_FIRST_ARRIVAL: frozenset[Stage] = frozenset({"assigned", "on_the_way"})


def _times(window: Window | None) -> tuple[datetime, datetime] | None:
    return None if window is None else (window.start_at, window.end_at)


def _visitor(session: Session, stage: Stage, active: Job | None) -> _Helper:
    if active is None or active.unit_id is None or stage == "failed":
        return _Helper(stage, None, None)
    unit = get_unit(session, active.unit_id)
    coming = stage in COMING
    shown = _shown(unit, coming=coming)
    if stage == "returning":  # in the owner's own car
        shown = shown.model_copy(update={"plate": None})
    return _Helper(stage, shown, unit.position if coming else None, vehicle_of(unit))
