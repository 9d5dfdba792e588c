"""A real server process on the invented town, and callers who repeat until they are answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crash.acknowledgements import Acknowledgement
from tests.support.service import FLEET, PIN, SECRET, UNITS, a_call

ROOT = Path(__file__).resolve().parents[2]
ADMIN = {"Authorization": "Bearer admin-of-this-test"}
PATIENCE_S = 60.0


@dataclass
class Serving:
    """A running ``roadflare serve`` and the tokens of who works with it."""

    process: subprocess.Popen[str]
    url: str
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def settle(self) -> None:
        """Put the fleet on the map, log everybody in and start the shifts."""
        with httpx.Client(base_url=f"{self.url}/api/v1", timeout=30) as http:
            http.put("/fleet", json=FLEET, headers=ADMIN).raise_for_status()
            for user in ("hotline", "desk", *UNITS):
                body = {"user": user, "secret": PIN if user in UNITS else SECRET}
                token = http.post("/login", json=body).raise_for_status().json()["token"]
                self.tokens[user] = {"Authorization": f"Bearer {token}"}
            for code in UNITS:
                shift = {"action": "start", "client_id": "s", "at": "2026-06-01T04:00:00Z"}
                http.post("/field/shift", json=shift, headers=self.tokens[code]).raise_for_status()

    def get(self, path: str, user: str = "desk") -> httpx.Response:
        """GET below the API, directly."""
        headers = self.tokens[user]
        return httpx.get(f"{self.url}/api/v1/{path}", headers=headers, timeout=PATIENCE_S)

    def call(self, number: int, **changes: Any) -> httpx.Response:
        """Take a call, directly and once."""
        return httpx.post(
            f"{self.url}/api/v1/incidents",
            json=car_call(number, **changes),
            headers=self.tokens["hotline"] | {"Idempotency-Key": f"direct-{number}"},
            timeout=PATIENCE_S,
        )


@contextmanager
def serving(url: str, data_dir: Path) -> Iterator[Serving]:
    """Start a server on a database; it is gone at the end."""
    arguments = ["--city", "town", "--data-dir", str(data_dir), "--port", "0", "--json"]
    process = subprocess.Popen(
        [
            *(sys.executable, "-c", "from api.cli import main; main()", "serve"),
            *(*arguments, "--database", url),
        ],
        cwd=ROOT,
        env=os.environ
        | {
            "ROADFLARE_ADMIN_TOKEN": "admin-of-this-test",
            "ROADFLARE_LOG_LEVEL": "warning",
            "ROADFLARE_ENGINE": "greedy",
            "ROADFLARE_ADDRESS_RATE": "10000",
            "ROADFLARE_TOKEN_RATE": "10000",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        served = Serving(process, json.loads(process.stdout.readline())["url"])
        served.settle()
        yield served
    finally:
        process.kill()
        process.communicate()


@dataclass
class Callers:
    """Some who take calls through ``port``, each for another car, until they are told to stop."""

    served: Serving
    port: int
    n: int = 4
    told: list[Acknowledgement] = field(default_factory=list)
    refusals: list[httpx.Response] = field(default_factory=list)
    n_repeats: int = 0

    @property
    def n_unanswered(self) -> int:
        """How often one of them had to ask again."""
        return len(self.refusals) + self.n_repeats

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Let them work inside; at the end each gets the answer to what it has asked last."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=self._work, args=(stop, number)) for number in range(self.n)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join()

    def _work(self, stop: threading.Event, who: int) -> None:
        number = (who + 1) * 1000
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}/api/v1", timeout=2) as http:
            while not stop.is_set():
                number += 1
                answer = self._until_answered(http, number)
                made = Acknowledgement("created", incident_id=answer["id"], vin=vin_of(number))
                self.told.append(made)

    def _until_answered(self, http: httpx.Client, number: int) -> dict[str, Any]:
        headers = self.served.tokens["hotline"] | {"Idempotency-Key": f"call-{number}"}
        end, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while time.monotonic() < end:
            try:
                answer = http.post("/incidents", json=car_call(number), headers=headers)
            except httpx.TransportError:
                self.n_repeats += 1
                pause.wait(0.05)
                continue
            if answer.status_code == 201:
                return dict(answer.json())
            self.refusals.append(answer)
            pause.wait(0.05)
        raise AssertionError(f"call {number} was not answered; last: {self.refusals[-1:]}")


def car_call(number: int, **changes: Any) -> dict[str, Any]:
    """Return a call for a car of its own."""
    return a_call(number, vehicle={"vin": vin_of(number)}, **changes)


def vin_of(number: int) -> str:
    """Return the car's VIN."""
    return f"LRFFAVLT0{number:08d}"


def until(found: Callable[[], Any]) -> Any:
    """Return what is found as soon as it is."""
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        pause.wait(0.05)
    return value
