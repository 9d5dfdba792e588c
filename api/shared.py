"""Lists that every console asks for: made once for each state of the log, sent to all.

Twenty consoles fetch the same list at the same event. Whoever asks first makes it; the others wait
for it and get the same bytes. What changes without an event (places, estimates) may be old by
`max_age_s`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Response
from pydantic import BaseModel

from api.streams import EventFeed


@dataclass(slots=True)
class _Kept:
    turn: threading.Lock = field(default_factory=threading.Lock)
    body: bytes = b""
    made_at: float = float("-inf")
    heard: int = -1


class SharedAnswers:
    """Answers by name; names are few and hold nothing of who asks.

    Parameters
    ----------
    feed
        Says whether anything has happened.
    max_age_s
        How old an answer may be although nothing has happened; 0: each is made anew.
    """

    def __init__(self, feed: EventFeed, max_age_s: float) -> None:
        self._feed = feed
        self._max_age_s = max_age_s
        self._kept: dict[str, _Kept] = {}

    def answer(self, name: str, make: Callable[[], BaseModel]) -> Response:
        """Return the answer of a name, made after the request came or still true."""
        came_at = time.monotonic()
        kept = self._kept.setdefault(name, _Kept())
        with kept.turn:
            if not self._holds(kept, came_at):
                heard, made_at = self._feed.heard, time.monotonic()
                kept.body = make().model_dump_json().encode()
                kept.heard, kept.made_at = heard, made_at
            body = kept.body
        return Response(body, media_type="application/json")

    def _holds(self, kept: _Kept, came_at: float) -> bool:
        if self._max_age_s <= 0:
            return False
        if kept.made_at >= came_at:
            return True
        young = time.monotonic() - kept.made_at <= self._max_age_s
        return young and kept.heard == self._feed.heard
