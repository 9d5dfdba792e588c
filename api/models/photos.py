"""Photos as staff and owners see them; the picture itself has an address of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from field_app.wire import Bilingual, WireModel


class PhotoOut(WireModel):
    """A photo of the fault by the owner, or of a step of a job by its technician."""

    id: int
    step: str
    label: Bilingual
    by: Literal["owner", "technician"]
    unit_code: str | None
    taken_at: datetime
    received_at: datetime
    width: int
    height: int


class MissingPhotoOut(WireModel):
    """A photo that a job asked for: its unit went on without one; ``reason`` says why, if known."""

    step: str
    label: Bilingual
    unit_code: str | None
    reason: Bilingual | None
