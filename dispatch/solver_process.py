"""Solving where it can do no harm: in a process of its own that may hang or die.

The child imports the pure core only. A request that is not answered in time costs the child its
life and the caller a `SolverFailed`; the next request starts a fresh child.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from multiprocessing.reduction import ForkingPickler
from typing import TYPE_CHECKING, Protocol

from dispatch.core.model import Plan, Problem

if TYPE_CHECKING:
    from dispatch.core.params import SolveParams
    from dispatch.core.start import Warm

RUIN_STEPS, LISTED_ROUTES, INTEGER_NODES = 500, 60_000, 1_000
"""Steps of a live decision by ``colgen``: of 303 decisions of two busy days it proved all but a few
optimal with them, in a tenth of a second; ``bench days`` measures it anew."""

INSERT_FIRST = "insert_first"
"""The plan in force and each new job at its cheapest place: no search, tens of milliseconds."""

USUAL_WARM_UP_S = 5.0
"""Machine code that is kept from an earlier start is loaded well within this time."""

COMPILED, UNCOMPILED = "colgen", "ortools"
"""Until the machine code of the one is there, at the very first start, the other decides; of large
problems neither: then nothing but what is new is given a unit."""

SolveFunction = Callable[[Problem, str], Plan]
"""``solve(problem, engine)``; for a process of its own it must be picklable."""


Meanwhile = Callable[[], None]
"""What is to be done again and again while another process solves; it must not raise."""

LOOK_EVERY_S = 0.02
"""So often, as long as nothing is answered."""

LARGE = 5_000
"""Units times jobs from which on ``ortools`` takes longer than a decision may."""

BEHIND = 5
"""How far the child stands back where processors are short: phones and calls are answered first."""


class SolverFailed(Exception):
    """The solver gave no plan; the message is the reason. Caught by `decide`, never outside."""


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan and the wall-clock seconds it took."""

    plan: Plan
    decision_s: float


def nothing() -> None:
    """Do nothing meanwhile."""


class Runner(Protocol):
    """Something that solves a problem, or says that it could not."""

    def solve(self, problem: Problem, engine: str, meanwhile: Meanwhile = nothing) -> Solved:
        """Return the engine's plan.

        Whoever waits for another process calls ``meanwhile`` again and again.

        Raises
        ------
        SolverFailed
            When there is none.
        """
        ...

    def close(self) -> None:
        """Free whatever is held."""
        ...


def solve_with_core(problem: Problem, engine: str) -> Plan:
    """Solve with the optimizer core, whose libraries are loaded at the first call.

    Steps alone stop it: equal problems give equal plans, whatever was solved before.
    """
    from dispatch.core.first import insert_first  # noqa: PLC0415
    from dispatch.core.solve import solve  # noqa: PLC0415

    if engine == INSERT_FIRST:
        return insert_first(problem)
    return solve(problem, engine=engine, params=_live_params(None))


class Onto:
    """Carries a plan over to a problem that has changed since, what is new inserted.

    As far as that pays: where the plan in force with what is new inserted costs no more, it stays.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def __call__(self, problem: Problem, engine: str) -> Plan:  # noqa: ARG002 - it is this one
        """Return the cheaper one, whatever ``engine`` says."""
        from dispatch.core.first import insert_first  # noqa: PLC0415
        from dispatch.core.tours import IMPROVEMENT_CNY  # noqa: PLC0415

        in_force, carried = insert_first(problem), insert_first(problem, self._plan)
        return carried if carried.cost_cny < in_force.cost_cny - IMPROVEMENT_CNY else in_force


class WarmCore:
    """Solves with the core within a time, each decision beginning with what the last one learned.

    ``colgen`` uses up to ``wall_limit_s`` where it has not proved its plan before. The duals and
    routes that it leaves (`dispatch.core.start.Warm`) stay in the process that solves: nothing of
    them is sent to it, and a new process begins cold. With a time limit no plan repeats anyway;
    where plans must, `solve_with_core` remembers nothing.
    """

    def __init__(self, wall_limit_s: float) -> None:
        self._wall_limit_s = wall_limit_s
        self._warm: Warm | None = None

    def __call__(self, problem: Problem, engine: str) -> Plan:
        """Return the engine's plan; what is remembered is dropped if ``colgen`` fails on it."""
        from dispatch.core.solve import solve, solve_warm  # noqa: PLC0415

        if engine == INSERT_FIRST:
            return solve_with_core(problem, engine)
        params = _live_params(self._wall_limit_s)
        if engine != COMPILED:
            return solve(problem, engine=engine, params=params)
        warm, self._warm = self._warm, None
        plan, self._warm = solve_warm(problem, params=params, warm=warm)
        return plan


def _live_params(wall_limit_s: float | None) -> SolveParams:
    from dispatch.core.params import SolveParams  # noqa: PLC0415

    return SolveParams(
        wall_limit_s=wall_limit_s,
        seconds=wall_limit_s,
        ruin_steps=RUIN_STEPS,
        listed_routes=LISTED_ROUTES,
        integer_nodes=INTEGER_NODES,
    )


class InlineSolver:
    """Solves in this thread: for tests, the headless demo and the greedy fallback."""

    def __init__(self, solve: SolveFunction = solve_with_core) -> None:
        self._solve = solve

    def solve(
        self,
        problem: Problem,
        engine: str,
        meanwhile: Meanwhile = nothing,  # noqa: ARG002 - nobody waits here
    ) -> Solved:
        """Return the engine's plan; any exception becomes `SolverFailed`."""
        started = time.perf_counter()
        try:
            plan = self._solve(problem, engine)
        except Exception as error:
            raise SolverFailed(f"{engine} failed: {type(error).__name__}: {error}") from error
        return Solved(plan, time.perf_counter() - started)

    def close(self) -> None:
        """Nothing is held."""


