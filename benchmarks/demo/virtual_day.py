"""One policy's day on the virtual clock: service, dispatcher and agents in one process.

The clock moves only when none of them has anything left to do at this instant. Everybody still
speaks HTTP (in process) with a token of their own.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from benchmarks.demo import caller, contractor, technician
from benchmarks.demo.connection import Connection
from benchmarks.demo.fleet import DemoFleet
from benchmarks.demo.report import read_day, report
from benchmarks.demo.street import Street
from benchmarks.demo.timeline import VirtualTimeline
from benchmarks.demo.world import Day
from benchmarks.service import Service
from kernel.clock import VirtualClock

LOOK_EVERY = timedelta(seconds=60)
PATIENCE = timedelta(hours=8)
"""After the last call the clock runs on until all incidents are closed, at most this long."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class VirtualDay:
    """A day being played; `play` returns its report.

    Attributes
    ----------
    crews
        The technicians, with what they have driven.
    incidents
        All of the day, as the service tells them at its end.
    """

    service: Service
    clock: VirtualClock
    day: Day
    fleet: DemoFleet
    seed: int
    counted_from: datetime
    over: bool = False
    decisions_s: list[float] = field(default_factory=list)
    crews: list[technician.Technician] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)

    async def play(self) -> dict[str, Any]:
        """Play the day to its end and return its report."""
        transport = httpx.ASGITransport(app=self.service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            visitor = Connection(client)
            admin = Connection(client, self.service.issue_token("admin"))
            await admin.put("/fleet", self.fleet.body)
            dispatcher = await visitor.login(
                self.fleet.dispatcher.user, self.fleet.dispatcher.secret
            )
            timeline = VirtualTimeline(self.clock)
            self.service.on_notice(timeline.notify)
            try:
                await self._cast(timeline, visitor, dispatcher)
                await self._run(timeline)
            finally:
                await timeline.close()
            self.incidents, events = await read_day(dispatcher)
            return report(
                self.incidents,
                events,
                counted_from=self.counted_from,
                decisions_s=self.decisions_s,
            )

    async def _cast(
        self, timeline: VirtualTimeline, visitor: Connection, dispatcher: Connection
    ) -> None:
        """Bring on callers, technicians, contractors and the one who closes the day."""
        street = Street()
        for account, unit in zip(self.fleet.technicians, self.fleet.body["units"], strict=True):
            phone = await visitor.login(account.user, account.secret)
            crew = technician.Technician(account.user, timeline, phone, street)
            self.crews.append(crew)
            timeline.spawn(crew.work(unit["lon"], unit["lat"]))
            await timeline.settled()
        for outside in self.fleet.body["contractors"]:
            desk = await visitor.login(outside["user"], outside["secret"])
            timeline.spawn(contractor.answer_offers(timeline, desk, outside["user"], self.seed))
        hotline = await visitor.login(self.fleet.call_taker.user, self.fleet.call_taker.secret)
        timeline.spawn(caller.make_calls(timeline, hotline, street, self.day.calls))
        timeline.spawn(self._close(timeline, dispatcher))

    async def _run(self, timeline: VirtualTimeline) -> None:
        dispatcher = self.service.dispatcher
        while not self.over:
            acted = await timeline.step()
            if self._dispatch() or acted:
                continue
            due = [t for t in (timeline.next_due(), dispatcher.next_due()) if t is not None]
            self.clock.move_to(max(min(due), self.clock.now()))

    def _dispatch(self) -> bool:
        """Run the dispatcher once; a decision's seconds include snapshot, check and bookkeeping."""
        dispatcher = self.service.dispatcher
        before, began = dispatcher.n_decisions, time.perf_counter()
        acted = dispatcher.run_due()
        if dispatcher.n_decisions > before:
            self.decisions_s.append(time.perf_counter() - began)
        return acted

    async def _close(self, timeline: VirtualTimeline, dispatcher: Connection) -> None:
        await timeline.wait(self.day.end)
        while not self.over:
            still_open = (await dispatcher.get("/incidents", state="open", limit=500))["items"]
            late = timeline.now() >= self.day.end + PATIENCE
            if late and still_open:
                _log.warning("%d incidents were still open when patience ended", len(still_open))
            self.over = late or not still_open
            await timeline.wait(timeline.now() + LOOK_EVERY)
