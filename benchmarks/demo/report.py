"""What a day came to, counted from what the service itself says afterwards.

The share within the target is of *every* incident created. Kept: somebody was at the car in time,
it was solved by phone, or the owner cancelled before the target. Missed: everything else, that is
nobody came, own unit or contractor came late, or the owner cancelled after the target.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from benchmarks.demo.connection import Connection

_PAGE = 500
_CANCELLED = frozenset({"cancelled_by_owner", "cancelled_by_dispatcher"})
_MOVED = frozenset({"job.withdrawn", "job.diverted"})


async def read_day(dispatcher: Connection) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return all incidents (in order of call) and all events of the region."""
    answer = await dispatcher.get("/incidents", state="all", limit=5000)
    incidents = sorted(answer["items"], key=lambda i: (i["received_at"], i["id"]))
    events: list[dict[str, Any]] = []
    while True:
        after = events[-1]["seq"] if events else 0
        page = (await dispatcher.get("/events/log", after=after, limit=_PAGE))["items"]
        events += page
        if len(page) < _PAGE:
            return incidents, events


def kept(incident: dict[str, Any]) -> bool:
    """Return whether the promise of a closed incident was kept."""
    target = _time(incident["target_at"])
    if incident["outcome"] == "solved_remotely":
        return True
    if incident["arrived_at"] is not None:
        return _time(incident["arrived_at"]) <= target
    if incident["outcome"] in _CANCELLED:
        return _time(incident["closed_at"]) <= target
    return False


def summary(incidents: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures that a policy is compared by; shares are ``None`` of nothing."""
    arrived = [
        (_time(i["arrived_at"]) - _time(i["received_at"])).total_seconds()
        for i in incidents
        if i["arrived_at"] is not None
    ]
    return {
        "urban_share_within_target": _share(kept(i) for i in incidents if i["urban"]),
        "share_within_target": _share(map(kept, incidents)),
        "response_s": {
            "mean": round(float(np.mean(arrived)), 1) if arrived else None,
            "p50": _quantile(arrived, 50),
            "p90": _quantile(arrived, 90),
        },
    }


def report(
    incidents: Sequence[dict[str, Any]],
    events: Sequence[dict[str, Any]],
    *,
    counted_from: datetime,
    decisions_s: Sequence[float] = (),
) -> dict[str, Any]:
    """Return the report of one policy's day.

    Parameters
    ----------
    counted_from
        End of the warm-up; the figures of the calls after it also stand alone.
    decisions_s
        Wall-clock seconds of each decision, snapshot to check.
    """
    after_warm_up = [i for i in incidents if _time(i["received_at"]) >= counted_from]
    return {
        "incidents": len(incidents),
        "urban_incidents": sum(1 for i in incidents if i["urban"]),
        **summary(incidents),
        "after_warm_up": {"incidents": len(after_warm_up), **summary(after_warm_up)},
        "unassigned": [
            i["number"]
            for i in incidents
            if i["arrived_at"] is None
            and i["outcome"] not in _CANCELLED | {"solved_remotely", "merged"}
        ],
        "by_contractor": sum(
            1
            for i in incidents
            if (i.get("contractor") or {}).get("state") in {"accepted", "arrived", "done"}
        ),
        "cancelled": sum(1 for i in incidents if i["outcome"] in _CANCELLED),
        "solved_remotely": sum(1 for i in incidents if i["outcome"] == "solved_remotely"),
        "decisions": len(decisions_s),
        "decision_s": {
            "p50": _quantile(decisions_s, 50, 4),
            "p99": _quantile(decisions_s, 99, 4),
        },
        "checker_failures": sum(
            1 for e in events if e["kind"] == "plan.failed" and _refused(e["payload"])
        ),
        "plan_failures": sum(1 for e in events if e["kind"] == "plan.failed"),
        "plan_changes": sum(1 for e in events if e["kind"] in _MOVED),
        "events": len(events),
    }


def _refused(payload: dict[str, Any]) -> bool:
    return any("checker refused" in reason for reason in payload.get("reasons", ()))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _share(flags: Iterable[bool]) -> float | None:
    values = list(flags)
    return round(sum(values) / len(values), 4) if values else None


def _quantile(values: Sequence[float], percent: float, digits: int = 1) -> float | None:
    return round(float(np.percentile(values, percent)), digits) if values else None
