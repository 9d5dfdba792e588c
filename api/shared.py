"""Lists that every console asks for: made once for each state of the log, sent to all.

Twenty consoles fetch the same list at the same event. Whoever asks first makes it; the others wait
for it and get the same bytes. What changes without an event (places, estimates) may be old by
`max_age_s`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import Response
from pydantic import BaseModel

from api.streams import EventFeed
from kernel.damaged import DAMAGE
from kernel.together import Together

_log = structlog.get_logger("api")

Render = Callable[[Sequence[int]], Mapping[int, BaseModel]]
"""Makes items of a list, by id."""


@dataclass(slots=True)
class Rendered:
    """Items of one list as JSON, each with what it was made of."""

    _kept: dict[int, tuple[Any, bytes]] = field(default_factory=dict)

    def items(
        self,
        made_of: Mapping[int, Any],
        render: Render,
    ) -> list[bytes]:
        """Return the items in order; only those made of something else now are rendered.

        One that cannot be made of what is stored is left out, told in the log and tried again.
        """
        kept = self._kept
        old = {
            it: kept[it][1]
            for it, source in made_of.items()
            if it in kept and kept[it][0] == source
        }
        new = [it for it in made_of if it not in old]
        found = old | ({it: one.model_dump_json().encode() for it, one in _made(new, render)})
        self._kept = {it: (source, found[it]) for it, source in made_of.items() if it in found}
        return [body for _, body in self._kept.values()]


def _made(ids: Sequence[int], render: Render) -> Iterable[tuple[int, BaseModel]]:
    if not ids:
        return ()
    try:
        return render(ids).items()
    except DAMAGE:
        return [item for one in ids for item in _made_alone(one, render)]


def _made_alone(one: int, render: Render) -> Iterable[tuple[int, BaseModel]]:
    try:
        return render([one]).items()
    except DAMAGE as error:
        _log.error("item.damaged", id=one, reason=type(error).__name__)
        return ()


Make = Callable[[Rendered], bytes]
"""Makes an answer; what it renders is kept for the next time, for whoever makes it then."""


class _Kept:
    """One list as it was made the last time, and its state then."""

    def __init__(self, feed: EventFeed, max_age_s: float) -> None:
        self._feed, self._max_age_s = feed, max_age_s
        self._rendered = Rendered()
        self._body = b""
        self._made_at = float("-inf")
        self._heard = -1
        self._together: Together[Make, bytes] = Together(self._make)

    async def body(self, make: Make) -> bytes:
        """Return the list, made after the request came or still true."""
        if self._max_age_s > 0 and self._is_true():
            return self._body
        return await self._together.take(make)

    def _is_true(self) -> bool:
        young = time.monotonic() - self._made_at <= self._max_age_s
        return young and self._heard == self._feed.heard

    def _make(self, makes: Sequence[Make]) -> list[bytes | Exception]:
        """Make the list once for all who have asked since it was made the last time."""
        heard, made_at = self._feed.heard, time.monotonic()
        self._body = makes[0](self._rendered)
        self._heard, self._made_at = heard, made_at
        return [self._body] * len(makes)


class SharedAnswers:
    """Answers by name; names are few and hold nothing of who asks.

    Parameters
    ----------
    feed
        Says whether anything has happened.
    max_age_s
        How old an answer may be although nothing has happened; 0: only who asks at once shares one.
    """

    def __init__(self, feed: EventFeed, max_age_s: float) -> None:
        self._feed = feed
        self._max_age_s = max_age_s
        self._kept: dict[str, _Kept] = {}

    async def answer(self, name: str, make: Make) -> Response:
        """Return the answer of a name, made after the request came or still true."""
        kept = self._kept.get(name)
        if kept is None:
            kept = self._kept[name] = _Kept(self._feed, self._max_age_s)
        return Response(await kept.body(make), media_type="application/json")
