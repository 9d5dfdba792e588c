"""One request, known again by the key that its sender chose for it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

MAX_KEY = 200


@dataclass(frozen=True, slots=True)
class Repeated:
    """A writing request as far as repeats matter; ``key`` is ``None`` where none was given."""

    key: str | None
    digest: str


def digest_of(method: str, path: str, body: bytes) -> str:
    """Return what tells two requests apart."""
    return hashlib.sha256(f"{method} {path}\n".encode() + body).hexdigest()


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=MAX_KEY,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key and body get the same answer; another body gets 422.",
    ),
]


async def _repeated(request: Request, idempotency_key: IdempotencyKey = None) -> Repeated:
    body = await request.body()
    asked = f"?{request.url.query}" if request.url.query else ""
    return Repeated(idempotency_key, digest_of(request.method, request.url.path + asked, body))


Repeat = Annotated[Repeated, Depends(_repeated)]
"""Declares the header of an endpoint and reads it."""
