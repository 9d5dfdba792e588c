"""Photos: the owner's through the link, and all of a case for who takes care of it."""

from __future__ import annotations

from fastapi import APIRouter, Response

from api.access import FOR_CALL_TAKERS, Owner
from api.models.photos import PhotoOut
from api.routes.appointments import AppointmentId
from api.routes.incidents import IncidentId
from api.views.incidents import incident_in_region
from api.views.photos import own_rows, photo_out
from api.writing import Repeat, Run
from dispatch.appointments import get_appointment
from dispatch.photos import add_owners_photo, no_such_photo, photo_of
from field_app.photo_body import PHOTO_BODY, PICTURE, PhotoId, SentPhoto, picture_response
from kernel.database import WriteSession

router = APIRouter()
_owners = APIRouter(prefix="/track/{key}/photos", tags=["owner"])


@_owners.post(
    "",
    status_code=201,
    response_model=PhotoOut,
    responses={200: {"model": PhotoOut, "description": "It was sent before."}},
    openapi_extra=PHOTO_BODY,
)
def add_photo(link: Owner, photo: SentPhoto, repeat: Repeat, runtime: Run) -> Response:
    """Take a photo of the car and its fault, until all is over."""
    sent = photo.read()  # takes a moment, in which nobody else has to wait

    def act(session: WriteSession) -> tuple[int, PhotoOut]:
        row, is_new = add_owners_photo(
            session,
            runtime.context,
            sent,
            incident_id=link.own_incident_id,
            appointment_id=link.appointment_id,
        )
        return (201 if is_new else 200), photo_out(row)

    return repeat.answer(runtime, link.principal, act)


@_owners.get("/{photo_id}", response_class=Response, responses=PICTURE)
def owners_photo(link: Owner, photo_id: PhotoId, runtime: Run) -> Response:
    """Return a picture that came through this link."""
    with runtime.database.read() as session:
        for row in own_rows(session, link):
            if row.id == photo_id:
                return picture_response(row)
    raise no_such_photo(photo_id)


@router.get(
    "/incidents/{incident_id}/photos/{photo_id}",
    response_class=Response,
    responses=PICTURE,
    dependencies=[FOR_CALL_TAKERS],
    tags=["incidents"],
)
def photo_of_incident(incident_id: IncidentId, photo_id: PhotoId, runtime: Run) -> Response:
    """Return a picture of an incident, or of one that was joined with it."""
    with runtime.database.read() as session:
        incident_in_region(session, runtime.region, incident_id)
        return picture_response(photo_of(session, photo_id, incident_id=incident_id))


@router.get(
    "/appointments/{appointment_id}/photos/{photo_id}",
    response_class=Response,
    responses=PICTURE,
    dependencies=[FOR_CALL_TAKERS],
    tags=["appointments"],
)
def photo_of_visit(appointment_id: AppointmentId, photo_id: PhotoId, runtime: Run) -> Response:
    """Return a picture of a visit."""
    with runtime.database.read() as session:
        if get_appointment(session, appointment_id).region != runtime.region:
            raise no_such_photo(photo_id)
        return picture_response(photo_of(session, photo_id, appointment_id=appointment_id))


router.include_router(_owners)
