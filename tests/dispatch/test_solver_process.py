"""A solver that hangs, dies, fails or cheats costs a greedy plan, never the service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dispatch.solver_process import (
    InlineSolver,
    SolveFunction,
    SolverFailed,
    WorkerSolver,
    solve_with_core,
)
from tests.dispatch import solvers
from tests.dispatch.core.small import job, line, repair, unit
from tests.dispatch.core.small import problem as small_problem
from tests.dispatch.scene import open_scene

PROBLEM = small_problem((unit("u", 0),), (job("j", repair(3)),))


@pytest.fixture
def worker() -> Iterator[WorkerSolver]:
    made = WorkerSolver(30.0)
    yield made
    made.close()


def test_the_worker_solves_as_this_process_does(worker: WorkerSolver) -> None:
    assert line().shape == (31, 31)
    expected = solve_with_core(PROBLEM, "greedy")
    assert worker.solve(PROBLEM, "greedy").plan == expected
    assert worker.solve(PROBLEM, "greedy").plan == expected


def test_an_unknown_engine_is_told(worker: WorkerSolver) -> None:
    with pytest.raises(SolverFailed, match="no engine 'magic'"):
        worker.solve(PROBLEM, "magic")
    assert worker.solve(PROBLEM, "greedy").plan.routes


@pytest.mark.parametrize(
    ("solve", "reason"),
    [
        (solvers.hanging, "no answer within 0.3 s"),
        (solvers.dying, "exit code 3"),
        (solvers.raising, "ZeroDivisionError: a bug"),
    ],
)
def test_the_reason_is_told_and_the_child_is_replaced(solve: SolveFunction, reason: str) -> None:
    worker = WorkerSolver(0.3, solve=solve)
    try:
        for _ in range(2):
            with pytest.raises(SolverFailed, match=reason):
                worker.solve(PROBLEM, "ortools")
    finally:
        worker.close()


def test_a_hanging_solver_costs_the_greedy_plan_and_an_event(tmp_path: Path) -> None:
    runner = WorkerSolver(0.3, solve=solvers.hanging)
    scene = open_scene(tmp_path, engine="ortools", runner=runner)
    near = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    scene.dispatcher.close()
    assert scene.job(incident).unit_id == near.id
    [failed] = scene.events("plan.failed")
    assert failed.payload == {
        "reasons": ["ortools gave no answer within 0.3 s"],
        "fallback": "greedy",
    }
    [committed] = scene.events("plan.committed")
    assert committed.payload["engine"] == "greedy"


def test_a_plan_that_the_checker_refuses_is_not_committed(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, engine="ortools", runner=InlineSolver(solvers.cheating))
    scene.unit("R-01", 5)
    scene.call(0)
    scene.run()
    [failed] = scene.events("plan.failed")
    assert "the checker refused the plan of ortools: cost" in failed.payload["reasons"][0]
    [committed] = scene.events("plan.committed")
    assert committed.payload["engine"] == "greedy"


def test_when_even_greedy_fails_the_plan_in_force_stays_and_an_alarm_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = open_scene(tmp_path, engine="ortools", runner=InlineSolver(solvers.raising))
    monkeypatch.setattr("dispatch.decide.InlineSolver", lambda: InlineSolver(solvers.cheating))
    scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    assert scene.job(incident).state == "open"
    assert [e.kind for e in scene.events("plan.failed", "alarm.raised")] == [
        "plan.failed",
        "alarm.raised",
    ]
    assert scene.dispatcher.next_due() is not None
    monkeypatch.undo()
    scene.pass_time(1)
    assert scene.job(incident).state == "ordered"
