"""One run: every engine on the same draw, each in its own process, and their answers compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.provenance import ROOT
from benchmarks.routing.goals import goals
from benchmarks.routing.worker import ENGINES, REFERENCE
from benchmarks.routing.workload import draw_workload, save_workload
from geo_data.osm_reader import read_osm
from kernel.errors import ExternalServiceError
from routing.turns import build_turn_graph

_THREADS = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_ONE_THREAD = dict.fromkeys(_THREADS, "1")


def compare_engines(
    extract: Path,
    *,
    seed: int = 1,
    engines: Sequence[str] = tuple(ENGINES),
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Measure engines on the roads of one extract.

    Parameters
    ----------
    extract
        OSM file; OSRM reads it too.
    seed
        Draws positions and weights.
    engines
        Names of `benchmarks.routing.worker.ENGINES`.
    tell
        Called with a line of progress.

    Raises
    ------
    ExternalServiceError
        When an engine is missing or fails: a table with a hole would mislead.
    """
    begin = perf_counter()
    network = read_osm(extract)
    read_s = perf_counter() - begin
    graph = build_turn_graph(network)
    (ROOT / ".cache").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache", prefix="bench-routing-") as name:
        folder = Path(name)
        save_workload(folder, network, draw_workload(network, seed))
        found = {}
        for engine in engines:
            tell(engine)
            found[engine] = _measured(engine, folder, extract)
        checks = _checks(folder, found)
    return {
        "extract": extract.name,
        "content_hash": network.content_hash,
        "seed": seed,
        "threads": 1,
        "graph": {
            "nodes": network.n_nodes,
            "edges": network.n_edges,
            "banned_turns": len(network.banned_turns),
            "turn_states": graph.n_states,
            "turn_arcs": len(graph.outgoing.state),
            "read_s": read_s,
        },
        "engines": found,
        "pairs_checked": sum(check["pairs"] for check in checks),
        "mismatches": sum(check["mismatches"] for check in checks),
        "checks": checks,
        "goals": goals(found),
    }


def _measured(engine: str, folder: Path, extract: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.routing.worker", engine, str(folder), str(extract)]
    done = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        env={**os.environ, **_ONE_THREAD},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.strip().splitlines()
        raise ExternalServiceError(
            f"The engine {engine!r} could not be measured: {said[-1] if said else 'it died'}",
            remedy="Start by `./run bench`, which installs all of them.",
        )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _checks(folder: Path, found: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """Compare the answers of every engine with those of its model's reference."""
    checks = []
    for engine, figures in found.items():
        reference = REFERENCE.get(figures["model"])
        if reference is None or reference == engine or reference not in found:
            continue
        with (
            np.load(folder / f"{engine}.npz") as theirs,
            np.load(folder / f"{reference}.npz") as right,
        ):
            for weights in theirs.files:
                rows = theirs[weights]
                wrong = int(np.count_nonzero(rows != right[weights][: len(rows)]))
                checks.append(
                    {
                        "engine": engine,
                        "against": reference,
                        "weights": weights,
                        "pairs": int(rows.size),
                        "mismatches": wrong,
                    }
                )
    return checks
