"""What the event log shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from field_app.wire import WireModel


class EventOut(WireModel):
    """One thing that happened; ``seq`` grows by one."""

    seq: int
    at: datetime
    region: str
    kind: str
    incident_id: int | None
    job_id: int | None
    unit_id: int | None
    payload: dict[str, Any]


class Events(WireModel):
    """Events in order, oldest first."""

    items: list[EventOut]
