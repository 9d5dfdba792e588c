"""A solver that hangs, dies, fails or cheats costs a greedy plan, never the service."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dispatch.core import solve as core
from dispatch.core.checker import check
from dispatch.core.first import insert_first
from dispatch.core.model import Lock, Plan, Problem
from dispatch.core.start import Warm
from dispatch.solver_process import (
    INSERT_FIRST,
    InlineSolver,
    Onto,
    SolveFunction,
    SolverFailed,
    WarmCore,
    WorkerSolver,
    solve_with_core,
)
from tests.dispatch import solvers
from tests.dispatch.core.small import commitment, job, line, repair, unit
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


def test_the_caller_has_something_to_do_while_the_child_works() -> None:
    worker, done = WorkerSolver(0.3, solve=solvers.hanging), []
    try:
        with pytest.raises(SolverFailed, match=r"no answer within 0\.3 s"):
            worker.solve(PROBLEM, "ortools", lambda: done.append("while it starts and hangs"))
    finally:
        worker.close()
    assert len(done) > 1


def test_a_child_started_ahead_answers_as_another_does(worker: WorkerSolver) -> None:
    worker.start()
    worker.start()  # it is there already
    assert worker.solve(PROBLEM, "greedy").plan == solve_with_core(PROBLEM, "greedy")


def planned(plan: Plan) -> dict[str, str]:
    return {it.job_id: route.unit_id for route in plan.routes for it in route.jobs}


def test_a_plan_is_carried_over_and_what_is_new_inserted() -> None:
    # "a" drives 9 minutes to a job beside "b": at 2 CNY for a change, the plan found saves 6.
    units, beside_b = (unit("a", 1), unit("b", 11)), job("j", repair(10))
    held = commitment("j", "a", Lock.FREE)
    found = solve_with_core(small_problem(units, (beside_b,), held), "colgen")
    assert planned(found) == {"j": "b"}
    later = small_problem(units, (beside_b, job("new", repair(0))), held)
    assert planned(insert_first(later))["j"] == "a"
    carried = Onto(found)(later, INSERT_FIRST)
    assert planned(carried) == {"j": "b", "new": "a"}
    assert check(later, carried) == []


def test_a_plan_that_is_worth_no_more_is_not_carried_over() -> None:
    units, beside_a = (unit("a", 1), unit("b", 11)), job("j", repair(2))
    other = solve_with_core(small_problem((units[1],), (beside_a,)), "greedy")
    assert planned(other) == {"j": "b"}
    now = small_problem(units, (beside_a,), commitment("j", "a", Lock.FREE))
    assert planned(Onto(other)(now, INSERT_FIRST)) == {"j": "a"}


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


def test_a_child_that_stands_still_before_a_large_request_is_given_up() -> None:
    large = replace(PROBLEM, travel_s=line(600))  # more than fits between two processes
    known = set(multiprocessing.active_children())
    worker = WorkerSolver(1.0)
    worker.solve(PROBLEM, "greedy")
    [child] = set(multiprocessing.active_children()) - known
    assert child.pid is not None
    os.kill(child.pid, signal.SIGSTOP)
    told: list[str] = []

    def solve() -> None:
        with pytest.raises(SolverFailed) as failure:
            worker.solve(large, "greedy")
        told.append(str(failure.value))

    waits = threading.Thread(target=solve, daemon=True)
    waits.start()
    waits.join(60)
    if waits.is_alive():
        os.kill(child.pid, signal.SIGKILL)  # so that this test ends
    waits.join()
    assert told == ["greedy gave no answer within 1 s"]
    assert worker.solve(large, "greedy").plan.unassigned == ()
    worker.close()


class Watched:
    """The core's warm solve, with what each call began with; ``fails`` makes the next one fail."""

    def __init__(self) -> None:
        self.begun_with: list[Warm | None] = []
        self.fails = False
        self._solve = core.solve_warm

    def __call__(self, problem: Problem, **options: Any) -> tuple[Plan, Warm]:
        self.begun_with.append(options["warm"])
        if self.fails:
            raise ZeroDivisionError("a bug")
        return self._solve(problem, **options)


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    made = Watched()
    monkeypatch.setattr(core, "solve_warm", made)
    return made


def test_a_decision_begins_with_what_the_last_one_of_this_process_learned(watched: Watched) -> None:
    solver = WarmCore(5.0)
    for engine in ("colgen", "greedy", "colgen"):
        solver(PROBLEM, engine)
    first, second = watched.begun_with
    assert first is None
    assert second is not None
    assert set(second.duals) == {"j"}
    assert set(second.routes) == {"u"}


def test_what_was_learned_is_dropped_where_the_solver_failed_on_it(watched: Watched) -> None:
    solver = WarmCore(5.0)
    solver(PROBLEM, "colgen")
    watched.fails = True
    with pytest.raises(ZeroDivisionError):
        solver(PROBLEM, "colgen")
    watched.fails = False
    solver(PROBLEM, "colgen")
    assert [it is None for it in watched.begun_with] == [True, False, True]


def test_where_plans_must_repeat_nothing_is_remembered(watched: Watched) -> None:
    other = small_problem((unit("u", 9), unit("v", 2)), (job("j", repair(3)), job("k", repair(5))))
    before = solve_with_core(PROBLEM, "colgen")
    solve_with_core(other, "colgen")
    assert solve_with_core(PROBLEM, "colgen") == before
    assert watched.begun_with == []


def test_a_new_process_begins_cold_and_solves() -> None:
    worker = WorkerSolver(30.0, solve=WarmCore(5.0))
    try:
        for _ in range(2):
            assert worker.solve(PROBLEM, "colgen").plan.routes[0].jobs[0].job_id == "j"
        worker.close()  # as if it had died
        assert worker.solve(PROBLEM, "colgen").plan.routes[0].jobs[0].job_id == "j"
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
