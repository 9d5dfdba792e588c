"""Pictures on the wire: a bare body one way, bytes that nobody may reinterpret the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Path, Query, Request, Response

from dispatch.photos import PhotoSent
from dispatch.pictures import MEDIA_TYPES, read_picture
from dispatch.store import PhotoRow
from field_app.wire import Instant, ShortText

PHOTO_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The picture itself: JPEG, PNG or WebP, less than 1 MB.",
        "content": {it: {"schema": {"type": "string", "format": "binary"}} for it in MEDIA_TYPES},
    }
}
"""What an endpoint that takes a `SentPhoto` adds to its description."""

PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The picture, without metadata.",
        "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
    }
}

PhotoId = Annotated[int, Path(ge=1, le=2**31 - 1)]
ClientId = Annotated[
    ShortText,
    Query(max_length=64, description="Chosen by the device: repeats of one photo carry the same."),
]
TakenAt = Annotated[Instant | None, Query(description="By the device's clock; without: now.")]

_HEADERS = {
    "Cache-Control": "private, max-age=3600, immutable",
    "Content-Disposition": "inline",
    "X-Content-Type-Options": "nosniff",
}


@dataclass(frozen=True, slots=True)
class Unread:
    """A photo as it came, not decoded yet: that takes a thread, and who asks is looked at first."""

    client_id: str
    taken_at: datetime | None
    body: bytes

    def read(self) -> PhotoSent:
        """Return it decoded; InvalidInput when it is no picture."""
        return PhotoSent(self.client_id, read_picture(self.body), self.taken_at)


async def _sent(request: Request, client_id: ClientId, taken_at: TakenAt = None) -> Unread:
    return Unread(client_id, taken_at, await request.body())


SentPhoto = Annotated[Unread, Depends(_sent)]
"""Declares the query of an endpoint that takes a photo, and reads its body."""


def picture_response(row: PhotoRow) -> Response:
    """Return the picture."""
    return Response(row.picture, media_type=MEDIA_TYPES[0], headers=_HEADERS)
