"""The operating system takes no more bytes: refused clearly, nothing told is lost, work goes on."""

from __future__ import annotations

import resource
from pathlib import Path
from typing import Any

import pytest

from benchmarks.crash.acknowledgements import Acknowledgement
from benchmarks.crash.judge import judge
from tests.faults.serving import serving, until, vin_of
from tests.support.service import NewDatabase

NO_LIMIT = resource.RLIM_INFINITY


def limit_files(pid: int, size: int) -> None:
    """Let a process write no file beyond ``size`` bytes: what it gets then is ``EFBIG``."""
    _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))


@pytest.mark.timeout(300)
def test_a_disk_that_takes_no_more(new_database: NewDatabase, town_data: Path) -> None:
    url = new_database()
    file = Path(url.removeprefix("sqlite:///"))
    told: list[Acknowledgement] = []
    with serving(url, town_data) as served:

        def take(number: int) -> Any:
            answer = served.call(number, scenario="x" * 1900)
            if answer.status_code == 201:
                made = Acknowledgement("created", incident_id=answer.json()["id"])
                told.append(Acknowledgement("created", made.incident_id, vin=vin_of(number)))
            return answer

        for number in range(5):
            assert take(number).status_code == 201
        sizes = [it.stat().st_size for it in file.parent.glob(f"{file.name}*")]
        limit_files(served.process.pid, max(sizes))
        answers = [take(number) for number in range(100, 120)]
        refused = [answer for answer in answers if answer.status_code != 201]
        assert refused
        assert {answer.status_code for answer in refused} == {503}
        assert {answer.json()["code"] for answer in refused} == {"database_unavailable"}
        assert served.get("incidents").status_code == 200
        assert served.process.poll() is None
        limit_files(served.process.pid, NO_LIMIT)
        again = [take(number) for number in range(100, 120)]
        assert {answer.status_code for answer in again} == {201}
        known = told[0].incident_id

        def sent() -> bool:
            items = served.get("incidents").json()["items"]
            return any((it["job"] or {}).get("state") == "ordered" for it in items)

        until(sent)
        assert known is not None
    found = judge(url, list(dict.fromkeys(told)))
    assert (found.lost, found.duplicated, found.double_assigned, found.history) == ((),) * 4
    assert found.chain_ok
