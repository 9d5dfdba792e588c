"""A technician's phone, and the technician: reports every few seconds, drives, works, presses."""

from __future__ import annotations

import asyncio
import random
import time
from bisect import bisect_right
from datetime import UTC, datetime
from typing import Any

from benchmarks.load.connection import Connection
from benchmarks.load.record import Record

REPORT_EVERY_S = 5.0
QUIET_S = 20.0
"""After so long without news of it the phone's page fetches its list by itself."""

_CHECK_EVERY_S = 5.0

_REACTION_S = (5.0, 20.0)
_WORK_S = (900.0, 1500.0)
_RETRY_S = 5.0
USUAL_JOB_S = 1700.0
"""From order to done, about: what a new world skips a random part of, to be in the middle of it."""

Way = tuple[list[list[float]], list[float], float]


class Phone:
    """One unit; ``skip_s`` is how much of its first job counts as done before."""

    def __init__(self, connection: Connection, code: str, place: tuple[float, float]) -> None:
        self.connection, self.code, self.place = connection, code, place
        self.rng = random.Random(code)
        self.job: dict[str, Any] | None = None
        self.skips = False
        self._skip_s = 0.0
        self._way: Way | None = None
        self._changed = asyncio.Event()
        self._looking = asyncio.Lock()
        self._version: int | None = None
        self._heard_s = float("-inf")
        self._n_looks = self._n_seen = 0
        self._n = 0

    @property
    def record(self) -> Record:
        """Where times go."""
        return self.connection.record

    async def start(self) -> None:
        """Begin the shift."""
        lon, lat = self.place
        body = {"action": "start", "client_id": f"{self.code}-shift", "at": _now()}
        await self.connection.ask("list", "POST", "/field/shift", body | {"lon": lon, "lat": lat})

    async def report(self) -> None:
        """Tell the place for ever, every `REPORT_EVERY_S`."""
        due = time.perf_counter() + self.rng.uniform(0, REPORT_EVERY_S)
        while True:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            due += REPORT_EVERY_S
            lon, lat = self._here()
            fix = {"at": _now(), "lon": lon, "lat": lat, "accuracy_m": 8.0}
            body = {"positions": [fix]}
            answer = await self.connection.ask("position", "POST", "/field/positions", body)
            if answer is not None:
                self._heard_s = time.perf_counter()
                if answer.json()["version"] != self._version:
                    await self.look()

    async def listen(self) -> None:
        """Look at the list whenever the stream says that it changed."""
        async for _ in self.connection.stream("/field/stream"):
            await self.look()

    async def look_around(self) -> None:
        """Look at the list for ever, as the page does: when nothing was heard for a while."""
        await asyncio.sleep(self.rng.uniform(0, _CHECK_EVERY_S))
        while True:
            if time.perf_counter() - self._heard_s >= QUIET_S:
                await self.look()
            await asyncio.sleep(_CHECK_EVERY_S)

    async def look(self) -> None:
        """Fetch the list; who asks while it is fetched waits for one more fetch with the others."""
        self._n_looks += 1
        mine = self._n_looks
        async with self._looking:
            if mine <= self._n_seen:
                return
            self._n_seen = self._n_looks
            answer = await self.connection.ask("list", "GET", "/field/jobs")
            if answer is None:
                return
            listed = answer.json()
            self._version, self._heard_s = listed["version"], time.perf_counter()
            job = listed["current"]
            if job is not None:
                self.record.phone_at.setdefault(job["incident_id"], time.perf_counter())
            if _key(job) != _key(self.job):
                self._changed.set()
            self.job = job

    async def work(self) -> None:
        """Serve orders for ever."""
        while True:
            job = self.job
            self._changed.clear()
            if job is None:
                self._skip_s = self.rng.random() * USUAL_JOB_S if self.skips else 0.0
                await self._changed.wait()
            else:
                await self._step(job)

    async def _step(self, job: dict[str, Any]) -> None:
        state = job["state"]
        if state == "ordered":
            await self._press(job, "accepted")
            if await self._spend(self.rng.uniform(*_REACTION_S)):
                await self._press(job, "rolling")
        elif state == "rolling":
            if await self._drive(job):
                await self._press(job, "arrived")
        elif state == "on_site":
            if await self._spend(self.rng.uniform(*_WORK_S)):
                await self._press(job, "done" if job["destination"] is None else "loaded")
        elif state == "loaded":
            if await self._drive(job):
                await self._press(job, "done")
        else:
            await self._spend(QUIET_S)

    async def _drive(self, job: dict[str, Any]) -> bool:
        lon, lat = self._here()
        path = f"/field/jobs/{job['job_id']}/route?from={lon},{lat}"
        answer = await self.connection.ask("action", "GET", path)
        if answer is None:
            await asyncio.sleep(_RETRY_S)
            await self.look()
            return False
        way = answer.json()
        skipped = min(self._skip_s, way["duration_s"])
        self._way = (way["points"], way["elapsed_s"], time.perf_counter() - skipped)
        there = await self._spend(way["duration_s"])
        self.place, self._way = self._here(), None
        return there

    async def _press(self, job: dict[str, Any], kind: str) -> None:
        self._n += 1
        event = {"client_id": f"{self.code}-{self._n}", "at": _now(), "kind": kind}
        body = {"events": [event | {"job_id": job["job_id"]}]}
        answer = await self.connection.ask("action", "POST", "/field/events", body)
        if answer is None or answer.json()["results"][0]["status"] == "rejected":
            await asyncio.sleep(_RETRY_S)
        await self.look()

    async def _spend(self, seconds: float) -> bool:
        """Let time pass; False when the order changed meanwhile."""
        skipped = min(self._skip_s, seconds)
        self._skip_s -= skipped
        try:
            async with asyncio.timeout(seconds - skipped):
                await self._changed.wait()
        except TimeoutError:
            return True
        return False

    def _here(self) -> tuple[float, float]:
        if self._way is None:
            return self.place
        points, elapsed_s, began = self._way
        after = bisect_right(elapsed_s, time.perf_counter() - began)
        lon, lat = points[min(after, len(points) - 1)]
        return lon, lat


def _key(job: dict[str, Any] | None) -> tuple[int, str] | None:
    return None if job is None else (job["job_id"], job["state"])


def _now() -> str:
    return datetime.now(UTC).isoformat()
