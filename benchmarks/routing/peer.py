"""What is asked of an engine in a benchmark, and how its answers are timed.

Each question returns the seconds its answer took, not the answer: an engine behind a server knows
them apart from the transport.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.workload import Workload
from geo_data.network import RoadNetwork

TURNS = "turns"
"""Turn restrictions and the U-turn rule obeyed; positions on edges, both sides of the street."""

NO_TURNS = "no_turns"
"""From junction to junction, any turn allowed."""

OWN_ROADS = "own"
"""The engine reads the extract itself: other roads, speeds and turn costs."""


class Peer(Protocol):
    """One engine.

    Attributes
    ----------
    model
        `TURNS`, `NO_TURNS` or `OWN_ROADS`: times are compared within one of the first two.
    rows
        At most so many rows of a matrix are computed, the rest is extrapolated; None for all.
    pairs
        How many single pairs are asked.
    version
        Of the library.
    """

    model: ClassVar[str]
    rows: ClassVar[int | None]
    pairs: ClassVar[int]
    version: str

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Do everything up to the first question; return what else there is to tell."""
        ...

    def rss_mb(self) -> float:
        """Return the memory in use, ready for questions."""
        ...

    def one_way_s(self, pair: int) -> float:
        """Ask for the travel time from the i-th source to the i-th target."""
        ...

    def route_s(self, pair: int) -> float:
        """Find the way itself from the i-th source to the i-th target, with its geometry."""
        ...

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Ask for the travel times from the first sources to the first targets."""
        ...

    def one_to_all_s(self, pair: int) -> float | None:
        """Ask for the travel times from the i-th source to everywhere; None where it cannot."""
        ...

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:
        """Take other weights of all edges; None where it is not measured by itself."""
        ...

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:
        """Take other weights of the workload's changed edges, the rest staying as it is."""
        ...

    def check(self) -> NDArray[np.int64] | None:
        """Return whole seconds of the first rows of the pairs to compare, or None.

        They follow the weights in force.
        """
        ...

    def close(self) -> None:
        """End what was started."""
        ...


class InProcess:
    """Parts common to engines that live in the measuring process itself."""

    def rss_mb(self) -> float:
        """Return the resident memory of this process."""
        return rss_mb("self")

    def close(self) -> None:
        """End nothing: there is no server."""


def rss_mb(process: int | str) -> float:
    """Return the resident memory of a process (Linux), else the largest this one ever had."""
    status = Path(f"/proc/{process}/status")
    if status.exists():
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def elapsed_s(action: Callable[..., object], *arguments: object) -> float:
    """Return how long a call took."""
    begin = time.perf_counter()
    action(*arguments)
    return time.perf_counter() - begin


def median_s(
    action: Callable[[], float], *, at_least: int = 3, at_most: int = 15, budget_s: float = 4.0
) -> float:
    """Return the median of what an action measures, repeated within a budget of time.

    It is asked at least so often, unless that takes more than twice the budget.
    """
    found: list[float] = []
    begin = time.perf_counter()
    while True:
        found.append(action())
        spent_s = time.perf_counter() - begin
        if len(found) >= at_most or spent_s > 2 * budget_s:
            break
        if len(found) >= at_least and spent_s > budget_s:
            break
    return float(np.median(found))
