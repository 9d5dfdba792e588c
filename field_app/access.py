"""What the technician's endpoints stand on; whoever mounts them provides it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import Response
from pydantic import BaseModel

from dispatch.context import DispatchContext
from field_app.fixes import Fixes
from field_app.repeating import Repeated
from kernel.database import WriteSession
from kernel.events import Event


class Streamer(Protocol):
    """Answers with server-sent events."""

    def __call__(
        self,
        read: Callable[[int], list[Event]],
        fits: Callable[[Event], bool],
        *,
        name: str,
        after: int | None,
    ) -> Response:
        """Return a stream that sends ``name``, without content, for each event that is read.

        ``read`` returns the events after a sequence number, ``fits`` says of one event whether it
        would be among them; ``after`` is where to begin (``None``:
        with what happens next).
        """
        ...


class Writer(Protocol):
    """Answers a writing request: one transaction, and a repeat gets the first one's answer."""

    def __call__(
        self,
        repeat: Repeated,
        act: Callable[[WriteSession], BaseModel],
        *,
        status: int = 200,
        appends: bool = True,
    ) -> Response:
        """Run ``act`` once and return its answer; ``appends``: see `Database.write`."""
        ...


@dataclass(frozen=True, slots=True)
class Technician:
    """Who speaks, and the service they speak to; nothing of another unit is shown or changed."""

    unit_id: int
    context: DispatchContext
    stream: Streamer
    write: Writer
    fixes: Fixes


Authenticate = Callable[..., Technician | Awaitable[Technician]]
"""A FastAPI dependency that returns the technician or raises."""
