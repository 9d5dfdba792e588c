"""The real server: a bad line before clients, a full disk, its database stopped, itself dead."""

from __future__ import annotations

import csv
import resource
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from benchmarks.crash.server import Server
from dispatch.store import IncidentRow
from kernel import events
from kernel.database import Database
from tests.support.postgis import OwnServer, own_server
from tests.support.proxy import Proxy, proxy_to
from tests.support.service import FLEET, PIN, SECRET, a_call

PATIENCE_S = 60.0
ADMIN = "admin-of-this-test"


@contextmanager
def served(url: str, town_data: Path, folder: Path, **settings: str) -> Iterator[Server]:
    """Yield a server with the small fleet, both units on duty."""
    given = {"ROADFLARE_RUN_SHEET_DIR": str(folder / "sheets"), "ROADFLARE_RUN_SHEET_S": "1"}
    server = Server(
        "town", url, town_data, admin=ADMIN, log=folder / "server.log", settings=given | settings
    )
    server.start()
    try:
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
            admin = {"Authorization": f"Bearer {ADMIN}"}
            http.put("/fleet", json=FLEET, headers=admin).raise_for_status()
            for code in ("R-01", "T-01"):
                shift = {"action": "start", "client_id": "s", "at": "2026-06-01T04:00:00Z"}
                headers = token(http, code, PIN)
                http.post("/field/shift", json=shift, headers=headers).raise_for_status()
        yield server
    finally:
        server.kill()


def token(http: httpx.Client, user: str, secret: str = SECRET) -> dict[str, str]:
    answer = http.post("/login", json={"user": user, "secret": secret}).raise_for_status()
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def until(found: Callable[[], Any]) -> Any:
    """Return what is found as soon as it is."""
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        pause.wait(0.05)
    return value


