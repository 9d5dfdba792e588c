"""One row that cannot be read takes no list and no plan of others with it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.support.service import Town

OF_INCIDENTS = [
    ("channel", "magic"),
    ("received_at", "then"),
    ("eta_at", "then"),
    ("risk", "magic"),
    ("n_people", "many"),
    ("warnings", "{"),
    ("triage", "{}"),
    ("entitlement", "[7]"),
]
OF_JOBS = [
    ("options", "{"),
    ("position", b"\x01\x02"),
    ("target_at", "then"),
    ("declined_by", "{"),
    ("lock", "magic"),
]


def damage(town: Town, table: str, row_id: int, column: str, value: Any) -> None:
    """Store what no program of ours writes."""
    with town.service.runtime.database.engine.begin() as connection:
        query = text(f"UPDATE {table} SET {column} = :value WHERE id = :id")
        connection.execute(query, {"value": value, "id": row_id})


def planned_beside(town: Town, table: str, column: str, value: Any) -> tuple[int, list[int]]:
    """Damage one of two open incidents or its job; return it and those that are listed."""
    bad = town.call()
    damage(town, table, bad["id"] if table == "incidents" else bad["job"]["id"], column, value)
    good = town.call()
    town.start_shifts()
    town.decide()
    assert town["desk"].get(f"incidents/{good['id']}").json()["job"]["unit_id"] is not None
    assert town["desk"].get(f"incidents/{good['id']}/candidates").is_success
    listed = town["desk"].get("incidents")
    assert listed.is_success, listed.text
    log = town["desk"].get("events/log?limit=5000").json()["items"]
    assert [it for it in log if it["kind"] == "plan.failed"] == []
    return bad["id"], [it["id"] for it in listed.json()["items"]]


@pytest.mark.parametrize(("column", "value"), OF_INCIDENTS)
def test_other_incidents_are_planned_and_listed(town: Town, column: str, value: Any) -> None:
    bad, listed = planned_beside(town, "incidents", column, value)
    assert bad not in listed
    assert len(listed) == 1


@pytest.mark.parametrize(("column", "value"), OF_JOBS)
def test_a_damaged_job_is_told_and_its_incident_is_listed(
    town: Town, column: str, value: Any
) -> None:
    bad, listed = planned_beside(town, "jobs", column, value)
    assert bad in listed
    assert len(listed) == 2
    alarms = town["desk"].get("alarms").json()["items"]
    assert all(town[code].get("field/jobs").is_success for code in ("R-01", "T-01"))
    assert ("data_damaged", bad) in {(it["kind"], it["incident_id"]) for it in alarms}


def test_a_damaged_unit_takes_no_list_of_units_with_it(town: Town) -> None:
    damage(town, "units", 1, "skills", "{")
    listed = town["desk"].get("units")
    assert [it["id"] for it in listed.json()["items"]] == [2]
