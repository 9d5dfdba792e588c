"""Solvers that misbehave; importable by name, as a process of its own wants them."""

from __future__ import annotations

import os
import threading
from dataclasses import replace

from dispatch.core.model import Plan, Problem
from dispatch.solver_process import solve_with_core


def hanging(problem: Problem, engine: str) -> Plan:
    """Never answer."""
    threading.Event().wait()
    raise AssertionError


def dying(problem: Problem, engine: str) -> Plan:
    """End the process without a word."""
    os._exit(3)


def raising(problem: Problem, engine: str) -> Plan:
    """Fail in the ordinary way."""
    raise ZeroDivisionError("a bug")


def cheating(problem: Problem, engine: str) -> Plan:
    """Give a plan that says it costs nothing."""
    return replace(solve_with_core(problem, "greedy"), cost_cny=0.0, engine=engine)
