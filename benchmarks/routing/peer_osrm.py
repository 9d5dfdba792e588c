"""OSRM's contraction hierarchy behind its own HTTP server, its times and the transport's apart.

The server writes for each request how long it worked on it: parsing, snapping, searching, writing
the answer; not the transport. Of that, a table's time here is what a table of one by one *with the
same coordinates* does not take (parsing and snapping), in the binary format, whose writing is one
copy. What a client really waits for, JSON decoded, stands beside it as ``http``.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from benchmarks.routing.osrm_files import prepared, programs
from benchmarks.routing.peer import OWN_ROADS, median_s, rss_mb
from benchmarks.routing.workload import MATRIX_SIZES, Workload
from geo_data.network import RoadNetwork
from kernel.errors import ExternalServiceError

_STARTS_WITHIN_S = 60.0
_WORKED = re.compile(rb" ([0-9.]+(?:e-?\d+)?)ms 127\.0\.0\.1 ")


class Osrm:
    """One thread, the car profile as it comes; positions are coordinates that it snaps."""

    model: ClassVar[str] = OWN_ROADS
    rows: ClassVar[int | None] = None
    pairs: ClassVar[int] = 500

    def __init__(self, extract: Path) -> None:
        self._extract = extract
        self.version = programs().parent.name
        self._process: subprocess.Popen[bytes] | None = None

    def prepare(self, network: RoadNetwork, workload: Workload) -> dict[str, Any]:
        """Extract, contract, start the server; the first two only once for an extract."""
        base, made = prepared(self._extract, network.content_hash)
        begin = time.perf_counter()
        self._log = base.with_name("routed.log")
        self._start(base)
        start_s = time.perf_counter() - begin
        self._sources = _coordinates(workload.source_lon, workload.source_lat)
        self._targets = _coordinates(workload.target_lon, workload.target_lat)
        rebuild_s = made["contract_s"] + start_s
        return {
            "import_s": start_s,
            "preprocess_s": made["extract_s"] + rebuild_s,
            "extract_s": made["extract_s"],
            "contract_s": made["contract_s"],
            "reweight_all_s": rebuild_s,
            "reweight_1pct_s": rebuild_s,
            "estimated_values": ["reweight_all_s", "reweight_1pct_s"],
        }

    def _start(self, base: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._log.write_bytes(b"")
        arguments = ["-i", "127.0.0.1", "-p", str(port), "-t", "1", "--max-table-size", "100000"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [str(programs() / "bin" / "osrm-routed"), *arguments, str(base)],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        # Not httpx: that one refuses the long addresses of large tables.
        self._http = HTTPConnection("127.0.0.1", port, timeout=120)
        self._wait(self._process)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < deadline and process.poll() is None:
            try:
                self._get("/nearest/v1/driving/0,0")
            except (OSError, HTTPException):
                self._http.close()
                time.sleep(0.02)
            else:
                return
        self.close()
        raise ExternalServiceError(f"osrm-routed did not start; see {self._log}.")

    def close(self) -> None:
        """End the server."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    def rss_mb(self) -> float:
        """Return the resident memory of the server."""
        return rss_mb(self._process.pid if self._process else "self")

    def _get(self, path: str) -> bytes:
        try:
            self._http.request("GET", path)
            answer = self._http.getresponse()
        except (ConnectionError, HTTPException):  # the server ends a connection now and then
            self._http.close()
            self._http.request("GET", path)
            answer = self._http.getresponse()
        body = answer.read()
        if answer.status != HTTPStatus.OK:
            raise ExternalServiceError(f"osrm-routed answered {body[:200]!r}")
        return body

    def _worked_s(self, path: str) -> float:
        """Return the seconds that the server says it worked on an answer."""
        before = self._log.stat().st_size
        self._get(path)
        for _ in range(1000):
            with self._log.open("rb") as log:
                log.seek(before)
                if found := _WORKED.search(log.read(400)):
                    return float(found[1]) / 1000
            time.sleep(0.001)
        raise ExternalServiceError(f"osrm-routed wrote no time into {self._log}.")

    def one_way_s(self, pair: int) -> float:
        """Ask for a route without geometry."""
        ends = f"{self._sources[pair]};{self._targets[pair]}"
        return self._worked_s(f"/route/v1/driving/{ends}?overview=false&generate_hints=false")

    def route_s(self, pair: int) -> float:
        """Ask for a route with geometry and streets."""
        ends = f"{self._sources[pair]};{self._targets[pair]}"
        query = "overview=full&geometries=geojson&steps=true&generate_hints=false"
        return self._worked_s(f"/route/v1/driving/{ends}?{query}")

    def matrix_s(self, n_sources: int, n_targets: int) -> float:
        """Ask for a table, less what parsing and snapping take."""
        whole_s = self._worked_s(self._table(n_sources, n_targets, ".flatbuffers"))
        least_s = self._worked_s(self._table(n_sources, n_targets, ".flatbuffers", one_by_one=True))
        return whole_s - least_s

    def _table(self, n: int, m: int, form: str = "", *, one_by_one: bool = False) -> str:
        places = ";".join([*self._sources[:n], *self._targets[:m]])
        sources = "0" if one_by_one else ";".join(map(str, range(n)))
        targets = str(n) if one_by_one else ";".join(map(str, range(n, n + m)))
        query = f"sources={sources}&destinations={targets}&skip_waypoints=true"
        return f"/table/v1/driving/{places}{form}?{query}&generate_hints=false"

    def transport(self) -> dict[str, Any]:
        """Return what a client of the server waits for, transport and decoding included."""
        return {
            "matrix_s": {str(n): median_s(partial(self._decoded_s, n)) for n in MATRIX_SIZES},
            "p2p_us": {"p50": 1e6 * float(np.median([self._waited_s(i) for i in range(200)]))},
        }

    def _decoded_s(self, n: int) -> float:
        begin = time.perf_counter()
        np.array(json.loads(self._get(self._table(n, n)))["durations"], dtype=np.float64)
        return time.perf_counter() - begin

    def _waited_s(self, pair: int) -> float:
        ends = f"{self._sources[pair]};{self._targets[pair]}"
        begin = time.perf_counter()
        json.loads(self._get(f"/route/v1/driving/{ends}?overview=false&generate_hints=false"))
        return time.perf_counter() - begin

    def one_to_all_s(self, pair: int) -> float | None:  # noqa: ARG002
        """Nothing: its server cannot be asked for that."""
        return None

    def reweight_all_s(self, weight_ms: NDArray[np.int32]) -> float | None:  # noqa: ARG002
        """Nothing by itself: other speeds are contracted anew."""
        return None

    def reweight_some_s(self, changed_ms: NDArray[np.int32]) -> float | None:  # noqa: ARG002
        """Nothing by itself: other speeds are contracted anew."""
        return None

    def check(self) -> NDArray[np.int64] | None:
        """Nothing to compare: it drives its own roads at its own speeds."""
        return None


def _coordinates(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> list[str]:
    return [f"{x:.6f},{y:.6f}" for x, y in zip(lon.tolist(), lat.tolist(), strict=True)]
