"""A unit, contractor or centre that cannot be read is left out alone, told, and left as it is."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from fleet.registers import CentreSpec, contractors_of, put_centre, service_centres_of
from fleet.store import units_of
from tests.dispatch.scene import REGION, Scene, at

NO_PLACE = b"\x01\x02"
OF_UNITS = [
    ("kind", "magic"),
    ("ownership", "magic"),
    ("skills", "{"),
    ("skills", "7"),
    ("skills", "[7]"),
    ("equipment", "{"),
    ("position", NO_PLACE),
    ("position_at", "then"),
    ("shift_end_at", "then"),
]


def damage(scene: Scene, table: str, row_id: int, column: str, value: Any) -> None:
    """Store what no program of ours writes."""
    with scene.database.engine.begin() as connection:
        connection.execute(text("PRAGMA ignore_check_constraints=on"))
        query = text(f"UPDATE {table} SET {column} = :value WHERE id = :id")
        connection.execute(query, {"value": value, "id": row_id})


def stored(scene: Scene, table: str, row_id: int, column: str) -> Any:
    with scene.database.engine.connect() as connection:
        query = text(f"SELECT {column} FROM {table} WHERE id = :id")
        return connection.execute(query, {"id": row_id}).scalar()


@pytest.mark.parametrize(("column", "value"), OF_UNITS)
def test_the_other_units_are_planned(scene: Scene, column: str, value: Any) -> None:
    end_at = scene.clock.now() + timedelta(hours=8)
    bad, good = (scene.unit(code, 5, end_at=end_at) for code in ("R-01", "R-02"))
    damage(scene, "units", bad.id, column, value)
    before = stored(scene, "units", bad.id, column)
    incident = scene.call(0)
    with capture_logs() as logs:
        scene.pass_time(3)
    assert scene.job(incident).unit_id == good.id
    assert scene.events("plan.failed") == []
    assert {(it["table"], it["id"]) for it in logs if it["event"] == "row.damaged"} == {
        ("units", bad.id)
    }
    assert stored(scene, "units", bad.id, column) == before


def test_a_unit_comes_back_once_it_is_mended(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    before = stored(scene, "units", unit.id, "skills")
    damage(scene, "units", unit.id, "skills", "{")
    with scene.database.read() as session:
        assert units_of(session, REGION) == ()
    damage(scene, "units", unit.id, "skills", before)
    with scene.database.read() as session:
        assert [it.code for it in units_of(session, REGION)] == ["R-01"]


@pytest.mark.parametrize(("column", "value"), [("skills", "{"), ("position", NO_PLACE)])
def test_the_other_contractors_are_asked(scene: Scene, column: str, value: Any) -> None:
    bad, good = scene.contractor("Near", 1), scene.contractor("Far", 8)
    damage(scene, "contractors", bad, column, value)
    scene.call(0, target_min=20)
    scene.pass_time(2)
    assert scene.events("plan.failed") == []
    assert {it.payload["contractor_id"] for it in scene.events("contractor.offered")} == {good}
    with scene.database.read() as session:
        assert [it.id for it in contractors_of(session, REGION)] == [good]


@pytest.mark.parametrize(
    ("column", "value"),
    [("skills", "{"), ("position", NO_PLACE), ("opening_hours", "magic"), ("time_zone", "magic")],
)
def test_the_other_centres_are_known(scene: Scene, column: str, value: Any) -> None:
    with scene.database.write() as session:
        bad, good = (
            put_centre(session, CentreSpec(REGION, name, at(3), frozenset({"repair"}))).id
            for name in ("Near", "Far")
        )
    damage(scene, "service_centres", bad, column, value)
    unit, incident = scene.unit("R-01", 5), scene.call(0)
    scene.pass_time(1)
    assert scene.job(incident).unit_id == unit.id
    with scene.database.read() as session:
        assert [it.id for it in service_centres_of(session, REGION)] == [good]
