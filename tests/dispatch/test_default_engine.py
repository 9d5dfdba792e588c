"""The engine that decides by default, what takes its place, and what is told of its proof."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from api.settings import Settings
from dispatch.core.model import Plan, Problem
from dispatch.decide import Decision
from dispatch.live import DEFAULT_ENGINE
from dispatch.params import DispatchSettings, load_settings
from dispatch.solver_process import InlineSolver, solve_with_core
from dispatch.store import PlanRow
from tests.dispatch.scene import Scene, open_scene


def newest_plan(scene: Scene) -> PlanRow:
    with scene.database.read() as session:
        row = session.query(PlanRow).order_by(PlanRow.version.desc()).first()
        assert row is not None
        session.expunge(row)
        return row


def test_service_and_loop_decide_with_the_same_engine() -> None:
    assert Settings().engine == DEFAULT_ENGINE == "colgen"


def test_a_decision_is_kept_with_its_proof(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="colgen")
    scene.unit("R-01", 5)
    scene.call(0)
    scene.run()
    row = newest_plan(scene)
    assert (row.engine, row.plan["relaxed"]) == ("colgen", [])
    assert row.plan["gap"] == pytest.approx(0.0, abs=1e-6)
    assert row.plan["lower_bound_cny"] == pytest.approx(row.cost_cny)
    [committed] = scene.events("plan.committed")
    assert committed.payload["gap"] == pytest.approx(0.0, abs=1e-6)


def test_an_engine_that_proves_nothing_claims_nothing(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="ortools")
    scene.unit("R-01", 5)
    scene.call(0)
    scene.run()
    assert newest_plan(scene).plan["gap"] is None


def test_the_gap_is_a_share_of_the_cost() -> None:
    plan = Plan((), (), cost_cny=200.0, lower_bound_cny=190.0)
    assert Decision(plan, 0.1).gap == pytest.approx(0.05)
    assert Decision(replace(plan, lower_bound_cny=None), 0.1).gap is None
    assert Decision(replace(plan, cost_cny=0.0, lower_bound_cny=0.0), 0.1).gap == 0.0
    assert Decision(None, 0.1).gap is None


def without_columns(problem: Problem, engine: str) -> Plan:
    if engine == "colgen":
        raise MemoryError("no room for columns")
    return solve_with_core(problem, engine)


def test_where_columns_fail_ortools_decides(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="colgen", runner=InlineSolver(without_columns))
    near = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).unit_id == near.id
    [failed] = scene.events("plan.failed")
    assert failed.payload["fallback"] == "ortools"
    assert "no room for columns" in failed.payload["reasons"][0]


def without_search(problem: Problem, engine: str) -> Plan:
    raise MemoryError(f"no room for {engine}")


def test_where_both_fail_greedy_decides(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="colgen", runner=InlineSolver(without_search))
    scene.unit("R-01", 5)
    scene.call(0)
    scene.run()
    [failed] = scene.events("plan.failed")
    assert failed.payload["fallback"] == "greedy"
    assert [reason.split()[0] for reason in failed.payload["reasons"]] == ["colgen", "ortools"]


def inserting(above: int) -> DispatchSettings:
    settings = load_settings()
    return replace(settings, timing=replace(settings.timing, insert_first_above=above))


def test_with_many_open_jobs_a_new_call_has_a_unit_before_the_search(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="ortools", settings=inserting(above=1))
    scene.unit("R-01", 5)
    first = scene.call(0)
    scene.run()
    assert [it.payload["engine"] for it in scene.events("plan.committed")] == ["ortools"]
    second = scene.call(20)
    assert scene.dispatcher.run_due()
    assert newest_plan(scene).engine == "insert_first"
    assert scene.job(second).planned_unit_id is not None
    assert scene.job(first).unit_id is not None
    n_decisions = scene.dispatcher.n_decisions
    scene.run()
    assert scene.dispatcher.n_decisions == n_decisions + 1


def test_what_cannot_be_inserted_does_not_keep_the_search_from_beginning(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="greedy", settings=inserting(above=0))
    scene.unit("R-01", 5, "tyre")
    scene.call(0)
    scene.run()
    assert scene.dispatcher.next_due() is not None
    assert scene.dispatcher.n_decisions == 2
