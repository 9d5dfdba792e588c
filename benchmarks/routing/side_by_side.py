"""One run: every engine on the same draw, each in its own process, and their answers compared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.provenance import ROOT
from benchmarks.routing.goals import goals
from benchmarks.routing.growth import tiled
from benchmarks.routing.worker import ENGINES, REFERENCE
from benchmarks.routing.workload import draw_workload, save_workload
from geo_data.network import RoadNetwork
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
    found = {}
    with _drawn(network, seed) as folder:
        for engine in engines:
            tell(engine)
            found[engine] = _measured(engine, folder, extract)
        checks = _checks(folder, found)
        tell("start")
        start = _start(extract, folder)
    return {
        "extract": extract.name,
        "content_hash": network.content_hash,
        "seed": seed,
        "threads": 1,
        "graph": {**_size(network), "read_s": read_s},
        "start_s": start,
        "engines": found,
        "pairs_checked": sum(check["pairs"] for check in checks),
        "mismatches": sum(check["mismatches"] for check in checks),
        "checks": checks,
        "goals": goals(found, start),
    }


def measure_growth(
    extract: Path,
    *,
    copies: Sequence[int] = (1, 2, 4),
    others: Sequence[Path] = (),
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Measure Roadflare, with turns, on other extracts and on several copies of one.

    Returns
    -------
    list
        Per network its ``name``, ``graph`` and the engine's figures, as of `compare_engines`.
    """
    network = read_osm(extract)
    networks = [*map(read_osm, others), *(tiled(network, n) for n in copies)]
    found = []
    for each in sorted(networks, key=lambda network: network.n_edges):
        tell(each.name)
        with _drawn(each, seed) as folder:
            figures = _measured("roadflare", folder, extract)
        found.append({"name": each.name, "graph": _size(each), **figures})
    return found


@contextmanager
def _drawn(network: RoadNetwork, seed: int) -> Iterator[Path]:
    """Give a folder with a network and a workload on it, for as long as it is needed."""
    (ROOT / ".cache").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=ROOT / ".cache", prefix="bench-routing-") as name:
        save_workload(Path(name), network, draw_workload(network, seed))
        yield Path(name)


def _size(network: RoadNetwork) -> dict[str, int]:
    graph = build_turn_graph(network)
    return {
        "nodes": network.n_nodes,
        "edges": network.n_edges,
        "banned_turns": len(network.banned_turns),
        "turn_states": graph.n_states,
        "turn_arcs": len(graph.outgoing.state),
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


def _start(extract: Path, folder: Path) -> dict[str, float]:
    """Return seconds from the start of a process to its answer, without and with a cache.

    Machine code is compiled before: it is at installation.
    """
    found = {}
    for name in ("nothing", "cache"):
        begin = perf_counter()
        subprocess.run(  # noqa: S603
            [sys.executable, "-m", "benchmarks.routing.start", str(extract), str(folder)],
            cwd=ROOT,
            env={**os.environ, **_ONE_THREAD},
            capture_output=True,
            check=True,
        )
        found[name] = perf_counter() - begin
    return found


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
