"""Server processes, fleet and load generator of one run, started and ended."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from benchmarks.crash.server import Server
from benchmarks.load import fleet
from benchmarks.load.generate import Order
from benchmarks.load.memory import Sampler
from geo_data.city import load_city
from kernel.errors import ExternalServiceError

API = "/api/v1"
LOADS = {"1x": 40.0, "10x": 400.0}
"""Calls an hour."""

_SETTINGS = {
    "ROADFLARE_LOG_LEVEL": "info",
    "ROADFLARE_ACCESS_LIFE": "P1D",  # a run is about load, not about fresh tokens
    "ROADFLARE_ADDRESS_RATE": "1000",  # here all phones have one address
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played, and where; ``loads`` are names and calls an hour.

    ``settle_s``, ``is_filled``: see `benchmarks.load.generate.Order`.
    """

    city: str
    data_dir: Path
    database: str
    folder: Path
    minutes: float
    seed: int
    n_units: int = 500
    n_consoles: int = 20
    loads: tuple[tuple[str, float], ...] = tuple(LOADS.items())
    settle_s: float = 10.0
    is_filled: bool = True


def play(plan: Plan, tell: Callable[[str], None] = lambda _line: None) -> dict[str, Any]:
    """Play every load and return the figures.

    Raises
    ------
    ExternalServiceError
        When a server does not start, or the generator ends early.
    """
    body = fleet.draw(
        load_city(plan.city, plan.data_dir),
        n_units=plan.n_units,
        start=datetime.now(UTC),
        seed=plan.seed,
    )
    with _servers(plan) as (api, pids):
        admin = {"Authorization": f"Bearer {api.admin}"}
        httpx.put(
            api.url + API + "/fleet", json=body, headers=admin, timeout=120
        ).raise_for_status()
        order = Order(
            url=api.url,
            city=plan.city,
            data_dir=str(plan.data_dir),
            fleet=body,
            n_consoles=plan.n_consoles,
            loads=dict(plan.loads),
            minutes=plan.minutes,
            settle_s=plan.settle_s,
            is_filled=plan.is_filled,
            seed=plan.seed,
        )
        loads = _generated(order, Sampler(pids), plan.folder / "generator.log", tell)
    return {
        "database": plan.database.split(":", 1)[0].split("+")[0],
        "processes": len(pids),
        "units": plan.n_units,
        "consoles": plan.n_consoles,
        "minutes": plan.minutes,
        "calls_per_hour": dict(plan.loads),
        "loads": loads,
        "city": plan.city,
        "seed": plan.seed,
    }


@contextmanager
def _servers(plan: Plan) -> Iterator[tuple[Server, list[int]]]:
    """Start the service: one process on SQLite, API and dispatcher apart on PostgreSQL."""
    is_sqlite = plan.database.startswith("sqlite")
    with ExitStack() as held:
        api = Server(
            plan.city,
            plan.database,
            plan.data_dir,
            admin=secrets.token_urlsafe(24),
            log=plan.folder / "api.log",
            settings=_SETTINGS,
            more=() if is_sqlite else ("--api-only",),
        )
        started = [api]
        if not is_sqlite:
            log = plan.folder / "dispatcher.log"
            started.append(replace(api, log=log, port=0, command="dispatcher", more=()))
        for server in started:
            held.callback(server.stop)
            server.start()
        yield api, [server.pid for server in started]


def _generated(
    order: Order, memory: Sampler, log: Path, tell: Callable[[str], None]
) -> dict[str, Any]:
    """Run the generator; return the figures of each load."""
    loads: dict[str, Any] = {}
    with (
        log.open("ab") as said,
        subprocess.Popen(
            [sys.executable, "-m", "benchmarks.load.generate"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        ) as process,
    ):
        if process.stdin is None or process.stdout is None:
            raise AssertionError("both are pipes")
        guard = threading.Timer(order.longest_s, process.kill)
        guard.start()
        try:
            process.stdin.write(order.write())
            process.stdin.close()
            for text in process.stdout:
                line = json.loads(text)
                if "begins" in line:
                    tell(f"{line['begins']} counts, {line['open']} incidents open")
                    memory.begin()
                else:
                    loads[line["ends"]] = line["figures"] | memory.end()
                    tell(f"{line['ends']} ended, {line['open']} incidents open")
        finally:
            guard.cancel()
            process.terminate()
    missing = sorted(set(order.loads) - set(loads))
    if missing:
        raise ExternalServiceError(
            f"The load generator ended within {order.longest_s:.0f} s without {missing}.",
            remedy=f"See the end of {log}, and whether the service answers at all.",
        )
    return loads