class Desk:
    """Takes calls over a line that may be bad: each until it is answered, with one key."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        self.url, self.headers = url, headers
        self.ids: list[int] = []
        self.n_failed = 0

    def call(self, number: int) -> None:
        headers = self.headers | {"Idempotency-Key": f"call-{number}"}

        def answered() -> bool:
            try:
                answer = httpx.post(
                    f"{self.url}/incidents", json=a_call(number), headers=headers, timeout=1.0
                )
            except httpx.TransportError:
                self.n_failed += 1
                return False
            if answer.status_code == 503:
                self.n_failed += 1
                return False
            assert answer.status_code == 201, answer.text
            self.ids.append(answer.json()["id"])
            return True

        until(answered)


class Listener(threading.Thread):
    """Reads the event stream over a bad line, resumes after the last event seen."""

    def __init__(self, url: str, headers: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self.url, self.headers = url, headers
        self.seen: list[int] = []
        self.n_connections = 0
        self.stop = threading.Event()

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                self._read()
            except httpx.TransportError:
                self.stop.wait(0.05)

    def _read(self) -> None:
        resume = {"Last-Event-ID": str(self.seen[-1] if self.seen else 0)}
        self.n_connections += 1
        with httpx.stream(
            "GET", f"{self.url}/events", headers=self.headers | resume, timeout=2.0
        ) as stream:
            for line in stream.iter_lines():
                if line.startswith("id: "):
                    self.seen.append(int(line[4:]))
                if self.stop.is_set():
                    return


def rough(proxy: Proxy, number: int) -> None:
    """Do something to the line before a call."""
    if number == 3:
        proxy.delay_s = 0.05
    elif number == 6:
        proxy.cut()
        threading.Timer(0.3, proxy.heal).start()
    elif number == 9:
        proxy.is_silent = True
        threading.Timer(1.5, proxy.heal).start()
    elif number == 12:
        proxy.heal()
        proxy.cut()
        proxy.heal()


@pytest.mark.timeout(200)
def test_a_bad_line_before_clients_loses_and_doubles_nothing(
    any_database_url: str, town_data: Path, tmp_path: Path
) -> None:
    with served(any_database_url, town_data, tmp_path, ROADFLARE_HEARTBEAT_S="0.5") as server:
        with proxy_to(server.port) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/api/v1"
            with httpx.Client(base_url=url, timeout=30) as http:
                headers = token(http, "desk")
            desk, listener = Desk(url, headers), Listener(url, headers)
            listener.start()
            for number in range(1, 16):
                rough(proxy, number)
                desk.call(number)
            with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers) as http:
                log = http.get("/events/log", params={"limit": 5000}).json()["items"]
            last = log[-1]["seq"]
            until(lambda: listener.seen and listener.seen[-1] >= last)
            listener.stop.set()
        listener.join(timeout=10)
    assert desk.n_failed > 0
    assert listener.n_connections > 1
    assert len(set(desk.ids)) == 15
    assert sorted(set(listener.seen)) == listener.seen  # each once, in order
    assert set(listener.seen) >= {it["seq"] for it in log}
    with reading(any_database_url) as session:
        assert session.scalar(select(func.count()).select_from(IncidentRow)) == 15


@contextmanager
def reading(url: str) -> Iterator[Any]:
    database = Database(url)
    try:
        with database.read() as session:
            yield session
    finally:
        database.close()


def test_a_full_disk_keeps_what_was_answered_and_is_survived(
    town_data: Path, tmp_path: Path
) -> None:
    file = tmp_path / "full.sqlite"
    with (
        served(f"sqlite:///{file}", town_data, tmp_path) as server,
        httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http,
    ):
        http.headers.update(token(http, "desk"))
        kept: list[int] = []

        def call(number: int) -> httpx.Response:
            body = a_call(number, scenario="x" * 1900, symptom="y" * 1900)
            answer = http.post("/incidents", json=body, headers={"Idempotency-Key": f"n{number}"})
            if answer.is_success:
                kept.append(answer.json()["id"])
            return answer

        assert call(1).status_code == 201
        full = max(it.stat().st_size for it in tmp_path.glob("full.sqlite*")) + 100_000
        hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (full, hard))
        number = 1
        while (answer := call(number := number + 1)).status_code == 201:
            assert number < 300, "the disk does not fill"
        assert answer.status_code == 503
        assert answer.json()["code"] == "database_unavailable"
        assert answer.json()["remedy"]
        assert http.get("/incidents").status_code == 200
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert until(lambda: call(number).status_code == 201)
    with reading(f"sqlite:///{file}") as session:
        assert set(kept) <= set(session.scalars(select(IncidentRow.id)))
        assert len(kept) == number
        assert events.audit(session).broken is None


@pytest.mark.postgis
@pytest.mark.timeout(200)
def test_a_database_that_is_stopped_and_started(town_data: Path, tmp_path: Path) -> None:
    with own_server() as database:
        with served(database.url, town_data, tmp_path) as server:
            _stop_and_start(database, server)
        with reading(database.url) as session:
            assert session.scalar(select(func.count()).select_from(IncidentRow)) == 2
            assert events.audit(session).broken is None


def _stop_and_start(database: OwnServer, server: Server) -> None:
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=60) as http:
        http.headers.update(token(http, "desk"))
        desk = Desk(f"{server.url}/api/v1", dict(http.headers))
        desk.call(1)
        database.stop()
        answer = http.post("/incidents", json=a_call(2), headers={"Idempotency-Key": "call-2"})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert httpx.get(f"{server.url}/readyz").status_code == 503
        assert httpx.get(f"{server.url}/healthz").status_code == 200
        database.start()
        until(lambda: httpx.get(f"{server.url}/readyz").status_code == 200)
        desk.call(2)
        second = desk.ids[-1]

        def is_decided() -> bool:
            told = http.get(f"/incidents/{second}").json()
            return bool(told["contractor"] or (told["job"] and told["job"]["unit_id"]))

        until(is_decided)  # the dispatcher is elected anew, and plans


def test_the_run_sheet_is_fresh_and_outlives_the_server(town_data: Path, tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/sheet.sqlite", town_data, tmp_path) as server:
        with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
            number = http.post("/incidents", json=a_call(1), headers=token(http, "desk")).json()
        sheet = tmp_path / "sheets"

        def tells() -> bool:
            written = [it.read_text("utf-8-sig") for it in sheet.glob("town.*")]
            return len(written) == 2 and all(number["number"] in text for text in written)

        until(tells)
        server.kill()
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{server.url}/healthz")
    (table,), (page,) = sheet.glob("*.csv"), sheet.glob("*.html")
    rows = list(csv.reader(table.read_text("utf-8-sig").splitlines()))
    assert any(number["number"] in row for row in rows)
    assert number["number"] in page.read_text("utf-8")
