"""One setting, several values, the same days: what each is worth against the first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.rolling.figures import OURS, policy_figures
from benchmarks.rolling.outcome import DayOutcome


def compared(values: Sequence[Any], days: Sequence[Sequence[DayOutcome]]) -> list[dict[str, Any]]:
    """Return the figures of each value, with points and driving against those of the first.

    Parameters
    ----------
    values
        At least one.
    days
        ``days[i]`` with ``values[i]``, the same seeds in the same order.
    """
    rows = []
    for value, mine in zip(values, days, strict=True):
        found = policy_figures({OURS: mine, "first": days[0]})
        gain = found["first"]["optimizer_gain"]
        kept = (
            *("share_within_target", "urban_share_within_target"),
            *("drive_s_per_job", "response_s", "late", "by_contractor", "failures"),
        )
        priced = ("cny_per_incident",) if "cny_per_incident" in found[OURS] else ()
        rows.append(
            {"value": value}
            | {key: found[OURS][key] for key in (*kept, *priced)}
            | {
                key: gain[key]
                for key in (
                    *("points", "points_ci", "urban_points", "urban_points_ci"),
                    *("driving_saved", "driving_saved_ci", "p99_ratio", "p99_ratio_ci"),
                    *(("cny_saved", "cny_saved_ci") if priced else ()),
                )
            }
        )
    return rows
