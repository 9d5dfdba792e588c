"""A dispatcher's console, as its page behaves (`api/web/src/console/store`), and who sits there."""

from __future__ import annotations

import asyncio
import json
import random
import time

from benchmarks.load.connection import Connection

UNITS_EVERY_S = 2.0
SAFETY_NET_S = 20.0
DETAIL_EVERY_S = 10.0
CANDIDATES_EVERY_S = 10.0
_AFTER_EVENT_S = {"incidents": 0.25, "units": 0.25, "closed": 3.0, "detail": 0.7}
_APART_S = {"incidents": 1.0, "units": 1.0, "closed": 3.0, "detail": 0.7}
"""While much happens, fetches begin so far apart."""

_PATHS = {
    "incidents": "/incidents?state=open&limit=500",
    "units": "/units",
    "closed": "/incidents?state=closed&limit=500",
}
_ENDS = frozenset({"incident.closed", "incident.cancelled"})
_OPENS_EVERY_S = (5.0, 15.0)
"""A dispatcher opens another incident so often; every tenth time a note is added."""


class Console:
    """One page and one person; ``open_ids`` is shared: the incidents that are open."""

    def __init__(self, connection: Connection, number: int, open_ids: dict[int, None]) -> None:
        self.connection, self.open_ids = connection, open_ids
        self.rng = random.Random(number)
        self.selected: int | None = None
        self._due = {name: asyncio.Event() for name in _AFTER_EVENT_S}
        self._number, self._n = number, 0
        self._etag: str | None = None
        self._judged: int | None = None
        self._judged_at = 0.0

    async def stream(self) -> None:
        """Hear every event, fetch what it may have changed."""
        record = self.connection.record
        async for kind, data in self.connection.stream("/events"):
            record = self.connection.record
            record.n_events += record.is_on
            incident = json.loads(data).get("incident_id")
            if kind in ("job.planned", "job.ordered") and incident is not None:
                record.recommended_at.setdefault(incident, time.perf_counter())
            if kind in _ENDS:
                self.open_ids.pop(incident, None)
                self._due["closed"].set()
            self._due["incidents"].set()
            if incident is not None and incident == self.selected:
                self._due["detail"].set()
            if kind.startswith(("unit.", "job.")):
                self._due["units"].set()

    async def refresh(self, name: str) -> None:
        """Fetch one list for ever, a moment after it may have changed, at most so often."""
        began = float("-inf")
        while True:
            await self._due[name].wait()
            left_s = began + _APART_S[name] - time.perf_counter()
            await asyncio.sleep(max(_AFTER_EVENT_S[name], left_s))
            self._due[name].clear()
            began = time.perf_counter()
            if name == "detail":
                await self._show("list")
            else:
                await self.connection.ask("list", "GET", _PATHS[name])

    async def poll(self, name: str, every_s: float) -> None:
        """Ask for a list to be fetched, for ever."""
        await asyncio.sleep(self.rng.uniform(0, every_s))
        while True:
            self._due[name].set()
            await asyncio.sleep(every_s)

    async def sit(self) -> None:
        """Open one incident after another."""
        while True:
            await asyncio.sleep(self.rng.uniform(*_OPENS_EVERY_S))
            if not self.open_ids:
                continue
            self.selected = self.rng.choice(list(self.open_ids))
            await self._show("action")
            if self.rng.random() < 0.1 and self.selected in self.open_ids:
                await self._note(self.selected)

    async def _note(self, incident_id: int) -> None:
        self._n += 1
        key = f"console-{self._number}-{self._n}"
        body = {"note": f"Called back, {self._n}."}
        path = f"/incidents/{incident_id}"
        await self.connection.ask("action", "PATCH", path, body, key=key, if_match=self._etag)

    async def _show(self, what: str) -> None:
        shown = self.selected
        if shown is None or shown not in self.open_ids:
            return
        due = shown != self._judged or time.perf_counter() - self._judged_at > CANDIDATES_EVERY_S
        answer = await self.connection.ask(what, "GET", f"/incidents/{shown}")
        self._etag = answer.etag if answer is not None else None
        if due and shown in self.open_ids:
            self._judged, self._judged_at = shown, time.perf_counter()
            await self.connection.ask("candidates", "GET", f"/incidents/{shown}/candidates")

    def tasks(self) -> list[asyncio.Task[None]]:
        """Start all of it."""
        polls = {"units": UNITS_EVERY_S, "incidents": SAFETY_NET_S, "detail": DETAIL_EVERY_S}
        return [
            asyncio.create_task(self.stream()),
            asyncio.create_task(self.sit()),
            *(asyncio.create_task(self.refresh(name)) for name in self._due),
            *(asyncio.create_task(self.poll(name, s)) for name, s in polls.items()),
        ]
