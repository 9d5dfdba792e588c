"""Those who work while the server is killed: they repeat each request until it is answered.

A repeat carries the same idempotency key (or, from a phone, the same client id), so that whatever
the server did before it died happens once. So each request ends with one known answer.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from benchmarks.crash.acknowledgements import Acknowledgement, Log

API = "/api/v1"
_MOST_OPEN = 40
_PAUSE_S = 0.1
"""Between two things one client does, half to one and a half of it."""

_REPEAT_AFTER_S = 0.3
_STEPS = ("accepted", "rolling", "arrived", "done")


@dataclass(frozen=True, slots=True)
class Work:
    """What all clients share: where, until when, what they write down, places to be called from."""

    url: str
    stop: threading.Event
    log: Log
    places: list[tuple[float, float]]


class Client:
    """One client with its own connection, token and random choices."""

    def __init__(self, work: Work, seed: str, token: str) -> None:
        self.work, self.token, self.seed = work, token, seed
        self.rng = random.Random(seed)
        self._http = httpx.Client(base_url=work.url + API, timeout=20)
        self._n = 0

    def run(self) -> None:
        """Work until told to stop."""
        while not self.work.stop.is_set():
            self.act()
            self.work.stop.wait(_PAUSE_S * self.rng.uniform(0.5, 1.5))
        self._http.close()

    def act(self) -> None:
        """Do one thing."""
        raise NotImplementedError

    def next_id(self) -> str:
        """Return a fresh id."""
        self._n += 1
        return f"{self.seed}-{self._n}"

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        key: str | None = None,
        *,
        if_match: str = "*",
    ) -> httpx.Response:
        """Return the answer to a request, which is repeated until the server gives one.

        By default it is meant whatever others have done since: who gets in whose way is the point.
        """
        headers = {"Authorization": f"Bearer {self.token}", "If-Match": if_match}
        if key is not None:
            headers["Idempotency-Key"] = key
        while True:
            try:
                answer = self._http.request(method, path, json=body, headers=headers)
            except httpx.TransportError:
                time.sleep(_REPEAT_AFTER_S * self.rng.uniform(0.5, 1.5))
                continue
            if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                return answer
            time.sleep(_REPEAT_AFTER_S * self.rng.uniform(0.5, 1.5))


class Caller(Client):
    """Takes calls, each for another car."""

    def act(self) -> None:
        """Take one call, unless enough wait."""
        open_now = self.send("GET", "/incidents?state=open&limit=100").json()["items"]
        if len(open_now) >= _MOST_OPEN:
            return
        key = self.next_id()
        caller, number = self.seed.split("-")[-1], int(key.rsplit("-", 1)[1])
        vin = f"LRFCRASH{int(caller):02d}{number:07d}"
        lon, lat = self.rng.choice(self.work.places)
        body = {
            "channel": "phone",
            "caller": {"phone": f"+86138{int(caller):02d}{number:06d}"},
            "vehicle": {"vin": vin},
            "location": {"lon": lon, "lat": lat, "datum": "WGS-84"},
            "fault": "tyre",
            "drivable": False,
            "safe_place": True,
        }
        answer = self.send("POST", "/incidents", body, key)
        if answer.is_success:
            self.work.log.note(Acknowledgement("created", incident_id=answer.json()["id"], vin=vin))


class Desk(Client):
    """Assigns and cancels by hand, in the way of the optimizer and of other desks."""

    def act(self) -> None:
        """Do one thing to a random open incident."""
        found = self.send("GET", "/incidents?state=open&limit=100").json()
        if not found["items"]:
            return
        incident_id = self.rng.choice(found["items"])["id"]
        if self.rng.random() < 0.3:
            self._cancel(incident_id)
        else:
            self._assign(incident_id, found["plan_version"])

    def _cancel(self, incident_id: int) -> None:
        body = {"reason": "changed their mind"}
        answer = self.send("POST", f"/incidents/{incident_id}/cancel", body, self.next_id())
        if answer.is_success:
            self.work.log.note(Acknowledgement("cancelled", incident_id=incident_id))

    def _assign(self, incident_id: int, version: int) -> None:
        units = self.send("GET", "/units").json()["items"]
        ready = [it["id"] for it in units if it["state"] in ("idle", "rolling")]
        if not ready:
            return
        unit_id = self.rng.choice(ready)
        body = {"unit_id": unit_id, "plan_version": version, "divert": self.rng.random() < 0.3}
        answer = self.send("POST", f"/incidents/{incident_id}/assign", body, self.next_id())
        if answer.is_success:
            done = Acknowledgement("assigned", incident_id=incident_id, unit_id=unit_id)
            self.work.log.note(done)


class Phone(Client):
    """A technician's phone: reports on its order in batches, some of them twice, and its place."""

    def __init__(self, work: Work, seed: str, token: str, unit_id: int) -> None:
        super().__init__(work, seed, token)
        self.unit_id = unit_id

    def act(self) -> None:
        """Report the next step, or a refusal, of the present order."""
        self._report_position()
        current = self.send("GET", "/field/jobs").json().get("current")
        if current is None:
            return
        if self.rng.random() < 0.1 and "declined" in current["allowed"]:
            self._report(current["job_id"], ["declined"])
        else:
            self._report(current["job_id"], list(_STEPS[: self.rng.randint(1, len(_STEPS))]))

    def _report(self, job_id: int, kinds: list[str]) -> None:
        now = datetime.now(UTC).isoformat()
        events = [
            {"client_id": self.next_id(), "at": now, "kind": kind, "job_id": job_id}
            | ({"reason": "no jack"} if kind == "declined" else {})
            for kind in kinds
        ]
        answer = self.send("POST", "/field/events", {"events": events})
        if self.rng.random() < 0.2:
            self.send("POST", "/field/events", {"events": list(reversed(events))})
        if not answer.is_success:
            return
        for result in answer.json()["results"]:
            if result["status"] in ("applied", "late", "duplicate"):
                done = Acknowledgement(
                    "reported", unit_id=self.unit_id, client_id=result["client_id"]
                )
                self.work.log.note(done)

    def _report_position(self) -> None:
        lon, lat = self.rng.choice(self.work.places)
        at = datetime.now(UTC).isoformat()
        answer = self.send(
            "POST", "/field/positions", {"positions": [{"at": at, "lon": lon, "lat": lat}]}
        )
        if answer.is_success and answer.json()["accepted"] == 1:
            self.work.log.note(Acknowledgement("position", unit_id=self.unit_id, at=at))
