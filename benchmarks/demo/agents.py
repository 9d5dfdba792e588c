"""The process of callers, technicians and the contractor in the live demo.

Started as ``python -m benchmarks.demo.agents``; reads its cast (address, accounts, where crews
start, seed) as JSON on standard input and has nothing else of the service.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from benchmarks.demo import caller, contractor, technician
from benchmarks.demo.connection import API, Connection
from benchmarks.demo.drawing import drawn_car
from benchmarks.demo.street import Street
from benchmarks.demo.timeline import LiveTimeline
from benchmarks.demo.world import draw_day
from geo_data.city import load_city

PATIENCE = 12
HOURS = 24
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays, and where the service is.

    ``technicians`` and ``provider`` are ``[user, secret]`` with the place a crew starts from.
    """

    url: str
    city: str
    data_dir: str
    seed: int
    calls_per_hour: float
    technicians: list[dict[str, Any]]
    provider: dict[str, str]
    call_taker: dict[str, str]

    @classmethod
    def read(cls, text: str) -> Cast:
        """Return the cast written by `write`."""
        return cls(**json.loads(text))

    def write(self) -> str:
        """Return the cast as JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})


async def play(cast: Cast) -> None:
    """Play until the process is ended or an agent fails."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=40)
    timeout = httpx.Timeout(30.0, pool=None)
    async with httpx.AsyncClient(base_url=cast.url, limits=limits, timeout=timeout) as client:
        visitor = Connection(client, None, PATIENCE)
        clock = await visitor.get("/clock")
        now, speed = datetime.fromisoformat(clock["now"]), float(clock["speed"])
        timeline = LiveTimeline(now, speed)
        street = Street()
        for crew in cast.technicians:
            timeline.spawn(_technician(timeline, visitor, street, crew, speed))
        desk = await visitor.login(cast.provider["user"], cast.provider["secret"])
        timeline.spawn(contractor.answer_offers(timeline, desk, cast.provider["user"], cast.seed))
        hotline = await visitor.login(cast.call_taker["user"], cast.call_taker["secret"])
        day = draw_day(
            load_city(cast.city, Path(cast.data_dir)),
            start=now + timedelta(seconds=10 * speed),
            minutes=HOURS * 60,
            calls_per_hour=cast.calls_per_hour,
            seed=cast.seed,
        )
        timeline.spawn(caller.make_calls(timeline, hotline, street, day.calls))
        await timeline.failure


async def _technician(
    timeline: LiveTimeline, visitor: Connection, street: Street, crew: dict[str, Any], speed: float
) -> None:
    phone = await visitor.login(crew["user"], crew["secret"])
    timeline.spawn(_listen(timeline, phone, crew["user"]))
    # Uploads at least each 2 s of wall time would flood a fast clock; each 5 s of it is smooth.
    every_s = min(technician.UPLOAD_EVERY_S, max(2.0 * speed, technician.SAMPLE_EVERY_S))
    person = technician.Technician(
        crew["user"], timeline, phone, street, upload_every_s=every_s, draw_photo=drawn_car
    )
    await person.work(crew["lon"], crew["lat"])


async def _listen(timeline: LiveTimeline, phone: Connection, code: str) -> None:
    """Turn the phone's stream into notices; reconnect for ever."""
    headers = {"Authorization": f"Bearer {phone.token}"}
    while True:
        try:
            async with phone.client.stream(
                "GET", f"{API}/field/stream", headers=headers, timeout=None
            ) as answer:
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        timeline.notify(technician.topic(code))
        except httpx.TransportError as error:
            _log.info("stream of %s ended: %s", code, error)
        await asyncio.sleep(1.0)


def main() -> None:
    """Read the cast from standard input and play."""
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    asyncio.run(play(Cast.read(sys.stdin.read())))


if __name__ == "__main__":
    main()
