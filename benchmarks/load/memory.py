"""Memory of a process with all its children, as Linux counts it."""

from __future__ import annotations

import statistics
import threading
from dataclasses import dataclass, field
from pathlib import Path

_EVERY_S = 2.0
_N_ENDS = 5
"""Growth is the median of so many samples at the end over that of as many at the beginning."""


def rss_mb(pid: int) -> float:
    """Return resident megabytes of a process and its children; 0 once it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
        children = " ".join(
            path.read_text(encoding="ascii")
            for path in Path(f"/proc/{pid}/task").glob("*/children")
        )
    except OSError:
        return 0.0
    own = next((line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")), "0")
    return int(own) / 1024 + sum(rss_mb(int(child)) for child in children.split())


@dataclass
class Sampler:
    """Samples the sum over some processes, in a thread of its own, between `begin` and `end`."""

    pids: list[int]
    _mb: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start sampling anew."""
        self._mb, self._stop = [], threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self._thread.start()

    def end(self) -> dict[str, float]:
        """Stop; return growth (0.01: one per cent) and megabytes at both ends."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        first, last = statistics.median(self._mb[:_N_ENDS]), statistics.median(self._mb[-_N_ENDS:])
        return {
            "rss_growth": round(last / first - 1, 4) if first else 0.0,
            "rss_begin_mb": round(first, 1),
            "rss_end_mb": round(last, 1),
        }

    def _run(self) -> None:
        while True:
            self._mb.append(sum(map(rss_mb, self.pids)))
            if self._stop.wait(_EVERY_S):
                return
