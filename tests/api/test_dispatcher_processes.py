"""API and dispatchers as processes of their own, on PostgreSQL: one dies, the others go on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.postgis import PostgisServer
from tests.support.service import FLEET, PIN, SECRET, a_call

ROOT = Path(__file__).resolve().parents[2]
ADMIN = "admin-of-this-test"
PATIENCE_S = 60.0

Started = tuple[subprocess.Popen[str], dict[str, Any]]


@pytest.fixture
def start(postgis_databases: PostgisServer, town_data: Path) -> Iterator[Callable[..., Started]]:
    """Start ``roadflare`` with arguments; return the process and its first line."""
    url = postgis_databases.create()
    with ExitStack() as held:

        def run(command: str, *arguments: str) -> Started:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-c", "from api.cli import main; main()", command, "--json"),
                    *("--city", "town", "--database", url, "--data-dir", str(town_data)),
                    *arguments,
                ],
                cwd=ROOT,
                env=os.environ | {"ROADFLARE_ADMIN_TOKEN": ADMIN, "ROADFLARE_LOG_LEVEL": "warning"},
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
            held.callback(process.communicate)
            held.callback(process.kill)
            assert process.stdout is not None
            return process, json.loads(process.stdout.readline())

        yield run
    postgis_databases.drop(url)


def until(found: Callable[[], Any]) -> Any:
    """Return what is found as soon as it is."""
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        pause.wait(0.05)
    return value


def dispatching(url: str) -> bool:
    return 'roadflare_dispatching{region="town"} 1' in httpx.get(f"{url}/metrics").text


@pytest.mark.timeout(300)
def test_a_dead_dispatcher_is_replaced_and_calls_go_on(start: Callable[..., Started]) -> None:
    _, api = start("serve", "--api-only", "--port", "0")
    first, one = start("dispatcher", "--watch-port", "0")
    until(lambda: dispatching(one["watch"]))
    second, two = start("dispatcher", "--watch-port", "0")
    assert not dispatching(two["watch"])
    assert httpx.get(f"{two['watch']}/readyz").text == "ready\n"
    with httpx.Client(base_url=f"{api['url']}/api/v1", timeout=30) as http:
        admin = {"Authorization": f"Bearer {ADMIN}"}
        assert http.put("/fleet", json=FLEET, headers=admin).status_code == 200

        def login(user: str, secret: str) -> dict[str, str]:
            body = {"user": user, "secret": secret}
            return {"Authorization": f"Bearer {http.post('/login', json=body).json()['token']}"}

        desk = login("desk", SECRET)
        for code in ("R-01", "T-01"):
            shift = {"action": "start", "client_id": "s", "at": "2026-06-01T04:00:00Z"}
            http.post("/field/shift", json=shift, headers=login(code, PIN)).raise_for_status()

        def ordered(call: dict[str, Any]) -> bool:
            job = http.get(f"/incidents/{call['id']}", headers=desk).json()["job"]
            return bool(job and job["state"] == "ordered")

        call = http.post("/incidents", json=a_call(1), headers=desk).json()
        until(lambda: ordered(call))
        first.kill()
        died_at = time.monotonic()
        until(lambda: dispatching(two["watch"]))
        assert time.monotonic() - died_at < 5.0  # the promise itself
        tow = a_call(2, fault="accident", symptom="front hit")
        after = http.post("/incidents", json=tow, headers=desk).json()
        until(lambda: ordered(after))
    second.terminate()
    assert second.wait(timeout=30) == 0


@pytest.mark.timeout(300)
def test_a_road_report_reaches_every_process(start: Callable[..., Started]) -> None:
    """Taken by one process: the dispatcher plans by it, and another API process draws by it."""
    _, api = start("serve", "--api-only", "--port", "0")
    _, other = start("serve", "--api-only", "--port", "0")
    _, planning = start("dispatcher", "--watch-port", "0")
    admin = {"Authorization": f"Bearer {ADMIN}"}
    with httpx.Client(timeout=30, headers=admin) as http:
        here, there = (f"{it['url']}/api/v1" for it in (api, other))
        http.put(f"{here}/fleet", json=FLEET).raise_for_status()
        tokens = {}
        for user, secret in (("desk", SECRET), ("R-01", PIN)):
            said = http.post(f"{here}/login", json={"user": user, "secret": secret}).json()
            tokens[user] = {"Authorization": f"Bearer {said['token']}"}
        shift = {"action": "start", "client_id": "s", "at": "2026-06-01T04:00:00Z"}
        http.post(f"{here}/field/shift", json=shift, headers=tokens["R-01"]).raise_for_status()
        unit = http.get(f"{here}/me", headers=tokens["R-01"]).json()["unit_id"]
        call = http.post(f"{here}/incidents", json=a_call(1), headers=tokens["desk"]).json()

        def drive_s(base: str) -> float:
            route = http.get(f"{base}/units/{unit}/route", headers=tokens["desk"]).json()
            legs = route["features"]
            return float(legs[0]["properties"]["duration_s"]) if legs else 0.0

        def eta() -> str:
            found = http.get(f"{here}/incidents/{call['id']}", headers=tokens["desk"]).json()
            return str(found["eta_at"] or "")

        free_s, free_eta = until(lambda: drive_s(there)), until(eta)
        west, south, east, north = http.get(f"{here}/region").json()["bounds"]
        area = [[west, south], [east, south], [east, north], [west, north]]
        body = {"where": {"area": area}, "effect": "factor", "value": 0.1}
        made = http.post(f"{here}/road-reports", json=body).json()
        for base in (here, there):
            until(lambda base=base: drive_s(base) > 5 * free_s)
        until(lambda: eta() > free_eta)  # the dispatcher has planned again
        http.post(f"{there}/road-reports/{made['id']}/clear").raise_for_status()
        until(lambda: drive_s(here) == free_s)
    assert dispatching(planning["watch"])
