"""The live demo: a server process, a process of agents, and what their visitor needs to know."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

from benchmarks.demo import seeded
from benchmarks.demo.agents import Cast
from benchmarks.demo.connection import API
from benchmarks.demo.fleet import DemoFleet, draw_fleet
from benchmarks.demo.processes import Server, end, start
from geo_data.city import load_city
from kernel.errors import ExternalServiceError

START_WITHIN_S = 110


@dataclass(frozen=True, slots=True)
class Play:
    """What is to be played."""

    city: str
    data_dir: Path
    seed: int
    calls_per_hour: float


@dataclass(frozen=True, slots=True)
class Stage:
    """A play that runs.

    Attributes
    ----------
    url
        Of the service.
    console_url
        Of the console, with a dispatcher's token in the fragment.
    processes
        Server and agents; when one of them ends, the play is over.
    """

    url: str
    console_url: str
    fleet: DemoFleet
    processes: tuple[subprocess.Popen[str], ...]

    def wait(self) -> int:
        """Wait until a process ends; return its exit code."""
        while True:
            for process in self.processes:
                if (code := process.poll()) is not None:
                    return code
            time.sleep(0.2)


@contextmanager
def open_stage(play: Play, server: Server) -> Iterator[Stage]:
    """Bring fleet and agents to a server that starts; end the agents on leaving.

    Raises
    ------
    ExternalServiceError
        When the server ends, or does not answer in time.
    """
    # Drawn while the server still starts; its clock begins later than this shift.
    fleet = draw_fleet(load_city(play.city, play.data_dir), start=datetime.now(UTC))
    client = httpx.Client(base_url=server.url + API, timeout=30.0)
    _wait_for(client, server.process)
    _put_fleet(client, play, server, fleet)
    login = {"user": fleet.dispatcher.user, "secret": fleet.dispatcher.secret}
    token = client.post("/login", json=login).raise_for_status().json()["token"]
    agents = _agents(play, server.url, fleet)
    try:
        console = f"{server.url}/console/#token={token}"
        yield Stage(server.url, console, fleet, (server.process, agents))
    finally:
        end(agents)


def _put_fleet(client: httpx.Client, play: Play, server: Server, fleet: DemoFleet) -> None:
    """Bring the fleet; its secrets only where the server does not know them yet."""
    headers = {"Authorization": f"Bearer {server.admin}"}
    digest = seeded.digest_of(fleet.body)
    known = server.fleet == digest
    body = seeded.without_secrets(fleet.body) if known else fleet.body
    client.put("/fleet", json=body, headers=headers).raise_for_status()
    if not known:
        seeded.keep(server.database, play.data_dir, play.city, digest)


def _agents(play: Play, url: str, fleet: DemoFleet) -> subprocess.Popen[str]:
    crews = [
        {"user": account.user, "secret": account.secret, "lon": unit["lon"], "lat": unit["lat"]}
        for account, unit in zip(fleet.technicians, fleet.body["units"], strict=True)
    ]
    cast = Cast(
        url=url,
        city=play.city,
        data_dir=str(play.data_dir),
        seed=play.seed,
        calls_per_hour=play.calls_per_hour,
        technicians=crews,
        provider={"user": fleet.provider.user, "secret": fleet.provider.secret},
        call_taker={"user": fleet.call_taker.user, "secret": fleet.call_taker.secret},
    )
    return start([sys.executable, "-m", "benchmarks.demo.agents"], text=cast.write())


def _wait_for(client: httpx.Client, server: subprocess.Popen[str]) -> None:
    """Wait until the server answers."""
    last = time.monotonic() + START_WITHIN_S
    while time.monotonic() < last:
        if server.poll() is not None:
            raise ExternalServiceError(
                f"The server ended with code {server.returncode}.", remedy="See its message above."
            )
        try:
            client.get("/clock").raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise ExternalServiceError(
        f"The server did not answer within {START_WITHIN_S} s.", remedy="Try again."
    )
