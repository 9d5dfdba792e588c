"""Photos of incidents and visits, without the pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from api.models.photos import MissingPhotoOut, PhotoOut
from api.owner_links import OwnerLink
from api.views.words import bilingual
from dispatch.evidence import MissingPhoto, evidence_rules
from dispatch.store import PhotoRow, photos_of_incidents, photos_of_visits


def photos_out(rows: Sequence[PhotoRow], codes: Mapping[int, str]) -> list[PhotoOut]:
    """Return photos, with the codes of the units that took them."""
    return [photo_out(row, codes.get(row.unit_id or 0)) for row in rows]


def photo_out(row: PhotoRow, unit_code: str | None = None) -> PhotoOut:
    """Return one photo."""
    return PhotoOut(
        id=row.id,
        step=row.step,
        label=bilingual(evidence_rules().label(row.step)),
        by="owner" if row.is_owners else "technician",
        unit_code=unit_code,
        taken_at=row.taken_at,
        received_at=row.received_at,
        width=row.width,
        height=row.height,
    )


def missing_out(missing: Sequence[MissingPhoto], codes: Mapping[int, str]) -> list[MissingPhotoOut]:
    """Return what units went on without."""
    return [
        MissingPhotoOut(
            step=it.step.name,
            label=bilingual(it.step.label),
            unit_code=codes.get(it.unit_id or 0),
            reason=bilingual(it.reason),
        )
        for it in missing
    ]


def own_rows(session: Session, link: OwnerLink) -> list[PhotoRow]:
    """Return the photos that came through a link: of others who called for the car, none."""
    if link.appointment_id is not None:
        rows = photos_of_visits(session, [link.appointment_id]).get(link.appointment_id, [])
    else:
        mine = link.own_incident_id or 0
        together = photos_of_incidents(session, [mine]).get(mine, [])
        rows = [row for row in together if row.incident_id == mine]
    return [row for row in rows if row.is_owners]
