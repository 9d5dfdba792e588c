"""From days to figures, with intervals by bootstrap over seeds, paired between policies.

The 95 % interval of a figure or a difference is that of 10,000 draws of seeds with replacement,
each draw the same for all policies. Efron, *Bootstrap methods: another look at the jackknife*
(1979).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.rolling.outcome import DayOutcome

N_DRAWS = 10_000

N_TAIL_DRAWS = 2000
"""Draws for a percentile, which takes longer than a sum."""

OURS = "optimizer"

Days = Sequence[DayOutcome]
"""One for each seed, in the same order for each policy."""

Floats = NDArray[np.float64]


def policy_figures(by_policy: Mapping[str, Days]) -> dict[str, dict[str, Any]]:
    """Return the figures of each policy; where ours is among them, also what it gains on others."""
    draws = _draws(len(next(iter(by_policy.values()))))
    found = {name: _alone(days, draws) for name, days in by_policy.items()}
    if OURS in by_policy:
        for name, days in by_policy.items():
            if name != OURS:
                found[name]["optimizer_gain"] = _gain(by_policy[OURS], days, draws)
    return found


def _alone(days: Days, draws: NDArray[np.intp]) -> dict[str, Any]:
    figures: dict[str, Callable[[Days], tuple[Floats, Floats]]] = {
        "share_within_target": _share,
        "urban_share_within_target": _urban_share,
        "drive_s_per_job": _drive,
    }
    if all(day.cny is not None for day in days):
        figures["cny_per_incident"] = _cost
    found: dict[str, Any] = {
        name: _rounded(_ratio(*figure(days), None)) for name, figure in figures.items()
    }
    found["by_contractor"] = sum(day.n_contractor for day in days)
    found["incidents"] = sum(day.n_incidents for day in days)
    found["late"] = sum(day.n_late for day in days)
    found["response_s"] = _spread(_responses(days))
    found["urban_response_s"] = _spread(_urban_responses(days))
    found["ci"] = {
        name: _interval(_ratio(*figure(days), draws)) for name, figure in figures.items()
    }
    found["ci"]["late"] = _interval(np.array([day.n_late for day in days])[draws].sum(axis=1))
    found["failures"] = sum(day.n_failures for day in days)
    slowest = [day.decision_p99_s for day in days if day.decision_p99_s is not None]
    found["decision_p99_s"] = max(slowest, default=None)
    found["days"] = [_day(day) for day in days]
    return found


def _day(day: DayOutcome) -> dict[str, Any]:
    found: dict[str, Any] = {
        "incidents": day.n_incidents,
        "share_within_target": _rounded(day.share),
        "urban_share_within_target": _rounded(day.n_urban_kept / max(1, day.n_urban)),
        "late": day.n_late,
        "drive_s_per_job": _rounded(day.driven_s / max(1, day.n_own), 1),
        "by_contractor": day.n_contractor,
        "cny": None if day.cny is None else _rounded(day.cny, 1),
    }
    return found | ({"bound": day.bound} if day.bound is not None else {})


def _gain(ours: Days, theirs: Days, draws: NDArray[np.intp]) -> dict[str, Any]:
    """Return what ours gains: points of the promise, driving saved, and how often it is late."""
    points = 100 * (_ratio(*_share(ours), draws) - _ratio(*_share(theirs), draws))
    drive = 1 - _ratio(*_drive(ours), draws) / _ratio(*_drive(theirs), draws)
    late = sum(day.n_late for day in theirs)
    urban = 100 * (_ratio(*_urban_share(ours), draws) - _ratio(*_urban_share(theirs), draws))
    found = {
        "points": _rounded(
            100 * float(_ratio(*_share(ours), None) - _ratio(*_share(theirs), None)), 2
        ),
        "points_ci": _interval(points, 2),
        "urban_points": _rounded(
            100 * float(_ratio(*_urban_share(ours), None) - _ratio(*_urban_share(theirs), None)), 2
        ),
        "urban_points_ci": _interval(urban, 2),
        "driving_saved": _rounded(
            1 - float(_ratio(*_drive(ours), None) / _ratio(*_drive(theirs), None))
        ),
        "driving_saved_ci": _interval(drive),
        "late_ratio": _rounded(sum(day.n_late for day in ours) / late, 2) if late else None,
        **_tails("p99_ratio", _responses(ours), _responses(theirs), draws),
        **_tails("urban_p99_ratio", _urban_responses(ours), _urban_responses(theirs), draws),
    }
    if all(day.cny is not None for day in (*ours, *theirs)):
        saved = 1 - _ratio(*_cost(ours), draws) / _ratio(*_cost(theirs), draws)
        found["cny_saved"] = _rounded(
            1 - float(_ratio(*_cost(ours), None) / _ratio(*_cost(theirs), None))
        )
        found["cny_saved_ci"] = _interval(saved)
    return found


def _share(days: Days) -> tuple[Floats, Floats]:
    return _column(days, lambda day: day.n_kept), _column(days, lambda day: day.n_incidents)


def _urban_share(days: Days) -> tuple[Floats, Floats]:
    return _column(days, lambda day: day.n_urban_kept), _column(days, lambda day: day.n_urban)


def _responses(days: Days) -> list[Floats]:
    return [np.array(day.response_s) for day in days]


def _urban_responses(days: Days) -> list[Floats]:
    return [np.array(day.urban_response_s) for day in days]


def _spread(responses: list[Floats]) -> dict[str, float | None]:
    """Return mean and percentiles of the responses of all days together; ``None`` without any."""
    of_all = np.concatenate(responses)
    if not of_all.size:
        return dict.fromkeys(("mean", "p50", "p90", "p99"))
    tails = {f"p{it}": _rounded(np.percentile(of_all, it), 1) for it in (50, 90, 99)}
    return {"mean": _rounded(np.mean(of_all), 1), **tails}


def _tails(
    name: str, ours: list[Floats], theirs: list[Floats], draws: NDArray[np.intp]
) -> dict[str, Any]:
    """Return the ratio of the 99th percentiles, and its interval.

    ``None`` where on some day nobody came to anybody: a draw could consist of such days.
    """
    if not all(it.size for it in (*ours, *theirs)):
        return {name: None, f"{name}_ci": None}
    every = np.arange(len(ours))
    ratios = [_slowest(ours, it) / _slowest(theirs, it) for it in (every, *draws[:N_TAIL_DRAWS])]
    return {name: _rounded(ratios[0], 3), f"{name}_ci": _interval(ratios[1:], 3)}


def _slowest(responses: list[Floats], rows: NDArray[np.intp]) -> float:
    """Return the 99th percentile of the responses of these days together, seconds."""
    return float(np.percentile(np.concatenate([responses[row] for row in rows]), 99))


def _drive(days: Days) -> tuple[Floats, Floats]:
    return _column(days, lambda day: day.driven_s), _column(days, lambda day: day.n_own)


def _cost(days: Days) -> tuple[Floats, Floats]:
    return _column(days, lambda day: day.cny or 0.0), _column(days, lambda day: day.n_incidents)


def _column(days: Days, value: Callable[[DayOutcome], float]) -> Floats:
    return np.array([value(day) for day in days], dtype=np.float64)


def _ratio(above: Floats, below: Floats, draws: NDArray[np.intp] | None) -> Any:
    """Return the ratio of two sums over seeds, one for each draw."""
    if draws is None:
        return above.sum() / max(1.0, below.sum())
    return above[draws].sum(axis=1) / np.maximum(1.0, below[draws].sum(axis=1))


def _draws(n_seeds: int) -> NDArray[np.intp]:
    return np.random.default_rng(0).integers(n_seeds, size=(N_DRAWS, n_seeds))


def _interval(values: Any, digits: int = 4) -> list[float]:
    return [_rounded(it, digits) for it in np.percentile(values, [2.5, 97.5])]


def _rounded(value: Any, digits: int = 4) -> float:
    return round(float(value), digits)
