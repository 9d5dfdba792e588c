"""Many days of the demo city, paired: every seed is played under every policy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.demo.compare import POLICIES, DayRequest, play_day
from geo_data.city import City

_SHARES = ("urban_share_within_target", "share_within_target")
_BOOTSTRAP = 10_000


def play_days(
    city: City,
    data_dir: Path,
    seeds: Sequence[int],
    *,
    minutes: float,
    calls_per_hour: float,
    tell: Callable[[str], None] = lambda _: None,
) -> dict[str, Any]:
    """Play each seed and return all reports with the means and paired differences.

    Returns
    -------
    dict
        ``days`` (one report a seed), ``policies`` (means of each figure over the seeds) and
        ``gain`` (optimizer minus the other, in share points, with a 95 % bootstrap interval over
        seeds).
    """
    days = []
    for seed in seeds:
        tell(f"day {seed}")
        request = DayRequest(minutes=minutes, seed=seed, calls_per_hour=calls_per_hour)
        days.append(play_day(city, data_dir, request, tell=tell))
    rows = {name: [_row(day, name) for day in days] for name in POLICIES}
    return {
        "city": city.name,
        "seeds": list(seeds),
        "minutes": minutes,
        "calls_per_hour": calls_per_hour,
        "policies": {name: _means(found) for name, found in rows.items()},
        "gain": {
            name: {key: _gain(rows["optimizer"], found, key) for key in _SHARES}
            for name, found in rows.items()
            if name != "optimizer"
        },
        "days": days,
    }


def _row(day: dict[str, Any], policy: str) -> dict[str, Any]:
    return day if policy == "optimizer" else dict(day[policy])


def _means(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    def mean(values: Sequence[float]) -> float:
        return round(float(np.mean(values)), 4)

    response = {
        key: mean([row["response_s"][key] for row in rows]) for key in ("mean", "p50", "p90")
    }
    return {
        **{key: mean([row[key] for row in rows]) for key in _SHARES},
        "response_s": response,
        "unassigned": sum(len(row["unassigned"]) for row in rows),
        "by_contractor": sum(row["by_contractor"] for row in rows),
        "plan_changes": sum(row["plan_changes"] for row in rows),
        "checker_failures": sum(row["checker_failures"] for row in rows),
        "decision_p99_s": max(row["decision_s"]["p99"] or 0.0 for row in rows),
    }


def _gain(
    ours: Sequence[dict[str, Any]], theirs: Sequence[dict[str, Any]], key: str
) -> dict[str, float]:
    difference = np.array([a[key] - b[key] for a, b in zip(ours, theirs, strict=True)]) * 100
    rng = np.random.default_rng(0)
    draws = rng.choice(difference, (_BOOTSTRAP, len(difference))).mean(axis=1)
    low, high = np.percentile(draws, [2.5, 97.5])
    return {
        "points": round(float(difference.mean()), 2),
        "low": round(float(low), 2),
        "high": round(float(high), 2),
    }
