"""The live demo: a server process, a process of agents, and somebody who ends both."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from geo_data.city import City

from benchmarks.demo.agents import Cast
from benchmarks.demo.connection import API
from benchmarks.demo.fleet import DemoFleet, draw_fleet
from kernel.errors import ExternalServiceError

START_WITHIN_S = 60
ADMIN_TOKEN = "ROADFLARE_ADMIN_TOKEN"  # noqa: S105 (the variable's name)


@dataclass(frozen=True, slots=True)
class Play:
    """What is to be played."""

    city: City
    data_dir: Path
    port: int
    speed: float
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
def open_stage(play: Play) -> Iterator[Stage]:
    """Start server and agents on a fresh database; end both on leaving.

    Raises
    ------
    ExternalServiceError
        When the server does not answer within a minute.
    """
    port = _free_port(play.port)
    url = f"http://127.0.0.1:{port}"
    admin = secrets.token_urlsafe(24)
    with tempfile.TemporaryDirectory(prefix="roadflare-demo-") as folder:
        running: list[subprocess.Popen[str]] = []
        try:
            running.append(_server(play, Path(folder), port, admin))
            client = httpx.Client(base_url=url + API, timeout=30.0)
            fleet = draw_fleet(play.city, start=_clock(client, running[0]))
            headers = {"Authorization": f"Bearer {admin}"}
            client.put("/fleet", json=fleet.body, headers=headers).raise_for_status()
            login = {"user": fleet.dispatcher.user, "secret": fleet.dispatcher.secret}
            token = client.post("/login", json=login).raise_for_status().json()["token"]
            running.append(_agents(play, url, fleet))
            yield Stage(url, f"{url}/console/#token={token}", fleet, tuple(running))
        finally:
            for process in reversed(running):
                _end(process)


def _free_port(wanted: int) -> int:
    """Return the port if it is free, else any free one."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise ExternalServiceError("No port is free on 127.0.0.1.", remedy="Close another server.")


def _server(play: Play, folder: Path, port: int, admin: str) -> subprocess.Popen[str]:
    command = [_roadflare(), "serve", "--city", play.city.name, "--port", str(port)]
    command += ["--database", f"sqlite:///{folder}/demo.sqlite", "--speed", str(play.speed)]
    command += ["--data-dir", str(play.data_dir)]
    return _start(command, {ADMIN_TOKEN: admin}, "")


def _agents(play: Play, url: str, fleet: DemoFleet) -> subprocess.Popen[str]:
    crews = [
        {"user": account.user, "secret": account.secret, "lon": unit["lon"], "lat": unit["lat"]}
        for account, unit in zip(fleet.technicians, fleet.body["units"], strict=True)
    ]
    cast = Cast(
        url=url,
        city=play.city.name,
        data_dir=str(play.data_dir),
        seed=play.seed,
        calls_per_hour=play.calls_per_hour,
        technicians=crews,
        provider={"user": fleet.provider.user, "secret": fleet.provider.secret},
        call_taker={"user": fleet.call_taker.user, "secret": fleet.call_taker.secret},
    )
    return _start([sys.executable, "-m", "benchmarks.demo.agents"], {}, cast.write())


def _roadflare() -> str:
    return str(Path(sys.executable).with_name("roadflare"))


def _start(command: list[str], secrets_: dict[str, str], text: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(  # noqa: S603 (our own commands)
        command, stdin=subprocess.PIPE, text=True, env={**os.environ, **secrets_}
    )
    if process.stdin is not None:
        process.stdin.write(text)
        process.stdin.close()
    return process


def _clock(client: httpx.Client, server: subprocess.Popen[str]) -> datetime:
    """Wait for the server and return its time."""
    last = time.monotonic() + START_WITHIN_S
    while time.monotonic() < last:
        if server.poll() is not None:
            raise ExternalServiceError(
                f"The server ended with code {server.returncode}.", remedy="See its message above."
            )
        try:
            answer: dict[str, Any] = client.get("/clock").raise_for_status().json()
        except httpx.TransportError:
            time.sleep(0.1)
            continue
        return datetime.fromisoformat(answer["now"]).astimezone(UTC)
    raise ExternalServiceError(
        f"The server did not answer within {START_WITHIN_S} s.", remedy="Try again."
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
