"""The run sheet is written while the real server lives, and read when it is dead."""

from __future__ import annotations

import csv
import threading
import time
from pathlib import Path

import httpx
import pytest

from benchmarks.crash.server import Server
from tests.support.service import FLEET, SECRET, a_call

PATIENCE_S = 60.0
ADMIN = "admin-of-this-test"


def test_the_run_sheet_outlives_the_server(town_data: Path, tmp_path: Path) -> None:
    sheets = tmp_path / "sheets"
    settings = {"ROADFLARE_RUN_SHEET_DIR": str(sheets), "ROADFLARE_RUN_SHEET_S": "1"}
    server = Server(
        "town",
        f"sqlite:///{tmp_path}/sheet.sqlite",
        town_data,
        admin=ADMIN,
        log=tmp_path / "server.log",
        settings=settings,
    )
    server.start()
    try:
        number = _called(server)
        end, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not any(number in it.read_text("utf-8-sig") for it in sheets.glob("*.csv")):
            assert time.monotonic() < end, "the call is not on the sheet"
            pause.wait(0.05)
    finally:
        server.kill()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"{server.url}/healthz")
    (table,), (page,) = sheets.glob("*.csv"), sheets.glob("*.html")
    rows = list(csv.reader(table.read_text("utf-8-sig").splitlines()))
    assert any(number in row for row in rows)
    assert number in page.read_text("utf-8")


def _called(server: Server) -> str:
    """Take a call and return the number of its incident."""
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=30) as http:
        admin = {"Authorization": f"Bearer {ADMIN}"}
        http.put("/fleet", json=FLEET, headers=admin).raise_for_status()
        answer = http.post("/login", json={"user": "desk", "secret": SECRET}).raise_for_status()
        desk = {"Authorization": f"Bearer {answer.json()['token']}"}
        call = http.post("/incidents", json=a_call(1), headers=desk).raise_for_status()
    return str(call.json()["number"])