class WorkerSolver:
    """Solves in a spawned process that is kept for the next request.

    Parameters
    ----------
    timeout_s
        Wall-clock time after which a silent child is killed.
    start_timeout_s
        Time a fresh child may take on top, for loading its libraries.
    solve
        What the child calls.
    """

    def __init__(
        self,
        timeout_s: float,
        *,
        start_timeout_s: float = 30.0,
        solve: SolveFunction = solve_with_core,
    ) -> None:
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._solve = solve
        self._turn = threading.Lock()
        self._child: tuple[SpawnProcess, Connection] | None = None
        self._is_ready = False

    def solve(self, problem: Problem, engine: str, meanwhile: Meanwhile = nothing) -> Solved:
        """Return the engine's plan; a hang, a death or an error in the child is `SolverFailed`."""
        with self._turn:
            started = time.perf_counter()
            plan = self._ask(problem, engine, meanwhile)
            return Solved(plan, time.perf_counter() - started)

    def start(self) -> None:
        """Start the child ahead of the first request; nobody waits here until it is ready."""
        with self._turn:
            self._launch()

    def close(self) -> None:
        """End the child."""
        with self._turn:
            self._kill()

    def _ask(self, problem: Problem, engine: str, meanwhile: Meanwhile) -> Plan:
        try:
            connection = self._launch()
            if not self._is_ready:
                if not _answers(connection, self._start_timeout_s, meanwhile):
                    self._kill()
                    raise SolverFailed(
                        f"the solver did not start within {self._start_timeout_s:g} s"
                    )
                connection.recv()  # "ready"; EOFError when it died while starting
                self._is_ready = True
            _send(connection, (problem, engine))
            if not _answers(connection, self._timeout_s, meanwhile):
                self._kill()
                raise SolverFailed(f"{engine} gave no answer within {self._timeout_s:g} s")
            answer = connection.recv()
        except (EOFError, OSError) as error:
            code = self._kill()
            raise SolverFailed(f"the solver died (exit code {code})") from error
        if isinstance(answer, Plan):
            return answer
        raise SolverFailed(f"{engine} failed: {answer}")

    def _launch(self) -> Connection:
        """Return the connection to the child, a new one if there is none."""
        if self._child is not None and self._child[0].is_alive():
            return self._child[1]
        self._kill()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self._solve), name="roadflare-solver", daemon=True
        )
        process.start()
        theirs.close()
        self._child, self._is_ready = (process, ours), False
        return ours

    def _kill(self) -> int | None:
        """End the child if there is one; return its exit code."""
        if self._child is None:
            return None
        process, connection = self._child
        self._child = None
        if process.is_alive():
            process.kill()
        process.join()
        connection.close()
        code = process.exitcode
        process.close()
        return code


def _send(connection: Connection, request: tuple[Problem, str]) -> None:
    """Send a request without waiting for the child to read it: one that stands still never does."""

    def send(sent: memoryview) -> None:
        with suppress(OSError):  # the child is dead, which whoever waits for its answer finds out
            connection.send_bytes(sent)

    sent = ForkingPickler.dumps(request)
    threading.Thread(target=send, args=(sent,), name="solver request", daemon=True).start()


def _answers(connection: Connection, timeout_s: float, meanwhile: Meanwhile) -> bool:
    """Return whether there is an answer to receive within the time."""
    until = time.monotonic() + timeout_s
    while True:
        left_s = until - time.monotonic()
        if connection.poll(max(0.0, min(LOOK_EVERY_S, left_s))):
            return True
        if left_s <= 0:
            return False
        meanwhile()


def _load_core() -> threading.Event:
    """Load the optimizer's libraries; on a busy machine that takes longer than a decision may.

    Returns
    -------
    threading.Event
        Set once the machine code is there too, seconds later, or a minute at the first start.
    """
    import dispatch.core.solve  # noqa: F401, PLC0415
    from dispatch.core.warm_up import warm_up  # noqa: PLC0415

    compiled = threading.Event()

    def compile_all() -> None:
        warm_up()
        compiled.set()

    threading.Thread(target=compile_all, name="warm-up", daemon=True).start()
    return compiled


def _serve(connection: Connection, solve: SolveFunction) -> None:
    """Answer requests until the other end closes (body of the child)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    if hasattr(os, "nice"):
        os.nice(BEHIND)
    with suppress(EOFError, BrokenPipeError):  # nobody is left to be answered
        is_core = solve is solve_with_core or isinstance(solve, WarmCore)
        compiled = _load_core() if is_core else None
        if compiled is not None:
            compiled.wait(USUAL_WARM_UP_S)
        connection.send("ready")
        while True:
            problem, engine = connection.recv()
            if engine == COMPILED and compiled is not None and not compiled.is_set():
                is_large = len(problem.units) * len(problem.jobs) > LARGE
                engine = INSERT_FIRST if is_large else UNCOMPILED
            try:
                answer: Plan | str = solve(problem, engine)
            except Exception as error:  # noqa: BLE001 - told to the parent, which logs it
                answer = f"{type(error).__name__}: {error}"
            connection.send(answer)
