"""The process that makes the load: ``python -m benchmarks.load.generate``.

Reads an `Order` as JSON on standard input; writes one line of JSON on standard output when a load
begins to count and one, with its figures, when it has ended.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from benchmarks.demo.world import Call, draw_day
from benchmarks.load.connection import LONGEST_ANSWER_S, Connection
from benchmarks.load.console import Console
from benchmarks.load.fleet import account
from benchmarks.load.phone import USUAL_JOB_S, Phone
from benchmarks.load.record import Record
from geo_data.city import load_city

_LOGINS_AT_ONCE = 4
_FILL_EVERY_S = 0.1
FILL_S = 0.8
"""Filling is given up after so long for each incident: then the load begins with fewer."""


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be played: ``loads`` are names and calls an hour, one after another.

    ``settle_s`` passes before a load counts, and again at its end: what was called within the time
    may still be planned and told afterwards, so long. ``is_filled``: as many incidents are open
    from the beginning as the load has in its steady state.
    """

    url: str
    city: str
    data_dir: str
    fleet: dict[str, Any]
    n_consoles: int
    loads: dict[str, float]
    minutes: float
    settle_s: float
    is_filled: bool
    seed: int

    def write(self) -> str:
        """Return it as JSON."""
        return json.dumps(asdict(self))

    @property
    def longest_s(self) -> float:
        """Return when the play is over at the latest, also where the service does not keep up."""
        n_units = len(self.fleet["units"])
        filled = sum(FILL_S * max(1, wanted(it)) for it in self.loads.values())
        each_s = self.minutes * 60 + 2 * self.settle_s + 3 * LONGEST_ANSWER_S
        return 60 + 0.5 * n_units + filled * self.is_filled + each_s * len(self.loads)


def wanted(per_hour: float) -> int:
    """Return how many incidents a load has open in its steady state."""
    return round(per_hour * USUAL_JOB_S / 3600)


class Play:
    """All clients of one run."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.record = Record()
        self.open_ids: dict[int, None] = {}
        self.connections: list[Connection] = []
        self.phones: list[Phone] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.calls = self._draw_calls()

    async def run(self) -> None:
        """Play every load."""
        hotline = await self._connect(account(self.order.fleet, "hotline"))
        await self._start_phones()
        desk = account(self.order.fleet, "desk")
        for number in range(self.order.n_consoles):
            console = Console(await self._connect(desk), number, self.open_ids)
            self.tasks += console.tasks()
        for name, per_hour in self.order.loads.items():
            await self._play_load(hotline, name, per_hour)
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        for connection in self.connections:
            await connection.close()

    async def _play_load(self, hotline: Connection, name: str, per_hour: float) -> None:
        self._count_on(Record())
        lag = asyncio.create_task(self.record.watch_lag())
        if self.order.is_filled:
            await self._fill(hotline, wanted(per_hour))
        await asyncio.sleep(self.order.settle_s)
        self.record.begin()
        _say({"begins": name, "open": len(self.open_ids)})
        until = time.perf_counter() + self.order.minutes * 60
        calling: list[asyncio.Task[None]] = []
        beats = [it.at for it in self._day(per_hour, self.order.seed + 1)]
        first = time.perf_counter()
        for at in beats:
            due = first + (at - beats[0]).total_seconds()
            if due > until:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            calling.append(asyncio.create_task(self._call(hotline)))
        await asyncio.sleep(max(0.0, until - time.perf_counter()))
        await asyncio.gather(*calling)
        await asyncio.sleep(self.order.settle_s)
        lag.cancel()
        self._raise_failures()
        _say({"ends": name, "figures": self.record.figures(), "open": len(self.open_ids)})

    async def _fill(self, hotline: Connection, n_open: int) -> None:
        """Bring the number of open incidents to what this load has in its steady state."""
        for phone in self.phones:
            phone.skips = True
        until = time.perf_counter() + FILL_S * max(1, n_open)
        while len(self.open_ids) < n_open and time.perf_counter() < until:
            await self._call(hotline)
            await asyncio.sleep(_FILL_EVERY_S)
        for phone in self.phones:
            phone.skips = False

    async def _call(self, hotline: Connection) -> None:
        call = next(self.calls)
        # What every city takes, and another number for each call: or calls would be merged.
        vehicle = {name: it for name, it in call.car.body().items() if name != "plate"}
        caller = {"phone": f"+86138{call.number:08d}"}
        body = call.intake() | {"case_ref": None, "caller": caller, "vehicle": vehicle}
        sent = time.perf_counter()
        key = f"call-{call.number}-{call.fault}"
        answer = await hotline.ask("action", "POST", "/incidents", body, key=key)
        if answer is None:
            return
        incident = answer.json()
        if incident["state"] != "closed":
            self.open_ids[incident["id"]] = None
            if incident["job"] is not None and answer.status == HTTPStatus.CREATED:
                self.record.created(incident["id"], sent)

    async def _connect(self, who: Any) -> Connection:
        connection = Connection(self.order.url, self.record)
        self.connections.append(connection)
        await connection.login(who.user, who.secret)
        return connection

    async def _start_phones(self) -> None:
        turn = asyncio.Semaphore(_LOGINS_AT_ONCE)

        async def start(unit: dict[str, Any]) -> None:
            async with turn:
                connection = Connection(self.order.url, self.record)
                self.connections.append(connection)
                await connection.login(unit["code"], unit["pin"])
                phone = Phone(connection, unit["code"], (unit["lon"], unit["lat"]))
                await phone.start()
                self.phones.append(phone)

        await asyncio.gather(*(start(unit) for unit in self.order.fleet["units"]))
        for phone in self.phones:
            for part in (phone.report(), phone.listen(), phone.look_around(), phone.work()):
                self.tasks.append(asyncio.create_task(part))

    def _count_on(self, record: Record) -> None:
        """Note down into a new record; a call of the last load that waits still is not lost."""
        record.created_at |= self.record.created_at
        record.recommended_at |= self.record.recommended_at
        record.phone_at |= self.record.phone_at
        self.record = record
        for connection in self.connections:
            connection.record = record

    def _raise_failures(self) -> None:
        for task in self.tasks:
            if task.done() and not task.cancelled() and task.exception() is not None:
                raise task.exception() or AssertionError

    def _draw_calls(self) -> Any:
        return iter(self._day(3600.0, self.order.seed))

    def _day(self, per_hour: float, seed: int) -> tuple[Call, ...]:
        city = load_city(self.order.city, Path(self.order.data_dir))
        minutes = max(60.0, 2 * self.order.minutes)
        now = datetime.now(UTC)
        return draw_day(city, start=now, minutes=minutes, calls_per_hour=per_hour, seed=seed).calls


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()  # whoever started us waits for it


def main() -> None:
    """Read the order and play it."""
    logging.basicConfig(level=logging.WARNING)
    asyncio.run(Play(Order(**json.loads(sys.stdin.read()))).run())


if __name__ == "__main__":
    main()
