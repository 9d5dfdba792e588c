"""The real server, killed under load; and whether the judges would see what they look for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api import schema
from benchmarks.crash.acknowledgements import Acknowledgement
from benchmarks.crash.commands import held
from benchmarks.crash.history import faults_of
from benchmarks.crash.judge import judge
from benchmarks.crash.play import Plan, crash
from kernel import events
from kernel.database import Database
from kernel.events import Event

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.timeout(300)
def test_three_kills_lose_nothing(any_database_url: str, town_data: Path, tmp_path: Path) -> None:
    found = crash(Plan("town", town_data, any_database_url, tmp_path, kills=3, seed=7))
    assert held(found), found["examples"]
    assert found["kills"] == 3
    assert found["acknowledged_by_kind"]["created"] > 0
    assert found["acknowledged_by_kind"]["position"] > 0
    assert set(found["restart_s"]) == {"p50", "p99"}
    assert found["stopped_with"] == 0


def test_any_fault_is_a_failure() -> None:
    assert not held({"chain_ok": True, "lost": 1} | dict.fromkeys(_OTHERS, 0))
    assert not held({"chain_ok": False, "lost": 0} | dict.fromkeys(_OTHERS, 0))
    assert held({"chain_ok": True, "lost": 0} | dict.fromkeys(_OTHERS, 0))


_OTHERS = ("duplicated", "double_assigned", "history_faults", "clients_left_hanging")


# ------------------------------------------------------------------------------- the judges


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'a.sqlite'}")
    schema.upgrade(opened)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "promise",
    [
        Acknowledgement("created", incident_id=1, vin="LRF"),
        Acknowledgement("cancelled", incident_id=1),
        Acknowledgement("assigned", incident_id=1, unit_id=1),
        Acknowledgement("reported", unit_id=1, client_id="a"),
        Acknowledgement("position", unit_id=1, at=NOON.isoformat()),
    ],
    ids=lambda it: it.kind,
)
def test_a_broken_promise_is_seen(database: Database, promise: Acknowledgement) -> None:
    url = database.engine.url.render_as_string()
    assert judge(url, []).lost == ()
    assert len(judge(url, [promise]).lost) == 1


def test_what_happened_twice_is_seen(database: Database) -> None:
    by_hand: dict[str, Any] = {"region": "r", "incident_id": 1, "unit_id": 2}
    with database.write() as session:
        for _ in range(2):
            events.append(session, NOON, "job.planned", payload={"by_hand": True}, **by_hand)
    told = Acknowledgement("assigned", incident_id=1, unit_id=2)
    url = database.engine.url.render_as_string()
    assert judge(url, [told, told]).duplicated == ()
    assert len(judge(url, [told]).duplicated) == 1


def story(*happened: tuple[str, int, int, int]) -> list[Event]:
    """Return events from (kind, incident, job, unit); a plan's version stands for the incident."""
    return [
        Event(seq, NOON, "r", kind, incident, job, unit, {"version": incident})
        for seq, (kind, incident, job, unit) in enumerate(happened, start=1)
    ]


ORDERED = ("job.ordered", 1, 10, 100)


@pytest.mark.parametrize(
    ("happened", "fault"),
    [
        ([ORDERED, ("job.ordered", 1, 10, 101)], "job 10 is with unit 100 already"),
        ([ORDERED, ("job.ordered", 2, 11, 100)], "unit 100 has job 10 already"),
        ([("incident.closed", 1, 0, 0), ORDERED], "incident 1, which is closed"),
        ([("incident.closed", 1, 0, 0)] * 2, "closes incident 1 again"),
        ([("incident.created", 1, 0, 0)] * 2, "creates incident 1 again"),
        ([("plan.committed", 3, 0, 0), ("plan.committed", 3, 0, 0)], "commits plan 3 after 3"),
    ],
)
def test_the_history_checker_sees(happened: list[Any], fault: str) -> None:
    [found] = faults_of(story(*happened))
    assert fault in found


def test_the_history_checker_lets_a_good_day_pass() -> None:
    day = story(
        ("incident.created", 1, 0, 0),
        ORDERED,
        ("job.declined", 1, 10, 100),
        ("job.ordered", 1, 10, 101),
        ("plan.committed", 1, 0, 0),
        ("incident.closed", 1, 0, 0),
        ("job.done", 1, 10, 101),
        ("job.ordered", 2, 11, 101),
        ("plan.committed", 2, 0, 0),
    )
    assert faults_of(day) == []
    assert faults_of(day[1:]) != []  # a gap
