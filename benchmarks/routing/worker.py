"""Measures one engine in a process of its own: ``python -m benchmarks.routing.worker``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.routing.peer import Peer

ENGINES = {
    "roadflare": "peer_roadflare:Roadflare",
    "roadflare_noturns": "peer_roadflare:RoadflareNoTurns",
    "pyroutingkit": "peer_pyroutingkit:PyRoutingKit",
    "pyroutingkit_turns": "peer_pyroutingkit:PyRoutingKitTurns",
    "scipy": "peer_scipy:SciPy",
    "scipy_turns": "peer_scipy:SciPyTurns",
    "networkx": "peer_networkx:NetworkX",
    "osrm": "peer_osrm:Osrm",
}
"""Engine to module and class, in the order of the table."""

REFERENCE = {"turns": "scipy_turns", "no_turns": "scipy"}
"""Per model, the engine that all others are compared with."""


def measure(name: str, folder: Path, extract: Path) -> dict[str, Any]:
    """Return all figures of one engine; what it answered goes to a file beside the workload."""
    module, class_name = ENGINES[name].split(":")
    begin = perf_counter()
    make: Any = getattr(import_module(f"benchmarks.routing.{module}"), class_name)
    import_s = perf_counter() - begin
    peer: Peer = make(extract) if name == "osrm" else make()
    try:
        return {"import_s": import_s, **_figures(peer, name, folder)}
    finally:
        peer.close()


def _figures(peer: Peer, name: str, folder: Path) -> dict[str, Any]:
    import numpy as np  # noqa: PLC0415 (after the engine, whose import is timed)

    from benchmarks.routing.workload import load_workload  # noqa: PLC0415

    if hasattr(peer, "warm"):
        peer.warm()
    network, workload = load_workload(folder)
    begin = perf_counter()
    told = peer.prepare(network, workload)
    preprocess_s = perf_counter() - begin
    for question in (peer.one_way_s, peer.route_s):  # what is compiled or loaded at first use
        question(0)
    found = {
        "model": peer.model,
        "version": peer.version,
        "preprocess_s": preprocess_s,
        "rss_mb": peer.rss_mb(),
        "p2p_us": _percentiles_us(peer.one_way_s, peer.pairs, (50, 99)),
        "route_us": _percentiles_us(peer.route_s, peer.pairs, (50,)),
        "one_to_all_s": _median_or_none(lambda: peer.one_to_all_s(1)),
        **_matrices(peer),
    }
    answers = {"before": peer.check()}
    # To and fro: taking weights that are there already may be no work at all.
    found["reweight_all_s"] = _to_and_fro(
        peer.reweight_all_s, workload.other_ms, workload.weight_ms
    )
    found["reweight_1pct_s"] = _to_and_fro(
        peer.reweight_some_s, workload.changed_ms, workload.other_ms[workload.changed_edge]
    )
    answers["after"] = peer.check()
    given: dict[str, Any] = {key: answer for key, answer in answers.items() if answer is not None}
    np.savez(folder / f"{name}.npz", **given)
    if hasattr(peer, "transport"):
        found["http"] = peer.transport()
    if hasattr(peer, "more"):
        found |= peer.more()
    estimated = [*found.pop("estimated_values"), *told.pop("estimated_values", [])]
    return {**found, **told, "estimated": bool(estimated), "estimated_values": estimated}


def _percentiles_us(
    question: Callable[[int], float], n: int, percents: tuple[int, ...]
) -> dict[str, float]:
    import numpy as np  # noqa: PLC0415

    times = [question(pair) for pair in range(n)]
    return {f"p{percent}": 1e6 * float(np.percentile(times, percent)) for percent in percents}


def _matrices(peer: Peer) -> dict[str, Any]:
    """Return the time of each size; fewer rows are measured where an engine is slow."""
    from benchmarks.routing.peer import median_s  # noqa: PLC0415
    from benchmarks.routing.workload import MATRIX_SIZES  # noqa: PLC0415

    found, estimated = {}, []
    for n in MATRIX_SIZES:
        rows = n if peer.rows is None else min(n, peer.rows)
        repeats = (1, 1) if rows < n else (3, 15)
        seconds = median_s(
            partial(peer.matrix_s, rows, n),
            at_least=repeats[0],
            at_most=repeats[1],
        )
        found[str(n)] = seconds * n / rows
        if rows < n:
            estimated.append(f"matrix_s.{n}")
    return {"matrix_s": found, "estimated_values": estimated}


def _median_or_none(question: Callable[[], float | None]) -> float | None:
    from benchmarks.routing.peer import median_s  # noqa: PLC0415

    if question() is None:
        return None
    return median_s(lambda: question() or 0.0, at_least=1, at_most=7, budget_s=2.0)


def _to_and_fro(
    take: Callable[[Any], float | None], last: Any, other: Any, *, times: int = 3
) -> float | None:
    """Return the median of taking the two weights in turn, ``last`` at the end."""
    import numpy as np  # noqa: PLC0415

    first = take(last)
    if first is None:
        return None
    return float(np.median([take(weights) for _ in range(times) for weights in (other, last)]))


def main() -> None:
    """Read name, folder and extract from the command line; print the figures as JSON."""
    name, folder, extract = sys.argv[1:]
    print(json.dumps(measure(name, Path(folder), Path(extract))))  # noqa: T201


if __name__ == "__main__":
    main()
