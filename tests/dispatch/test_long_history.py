"""What is over costs a decision nothing: a turn of the loop reads what is open."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event

from dispatch import contractor_work, contractors
from tests.dispatch.scene import Scene


def read_in_a_turn(scene: Scene) -> dict[str, list[str]]:
    """Return how SQLite finds the rows of each query of some busy minutes."""
    seen: dict[str, Any] = {}

    def note(_: object, __: object, sql: str, values: Any, *___: object) -> None:
        if sql.startswith("SELECT"):
            seen[sql] = values

    scene.contractor("Near", 2)
    scene.unit("R-01", 60)
    incident = scene.call(0)
    scene.call(90, target_min=1)
    event.listen(scene.database.engine, "before_cursor_execute", note)
    scene.pass_time(1)
    with scene.database.write() as session:
        contractor_work.take_back(session, scene.context, incident)
        contractors.offer(session, scene.context, incident)
    scene.pass_time(3)
    event.remove(scene.database.engine, "before_cursor_execute", note)
    with scene.database.engine.connect() as connection:
        return {
            sql: [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
            for sql, values in seen.items()
        }


def test_no_query_of_a_turn_reads_all_incidents_jobs_or_offers(scene: Scene) -> None:
    plans = read_in_a_turn(scene)
    assert any("incident_by_state (region=? AND state=?)" in it for p in plans.values() for it in p)
    whole = ("SCAN incidents", "SCAN jobs", "SCAN contractor_offers", "by_state (region=?)")
    offers = "ix_contractor_offers_region (region=?)"  # the newest of them may be read, and no more
    assert [
        (sql, plan)
        for sql, plan in plans.items()
        if any(w in it for it in plan for w in whole)
        or (any(offers in it for it in plan) and "LIMIT" not in sql)
    ] == []
