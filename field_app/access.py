"""What the technician's endpoints stand on; whoever mounts them provides it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from fastapi import Response

from dispatch.context import DispatchContext
from kernel.events import Event


class Streamer(Protocol):
    """Answers with server-sent events."""

    def __call__(
        self,
        read: Callable[[int], list[Event]],
        *,
        name: str,
        after: int | None,
    ) -> Response:
        """Return a stream that sends ``name``, without content, for each event that is read.

        ``read`` returns the events after a sequence number; ``after`` is where to begin (``None``:
        with what happens next).
        """
        ...


@dataclass(frozen=True, slots=True)
class Technician:
    """Who speaks, and the service they speak to; nothing of another unit is shown or changed."""

    unit_id: int
    context: DispatchContext
    stream: Streamer


Authenticate = Callable[..., Technician]
"""A FastAPI dependency that returns the technician or raises."""
