"""The real server process: it streams, refuses a second one, stops at once when told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
ADMIN = {"Authorization": "Bearer admin-of-this-test"}


@dataclass
class Server:
    """A running ``roadflare serve``."""

    process: subprocess.Popen[str]
    url: str
    arguments: list[str]


def start(arguments: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from api.cli import main; main()", "serve", *arguments],
        cwd=ROOT,
        env=os.environ | {"ROADFLARE_ADMIN_TOKEN": "admin-of-this-test"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, town_data: Path) -> Iterator[Server]:
    """Yield one server for the tests of the module; the last of them stops it."""
    folder = tmp_path_factory.mktemp("served")
    arguments = ["--city", "town", "--data-dir", str(town_data), "--port", "0", "--json"]
    arguments += ["--database", f"sqlite:///{folder}/served.sqlite", "--speed", "10"]
    process = start(arguments)
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise AssertionError(process.communicate()[1])
    yield Server(process, json.loads(line)["url"], arguments)
    process.kill()
    process.communicate()


def test_a_second_server_on_the_database_is_refused(server: Server) -> None:
    second = start(server.arguments)
    output, errors = second.communicate(timeout=60)
    assert second.returncode == 1
    assert output == ""
    problem = json.loads(errors.splitlines()[-1])["error"]
    assert problem["code"] == "database_in_use"
    assert "PostgreSQL" in problem["remedy"]


def test_a_port_that_is_taken(server: Server, tmp_path: Path) -> None:
    port = server.url.rpartition(":")[2]
    third = start(["--port", port, "--database", f"sqlite:///{tmp_path}/third.sqlite", "--json"])
    _, errors = third.communicate(timeout=60)
    assert third.returncode == 1
    assert "--port" in json.loads(errors)["error"]["remedy"]


def test_a_server_streams_and_stops_when_told(server: Server) -> None:
    with httpx.Client(base_url=server.url, headers=ADMIN, timeout=30) as client:
        assert client.get("/api/v1/clock").json()["speed"] == 10
        user = {"user": "desk", "name": "Desk", "role": "dispatcher", "secret": "three words"}
        assert client.put("/api/v1/fleet", json={"users": [user]}).status_code == 200
        login = {"user": "desk", "secret": "three words"}
        token = client.post("/api/v1/login", json=login).json()["token"]
        headers = {"Authorization": f"Bearer {token}"}
        with client.stream("GET", "/api/v1/events", headers=headers) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 1000"
            server.process.send_signal(signal.SIGTERM)
            assert [line for line in lines if line] == []  # ended whole, not torn off
    _, errors = server.process.communicate(timeout=20)
    assert "Traceback" not in errors
