"""Who is outside in `tests.support.many_hours`: technicians with bad phones, a contractor."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

from benchmarks.crash.acknowledgements import Acknowledgement

_PLACES = ((119.61, 25.365), (119.62, 25.36), (119.63, 25.3625), (119.64, 25.365))
_TAKES_MIN = {"ordered": (1, 4), "rolling": (4, 20), "on_site": (8, 30), "loaded": (5, 20)}
_MOST_KEPT = timedelta(hours=6)


class World(Protocol):
    """The run that people live in."""

    at: datetime
    calm: bool
    acknowledged: list[Acknowledgement]

    def later(self, minutes: float, act: Callable[[], None]) -> None: ...

    def send(
        self, who: str, method: str, path: str, body: Any = None, key: str | None = None
    ) -> Any: ...


class Phone:
    """One technician: works on by what the phone last showed, whether it reaches anybody or not."""

    def __init__(self, world: World, code: str, unit_id: int, rng: random.Random) -> None:
        self.world, self.code, self.unit_id, self.rng = world, code, unit_id, rng
        self.job: dict[str, Any] | None = None
        self.next_at: datetime | None = None
        self.silent_until = world.at
        self.queue: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.skew = timedelta(seconds=rng.randint(-40, 40))
        self._n = 0

    def step(self) -> None:
        """Work, and speak unless in a tunnel."""
        world = self.world
        if not world.calm and self.rng.random() < 0.004:
            self.silent_until = world.at + timedelta(minutes=self.rng.choice((10, 40, 120)))
        self._work()
        if world.at >= self.silent_until:
            self._flush()
            self._tell_place()
            self._look()
        idle = self.job is None and not self.queue
        world.later(self.rng.uniform(4, 6) if idle else self.rng.uniform(1.5, 2.5), self.step)

    def _work(self) -> None:
        if self.job is None:
            return
        state = self.job["state"]
        if state not in _TAKES_MIN:
            return
        if self.next_at is None:
            self.next_at = self.world.at + timedelta(minutes=self.rng.uniform(*_TAKES_MIN[state]))
        if self.world.at < self.next_at:
            return
        kind, after = self._outcome(state)
        self._n += 1
        stamp = (self.world.at + self.skew).isoformat()
        said = {"client_id": f"{self.code}-{self._n}", "at": stamp, "kind": kind}
        reason = {"reason": "no jack"} if kind in ("declined", "not_possible") else {}
        self.queue.append(said | {"job_id": self.job["job_id"]} | reason)
        self.next_at = None
        self.job = None if after is None else self.job | {"state": after}

    def _outcome(self, state: str) -> tuple[str, str | None]:
        luck = self.rng.random()
        if state == "ordered":
            return ("declined", None) if luck < 0.03 else ("rolling", "rolling")
        if state == "rolling":
            return "arrived", "on_site"
        if state == "on_site":
            if luck < 0.03:
                return "gone_on_arrival", None
            is_tow = self.job is not None and self.job["destination"] is not None
            return ("loaded", "loaded") if is_tow else ("done", None)
        return "done", None

    def _flush(self) -> None:
        """Send what is queued, out of order, some of it twice."""
        if not self.queue:
            return
        batch = list(self.queue)
        if not self.world.calm and self.rng.random() < 0.3:
            batch += self.rng.sample(self.sent, min(2, len(self.sent)))
            self.rng.shuffle(batch)
        answer = self.world.send(self.code, "POST", "field/events", {"events": batch})
        if answer is None or answer.status_code == 503:
            return
        oldest = min(datetime.fromisoformat(it["at"]) for it in self.queue)
        if answer.status_code == 422 and self.world.at - oldest < _MOST_KEPT:
            return  # the service's clock is an hour back: what was done lies ahead of it
        if answer.status_code == 200:
            for result in answer.json()["results"]:
                if result["status"] in ("applied", "late", "duplicate"):
                    client_id = result["client_id"]
                    done = Acknowledgement("reported", unit_id=self.unit_id, client_id=client_id)
                    self.world.acknowledged.append(done)
        self.sent = (self.sent + self.queue)[-5:]
        self.queue = []

    def _tell_place(self) -> None:
        if self.rng.random() < 0.3:  # frozen for a while; and every place is a leap
            return
        lon, lat = self.rng.choice(_PLACES)
        at = self.world.at + self.skew
        if self.rng.random() < 0.02:
            at += timedelta(days=365 * self.rng.choice((-10, 10)))
        fix = {"at": at.isoformat(), "lon": lon, "lat": lat}
        self.world.send(self.code, "POST", "field/positions", {"positions": [fix]})

    def _look(self) -> None:
        answer = self.world.send(self.code, "GET", "field/jobs")
        if answer is None or answer.status_code != 200 or self.queue:
            return
        listed = answer.json()
        if listed["unit"]["state"] in ("off_shift", "paused"):
            self._n += 1
            action = "start" if listed["unit"]["state"] == "off_shift" else "resume"
            body = {"action": action, "client_id": f"{self.code}-{self._n}"}
            stamp = {"at": (self.world.at + self.skew).isoformat()}
            self.world.send(self.code, "POST", "field/shift", body | stamp)
        new = listed["current"]
        if _key(new) != _key(self.job):
            self.next_at = None
        self.job = new


class Partner:
    """A contractor who accepts, comes and is done."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world, self.rng = world, rng
        self.arrive_at: dict[int, datetime] = {}

    def step(self) -> None:
        """Look at the offers, answer one step of each."""
        answer = self.world.send("partner", "GET", "provider/offers")
        if answer is not None and answer.status_code == 200:
            for offer in answer.json()["items"]:
                self._advance(offer)
        self.world.later(10, self.step)

    def _advance(self, offer: dict[str, Any]) -> None:
        path = f"provider/offers/{offer['id']}"
        if offer["state"] == "offered":
            if self.rng.random() < 0.2:
                self.world.send("partner", "POST", f"{path}/reject", {"reason": "no truck"})
            else:
                self.world.send("partner", "POST", f"{path}/accept", {"eta_min": 20})
        elif offer["state"] == "accepted":
            self.world.send("partner", "POST", f"{path}/status", {"status": "arrived"})
        elif offer["state"] == "arrived":
            self.world.send("partner", "POST", f"{path}/status", {"status": "done"})


def _key(job: dict[str, Any] | None) -> tuple[int, str] | None:
    return None if job is None else (job["job_id"], job["state"])
