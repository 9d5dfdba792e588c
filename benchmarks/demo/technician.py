"""A technician: takes orders on the phone, drives real routes, presses the buttons.

Knows what the phone shows and what stands at the roadside. Positions are uploaded in batches.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.demo.connection import Connection, Refused
from benchmarks.demo.street import Street
from benchmarks.demo.timeline import Timeline

UPLOAD_EVERY_S = 60
SAMPLE_EVERY_S = 15
LOOK_EVERY_S = 300
"""An idle phone looks by itself this often, should a notice have been lost."""

RETRY_S = 10

_GONE = frozenset({403, 404, 409})


def topic(code: str) -> str:
    """Return the notice topic of a unit's phone."""
    return f"unit:{code}"


@dataclass(slots=True)
class Technician:
    """One crew and its phone."""

    code: str
    timeline: Timeline
    phone: Connection
    street: Street
    upload_every_s: float = UPLOAD_EVERY_S
    position: tuple[float, float] = (0.0, 0.0)
    sent: int = 0
    driven_s: float = 0.0
    """Time at the wheel so far, to cars and with them, seconds."""
    trail: list[dict[str, Any]] = field(default_factory=list)
    draw_photo: Callable[[str, str], bytes] | None = None
    """Draws what the camera sees, by step and number; without it no photos are taken."""

    async def work(self, lon: float, lat: float) -> None:
        """Start the shift at a place, then serve orders for ever."""
        self.position = (lon, lat)
        await self._post("/field/shift", {"action": "start", "lon": lon, "lat": lat})
        while True:
            job = await self._current()
            if job is None:
                await self._rest(LOOK_EVERY_S)
            else:
                await self._serve(job)

    async def _current(self) -> dict[str, Any] | None:
        jobs = await self.phone.get("/field/jobs")
        current: dict[str, Any] | None = jobs["current"]
        return current

    async def _serve(self, job: dict[str, Any]) -> None:
        """Do what the job's state asks for next, until it is done or taken away."""
        truth = self.street.truth(job["incident_id"])
        state = job["state"]
        if state == "ordered":
            await self._rest(truth.reaction_s)
            job = await self._current() or job
            if job["state"] == "ordered":
                await self._press(job, "rolling")
        elif state == "rolling":
            if await self._drive(job, truth.travel_factor):
                await self._press(job, "arrived")
        elif state == "on_site":
            is_tow = job["destination"] is not None
            await self._rest(truth.loading_s if is_tow else truth.repair_s, awake=False)
            await self._take_photos(job, "loaded" if is_tow else "done")
            await self._press(job, "loaded" if is_tow else "done")
        elif state == "loaded":
            if await self._drive(job, truth.travel_factor):
                await self._rest(truth.unload_s, awake=False)
                await self._take_photos(job, "done")
                await self._press(job, "done")
        else:
            await self._rest(LOOK_EVERY_S)

    async def _drive(self, job: dict[str, Any], factor: float) -> bool:
        """Drive to where the job asks for; False when the phone says something else meanwhile."""
        lon, lat = self.position
        try:
            way = await self.phone.get(
                f"/field/jobs/{job['job_id']}/route", **{"from": f"{lon},{lat}"}
            )
        except Refused as refused:
            if refused.status in _GONE:
                return False
            raise
        start = self.timeline.now()
        arrival = start + timedelta(seconds=round(way["duration_s"] * factor))
        while (now := self.timeline.now()) < arrival:
            until = min(arrival, now + timedelta(seconds=self.upload_every_s))
            noticed = await self.timeline.wait(until, topic(self.code))
            self.driven_s += (self.timeline.now() - now).total_seconds()
            self._note_trail(way, factor, start, now, self.timeline.now())
            await self._upload()
            if noticed and not await self._still(job):
                return False
        self.position = tuple(way["points"][-1])
        return True

    async def _still(self, job: dict[str, Any]) -> bool:
        current = await self._current()
        same = current is not None and current["job_id"] == job["job_id"]
        return same and current is not None and current["state"] == job["state"]

    def _note_trail(
        self, way: dict[str, Any], factor: float, start: datetime, since: datetime, now: datetime
    ) -> None:
        at = since
        while at < now:
            at = min(now, at + timedelta(seconds=SAMPLE_EVERY_S))
            driven = (at - start).total_seconds() / factor
            self.position = _place_on(way["points"], way["elapsed_s"], driven)
            lon, lat = self.position
            self.trail.append({"at": at.isoformat(), "lon": lon, "lat": lat, "accuracy_m": 8.0})

    async def _upload(self) -> None:
        if self.trail:
            await self.phone.post("/field/positions", {"positions": self.trail})
            self.trail = []

    async def _take_photos(self, job: dict[str, Any], before: str) -> None:
        """Take the photos that a step asks for; one that is not taken holds nobody up."""
        if self.draw_photo is None:
            return
        for step in (it["step"] for it in job["evidence"] if it["before"] == before):
            about = {
                "client_id": self._client_id(),
                "taken_at": self.timeline.now().isoformat(),
                "job_id": job["job_id"],
                "step": step,
            }
            try:
                await self.phone.send_picture(
                    "/field/photos", self.draw_photo(step, job["number"]), **about
                )
            except Refused as refused:
                if refused.status not in _GONE:
                    raise

    async def _press(self, job: dict[str, Any], kind: str) -> None:
        event = {
            "client_id": self._client_id(),
            "at": self.timeline.now().isoformat(),
            "kind": kind,
            "job_id": job["job_id"],
        }
        answer = await self.phone.post("/field/events", {"events": [event]})
        if answer["results"][0]["status"] == "rejected":
            await self._rest(RETRY_S)  # the order changed in the same second: look again

    async def _post(self, path: str, body: dict[str, Any]) -> None:
        stamp = {"client_id": self._client_id(), "at": self.timeline.now().isoformat()}
        await self.phone.post(path, body | stamp)

    def _client_id(self) -> str:
        self.sent += 1
        return f"{self.code}-{self.timeline.now():%Y%m%d%H%M%S}-{self.sent}"

    async def _rest(self, seconds: float, *, awake: bool = True) -> None:
        """Wait; ``awake`` ends it at the next notice."""
        until = self.timeline.now() + timedelta(seconds=seconds)
        if awake:
            await self.timeline.wait(until, topic(self.code))
            return
        while self.timeline.now() < until:
            await self.timeline.wait(until)


def _place_on(
    points: list[list[float]], elapsed_s: list[float], driven_s: float
) -> tuple[float, float]:
    """Return where a way's driver is after ``driven_s`` seconds of free flow."""
    if driven_s >= elapsed_s[-1]:
        lon, lat = points[-1]
        return (lon, lat)
    after = max(1, bisect_right(elapsed_s, driven_s))
    span = elapsed_s[after] - elapsed_s[after - 1]
    part = (driven_s - elapsed_s[after - 1]) / span if span > 0 else 0.0
    (lon_a, lat_a), (lon_b, lat_b) = points[after - 1], points[after]
    return (
        round(lon_a + part * (lon_b - lon_a), 7),
        round(lat_a + part * (lat_b - lat_a), 7),
    )
