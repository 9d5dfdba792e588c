"""A process beside this one that answers requests: long computations there make nobody wait here.

Threads of one interpreter take turns; a computation of a tenth of a second in one of them delays
whatever the others do. What can be sent is better worked out next door.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Generic, TypeVar

from kernel.errors import ExternalServiceError

BEHIND = 5
"""How far the process stands back where processors are short."""

START_S = 60.0
"""So long may it take to load its libraries; then it is ended."""

Request = TypeVar("Request")
Reply = TypeVar("Reply")


@dataclass(frozen=True, slots=True)
class _Failed:
    """What is sent in place of an answer."""

    reason: str


@dataclass(slots=True)
class SideProcess(Generic[Request, Reply]):
    """Starts the process when it is needed, and a new one after it died or hung.

    Parameters
    ----------
    open_answerer
        Called once in the process, with its imports; returns what answers each request there. It
        must be picklable, and so must requests and answers.
    name
        What operators see.
    timeout_s
        After so long without an answer the process is ended.

    Attributes
    ----------
    n_started
        Grows with each start: what the process was told before is forgotten then.
    """

    open_answerer: Callable[[], Callable[[Request], Reply]]
    name: str
    timeout_s: float
    n_started: int = 0
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _child: tuple[SpawnProcess, Connection] | None = None
    _is_closed: bool = False

    def start(self) -> None:
        """Start the process unless it runs, and wait until it can be asked.

        Raises
        ------
        ExternalServiceError
            When it does not start, or this was closed.
        """
        with self._turn:
            self._connected()

    def ask(self, request: Request) -> Reply:
        """Return the answer to one request; who comes meanwhile waits.

        Raises
        ------
        ExternalServiceError
            When the process died, hung, or could not answer.
        """
        with self._turn:
            connection = self._connected()
            try:
                connection.send(request)
                if not connection.poll(self.timeout_s):
                    raise self._ended(f"gave no answer within {self.timeout_s:g} s")
                answer: Reply | _Failed = connection.recv()
            except (EOFError, OSError) as error:
                raise self._ended("died") from error
        if isinstance(answer, _Failed):
            raise ExternalServiceError(
                f"The process {self.name!r} failed: {answer.reason}.",
                remedy="Ask again.",
                zh="后台计算未完成，请重试。",
            )
        return answer

    def close(self) -> None:
        """End the process, whatever it is doing; nothing can be asked afterwards."""
        self._is_closed = True
        child = self._child
        if child is not None:
            with contextlib.suppress(ValueError):  # it has just been ended by whoever asked
                child[0].kill()
        with self._turn:
            self._end()

    def _connected(self) -> Connection:
        if self._child is not None and self._child[0].is_alive():
            return self._child[1]
        self._end()
        if self._is_closed:
            raise ExternalServiceError(
                f"{self.name!r} is closed.",
                remedy="Start the service.",
                zh="后台计算已关闭，请联系管理员启动服务。",
            )
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=_serve, args=(theirs, self.open_answerer), name=self.name, daemon=True
        )
        process.start()
        theirs.close()
        self._child = (process, ours)
        self.n_started += 1
        try:
            if not ours.poll(START_S):
                raise self._ended(f"did not start within {START_S:g} s")
            ours.recv()  # "ready"
        except (EOFError, OSError) as error:
            raise self._ended("died while it started") from error
        return ours

    def _ended(self, why: str) -> ExternalServiceError:
        self._end()
        return ExternalServiceError(
            f"The process {self.name!r} {why}.",
            remedy="Ask again: a new one is started.",
            zh="后台计算中断，正在重新启动，请稍后重试。",
        )

    def _end(self) -> None:
        if self._child is None:
            return
        process, connection = self._child
        self._child = None
        connection.close()
        process.kill()
        process.join()
        process.close()


def _serve(connection: Connection, open_answerer: Callable[[], Callable[[Request], Reply]]) -> None:
    """Answer requests until the other end closes (body of the process)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this one
    if hasattr(os, "nice"):
        os.nice(BEHIND)
    with contextlib.suppress(EOFError, BrokenPipeError):  # nobody is left to be answered
        answer = open_answerer()
        connection.send("ready")
        while True:
            request = connection.recv()
            try:
                reply: Reply | _Failed = answer(request)
            except Exception as error:  # noqa: BLE001 - told to the parent, which raises it
                reply = _Failed(f"{type(error).__name__}: {error}")
            connection.send(reply)
