"""One crash run: a server under load, killed at random moments and started again."""

from __future__ import annotations

import math
import random
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.crash.acknowledgements import Log, read
from benchmarks.crash.clients import API, Caller, Client, Desk, Phone, Work
from benchmarks.crash.judge import Verdict, judge
from benchmarks.crash.server import Server
from benchmarks.demo.fleet import DemoFleet, draw_fleet
from geo_data.city import load_city
from geo_data.demand import sample_positions

N_CALLERS, N_DESKS = 3, 3
_N_PLACES = 60
_LIFE_S = (0.3, 3.0)
"""How long a server lives after it is ready: uniformly drawn."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played, and where.

    ``within_s`` ends it early on a slow machine: then there were fewer kills than asked for.
    """

    city: str
    data_dir: Path
    database: str
    folder: Path
    kills: int
    seed: int
    within_s: float = math.inf


def crash(plan: Plan, tell: Callable[[str], None] = lambda _line: None) -> dict[str, Any]:
    """Play it and return the figures, with up to ten examples of each fault."""
    server = Server(
        plan.city,
        plan.database,
        plan.data_dir,
        admin=secrets.token_urlsafe(24),
        log=plan.folder / "server.log",
    )
    log = Log(plan.folder / "acknowledgements.jsonl")
    rng = random.Random(plan.seed)
    server.start()
    first_start_s = server.start_s.pop()
    stop = threading.Event()
    threads = [
        threading.Thread(target=client.run, name=client.seed, daemon=True)
        for client in _clients(plan, server, Work(server.url, stop, log, _places(plan)))
    ]
    try:
        for thread in threads:
            thread.start()
        end = time.monotonic() + plan.within_s
        for n in range(1, plan.kills + 1):
            if time.monotonic() > end:
                break
            time.sleep(rng.uniform(*_LIFE_S))
            server.kill()
            server.start()
            tell(f"{n} kills, {sum(log.counts.values())} acknowledged, {server.start_s[-1]:.1f} s")
        time.sleep(1.0)
        stop.set()
        for thread in threads:
            thread.join(timeout=60)
    finally:
        stop.set()
        exit_code = server.stop()
        log.close()
    verdict = judge(plan.database, read(log.path))
    return _figures(plan, log, verdict, server.start_s) | {
        "first_start_s": round(first_start_s, 2),
        "stopped_with": exit_code,
        "clients_left_hanging": sum(thread.is_alive() for thread in threads),
    }


def _figures(plan: Plan, log: Log, verdict: Verdict, start_s: list[float]) -> dict[str, Any]:
    p50, p99 = np.percentile(start_s, [50, 99])
    return {
        "database": plan.database.split(":", 1)[0].split("+")[0],
        "kills": len(start_s),
        "acknowledged": sum(log.counts.values()),
        "acknowledged_by_kind": dict(sorted(log.counts.items())),
        "lost": len(verdict.lost),
        "duplicated": len(verdict.duplicated),
        "double_assigned": len(verdict.double_assigned),
        "history_faults": len(verdict.history),
        "chain_ok": verdict.chain_ok,
        "events": verdict.n_events,
        "restart_s": {"p50": round(float(p50), 2), "p99": round(float(p99), 2)},
        "examples": {
            "lost": verdict.lost[:10],
            "duplicated": verdict.duplicated[:10],
            "double_assigned": verdict.double_assigned[:10],
            "history": verdict.history[:10],
        },
        "city": plan.city,
        "seed": plan.seed,
    }


def _places(plan: Plan) -> list[tuple[float, float]]:
    city = load_city(plan.city, plan.data_dir)
    drawn = sample_positions(city, _N_PLACES, np.random.default_rng([plan.seed, 0x63]))
    return [(float(lon), float(lat)) for lon, lat in drawn]


def _clients(plan: Plan, server: Server, work: Work) -> list[Client]:
    """Put a fleet on duty and return who works: callers, desks and every unit's phone."""
    now = datetime.now(UTC)
    fleet = draw_fleet(load_city(plan.city, plan.data_dir), start=now)
    with httpx.Client(base_url=server.url + API, timeout=60) as http:
        admin = {"Authorization": f"Bearer {server.admin}"}
        http.put("/fleet", json=fleet.body, headers=admin).raise_for_status()
        hotline = _token(http, fleet.call_taker.user, fleet.call_taker.secret)
        desk = _token(http, fleet.dispatcher.user, fleet.dispatcher.secret)
        phones = _phones(http, fleet, work, now)
    callers = [Caller(work, f"caller-{n}", hotline) for n in range(N_CALLERS)]
    desks = [Desk(work, f"desk-{n}", desk) for n in range(N_DESKS)]
    return [*callers, *desks, *phones]


def _phones(http: httpx.Client, fleet: DemoFleet, work: Work, now: datetime) -> list[Client]:
    phones: list[Client] = []
    for account in fleet.technicians:
        login = {"user": account.user, "secret": account.secret}
        found = http.post("/login", json=login).raise_for_status().json()
        shift = {"action": "start", "client_id": "shift", "at": now.isoformat()}
        headers = {"Authorization": f"Bearer {found['token']}"}
        http.post("/field/shift", json=shift, headers=headers).raise_for_status()
        phones.append(Phone(work, f"phone-{account.user}", found["token"], found["unit_id"]))
    return phones


def _token(http: httpx.Client, user: str, secret: str) -> str:
    answer = http.post("/login", json={"user": user, "secret": secret}).raise_for_status()
    return str(answer.json()["token"])
