"""PostgreSQL crashes under the running service and comes back: nothing told is lost."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import httpx
import pytest

from benchmarks.crash.judge import judge
from tests.faults.serving import Callers, serving, until
from tests.support.postgis import own_server


@pytest.mark.long
@pytest.mark.postgis
@pytest.mark.timeout(300)
def test_the_service_outlives_its_database(town_data: Path) -> None:
    """Twice, with several callers at work, without a checkpoint."""
    with own_server() as cluster:
        url = cluster.url
        cluster.stop()
        cluster.command.append("-csynchronous_commit=on")  # a crash forgets nothing told
        cluster.start()
        with serving(url, town_data) as served:
            callers = Callers(served, served.port)
            with callers.at_work():
                for _ in range(2):
                    more = len(callers.told) + callers.n
                    until(partial(lambda n: len(callers.told) > n, more))
                    more = callers.n_unanswered
                    cluster.crash()
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
