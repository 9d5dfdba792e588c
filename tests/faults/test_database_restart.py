"""PostgreSQL dies under the running service and comes back: refused meanwhile, nothing lost."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.crash.judge import judge
from tests.faults.serving import Callers, serving, until
from tests.support import postgis
from tests.support.missing import missing


@dataclass
class Restartable:
    """A cluster whose server is killed and started on the same port and data."""

    programs: Path
    folder: Path
    account: dict[str, Any]
    port: int
    server: postgis.PostgisServer = field(init=False)
    _guard: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.server = postgis.PostgisServer(self.port)

    def start(self) -> None:
        """Start the server; after a kill it recovers from its log."""
        run = Path(tempfile.mkdtemp(dir=self.folder))
        if self.account:
            os.chown(run, self.account["user"], self.account["group"])
        settings = postgis.SETTINGS | {"synchronous_commit": "on"}  # a kill forgets nothing told
        arguments = [f"-c{name}={value}" for name, value in settings.items()]
        program = [str(self.programs / "postgres"), "-D", str(self.folder / "data")]
        guard = ["/bin/sh", "-c", postgis.GUARD, "guard", str(run)]
        self._guard = subprocess.Popen(
            [*guard, *program, "-p", str(self.port), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            cwd=self.folder,
            **self.account,
        )
        postgis._wait_until_ready(self.server, run / "server.log")

    def kill(self) -> None:
        """End the server at once, without a checkpoint, with all its connections."""
        if self._guard is not None:
            self._guard.communicate()
            self._guard = None


@pytest.fixture
def cluster() -> Iterator[Restartable]:
    programs = postgis.server_programs()
    if programs is None:
        missing("PostGIS", "sudo apt-get install postgresql-postgis")
    account = postgis._unprivileged_account()
    folder = Path(tempfile.mkdtemp(prefix="roadflare-restart-"))
    if account:
        os.chown(folder, account["user"], account["group"])
    made = Restartable(programs, folder, account, postgis._free_port())
    try:
        postgis._initialise(programs, folder / "data", account)
        made.start()
        made.server.make_template()
        yield made
    finally:
        made.kill()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.long
@pytest.mark.postgis
@pytest.mark.timeout(300)
def test_the_service_outlives_its_database(cluster: Restartable, town_data: Path) -> None:
    url = cluster.server.create()
    with serving(url, town_data) as served:
        callers = Callers(served, served.port)
        with callers.at_work():
            for _ in range(2):
                more = len(callers.told) + callers.n
                until(partial(lambda n: len(callers.told) > n, more))
                more = callers.n_unanswered
                cluster.kill()
                until(partial(lambda n: callers.n_unanswered > n, more))
                assert httpx.get(f"{served.url}/healthz", timeout=30).status_code == 200
                assert httpx.get(f"{served.url}/readyz", timeout=30).status_code == 503
                cluster.start()
                until(lambda: httpx.get(f"{served.url}/readyz", timeout=30).status_code == 200)
        assert {answer.status_code for answer in callers.refusals} <= {503}
        for answer in callers.refusals:
            assert answer.json()["code"] == "database_unavailable"
            assert answer.headers["Retry-After"]

        def a_unit_is_sent() -> bool:
            items = served.get("incidents?state=all&limit=5000").json()["items"]
            return any((it["job"] or {}).get("state") == "ordered" for it in items)

        until(a_unit_is_sent)
    found = judge(url, callers.told)
    assert (found.lost, found.duplicated, found.double_assigned, found.history) == ((),) * 4
    assert found.chain_ok
