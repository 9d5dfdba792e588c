"""What the engine shall reach, and what it reached in the same run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Figures = Mapping[str, Mapping[str, Any]]


def goals(engines: Figures, start_s: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return per goal: what, unit, floor, aim or None, measured, and whether each holds.

    ``start_s`` is how long a process takes to its first answer, from nothing and from its cache.
    Goals whose engines were not measured are left out. ``x`` means times as fast as the peer.
    """
    found = []
    for what, unit, floor, aim, measure in _GOALS:
        try:
            measured = measure({**engines, "start": {"start_s": start_s}})
        except KeyError:
            continue
        found.append(
            {
                "what": what,
                "unit": unit,
                "floor": floor,
                "aim": aim,
                "measured": measured,
                "floor_holds": _holds(measured, floor, unit),
                "aim_holds": None if aim is None else _holds(measured, aim, unit),
            }
        )
    return found


def _holds(measured: float, wanted: float, unit: str) -> bool:
    return measured >= wanted if unit == "x" else measured <= wanted


def _times_faster(peer: str, *, through_http: bool = False) -> Callable[[Figures], float]:
    def ratio(engines: Figures) -> float:
        theirs = engines[peer]["http"] if through_http else engines[peer]
        ours = engines["roadflare"]["matrix_s"]["1000"]
        return float(theirs["matrix_s"]["1000"] / ours)

    return ratio


def _started(engines: Figures, name: str) -> float:
    return float(engines["start"]["start_s"][name])


_GOALS: tuple[tuple[str, str, float, float | None, Callable[[Figures], float]], ...] = (
    ("1000x1000 with turns against OSRM's table, HTTP taken off", "x", 4, 6, _times_faster("osrm")),
    (
        "1000x1000 with turns against OSRM's table as a client waits for it",
        "x",
        4,
        6,
        _times_faster("osrm", through_http=True),
    ),
    (
        "1000x1000 with turns against pyroutingkit without turns",
        "x",
        2,
        3,
        _times_faster("pyroutingkit"),
    ),
    ("all speeds changed", "ms", 200, 120, lambda e: 1e3 * e["roadflare"]["reweight_all_s"]),
    ("1 % of speeds changed", "ms", 20, None, lambda e: 1e3 * e["roadflare"]["reweight_1pct_s"]),
    ("1 to 1, median", "us", 100, None, lambda e: float(e["roadflare"]["p2p_us"]["p50"])),
    ("route with geometry, median", "us", 500, None, lambda e: e["roadflare"]["route_us"]["p50"]),
    ("extract to first answer, from nothing", "s", 20, None, lambda e: _started(e, "nothing")),
    ("the same, from its cache", "s", 2, None, lambda e: _started(e, "cache")),
)
