"""Lists that every console asks for: made once for each state of the log, sent to all.

Twenty consoles fetch the same list at the same event. Whoever asks first makes it; the others wait
for it and get the same bytes. What changes without an event (places, estimates) may be old by
`max_age_s`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from api.streams import EventFeed


@dataclass(slots=True)
class Rendered:
    """Items of one list as JSON, each with what it was made of."""

    _kept: dict[int, tuple[Any, bytes]] = field(default_factory=dict)

    def items(
        self,
        made_of: Mapping[int, Any],
        render: Callable[[Sequence[int]], Mapping[int, BaseModel]],
    ) -> list[bytes]:
        """Return the items in order; only those made of something else now are rendered."""
        kept = self._kept
        old = {
            it: kept[it][1]
            for it, source in made_of.items()
            if it in kept and kept[it][0] == source
        }
        new = [it for it in made_of if it not in old]
        fresh = (
            {it: model.model_dump_json().encode() for it, model in render(new).items()}
            if new
            else {}
        )
        self._kept = {
            it: (source, old[it] if it in old else fresh[it]) for it, source in made_of.items()
        }
        return [body for _, body in self._kept.values()]


Make = Callable[[Rendered], bytes]
"""Makes an answer; what it renders is kept for the next time, for whoever makes it then."""


@dataclass(slots=True)
class _Kept:
    turn: threading.Lock = field(default_factory=threading.Lock)
    rendered: Rendered = field(default_factory=Rendered)
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

    def answer(self, name: str, make: Make) -> Response:
        """Return the answer of a name, made after the request came or still true."""
        came_at = time.monotonic()
        kept = self._kept.setdefault(name, _Kept())
        with kept.turn:
            if not self._holds(kept, came_at):
                heard, made_at = self._feed.heard, time.monotonic()
                kept.body = make(kept.rendered)
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
