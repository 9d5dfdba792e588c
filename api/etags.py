"""``ETag`` and ``If-Match`` (RFC 9110): a change is refused when somebody else was faster.

Staff must send ``If-Match`` with every edit of an incident (RFC 6585 has the status for those who
do not): two people work on one queue, and neither may undo the other unawares.

The tag of an incident covers what people decide about it, not what the clock and the optimizer do
to it every few seconds: an ETA that moved is no reason to refuse a note.
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import Depends, Header

from dispatch.incident import Incident
from dispatch.job import ACTIVE, Job
from kernel.errors import ChangedMeanwhile, ReadFirst


def etag_of(incident: Incident, job: Job | None) -> str:
    """Return the strong tag of an incident, quotes included."""
    decided = [
        incident.id,
        incident.state.value,
        incident.outcome and incident.outcome.value,
        [incident.place.position.lon, incident.place.position.lat, incident.place.note],
        incident.caller.name,  # not the number: what is hidden of it could be guessed from a hash
        [incident.vehicle.vin, incident.vehicle.plate, incident.vehicle.model],
        [incident.scenario, incident.symptom, incident.effect, incident.note],
        [incident.drivable, incident.safe_place, incident.n_people, incident.state_of_charge_pct],
        [incident.n_calls, incident.merged_into],
        None if job is None else _decided_of(job),
    ]
    text = json.dumps(decided, ensure_ascii=True, default=str)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def _decided_of(job: Job) -> list[object]:
    bound = job.state in ACTIVE
    # A lock names the planned unit; without one the optimizer may change it at any time.
    unit_id = job.unit_id if bound else (job.planned_unit_id if job.lock else None)
    return [job.id, job.state.value, job.lock, unit_id]


def check(given: str | None, present: str) -> None:
    """Return when the change may be made.

    Raises
    ------
    ReadFirst
        When no ``If-Match`` was given.
    ChangedMeanwhile
        When it names another state than the present one; ``*`` names any.
    """
    if given is None or not given.strip():
        raise ReadFirst(
            "The request does not say which state it changes: there is no If-Match.",
            remedy="Read it, and send its etag as If-Match; `If-Match: *` changes it in any state.",
            zh="未说明所依据的版本，请重新查看后再修改。",
        )
    if given.strip() == "*":
        return
    if present not in [one.strip() for one in given.split(",")]:
        raise ChangedMeanwhile(
            "Somebody else has changed this since you read it.",
            remedy="Read it again, then decide anew.",
            zh="刚被他人更改，请重新查看后再决定。",
        )


async def _if_match(
    if_match: Annotated[
        str | None,
        Header(
            max_length=200,
            pattern=r"^[\x20-\x7e]*$",
            description="The etag of the incident as it was read: 412 if it has changed since,"
            " 428 without one.",
        ),
    ] = None,
) -> str | None:
    return if_match


IfMatch = Annotated[str | None, Depends(_if_match)]
