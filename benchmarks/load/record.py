"""What the load generator notes down, and the figures made of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

_LAG_EVERY_S = 0.1


@dataclass
class Record:
    """Times of one load; ``is_on`` says whether they count yet.

    Attributes
    ----------
    took_ms
        Answer times by class: ``action`` (somebody pressed or opened something), ``position``
        (a phone's place), ``list`` (what pages fetch by themselves), ``candidates`` (every unit
        judged for an incident, which fills in after the card has opened).
    slowest
        Of actions: (milliseconds, method and route).
    created_at, recommended_at, phone_at
        By incident, seconds of `time.perf_counter`: when the call was sent, when a console's
        stream told the plan for it, when the phone of its unit showed the order.
    """

    is_on: bool = False
    took_ms: dict[str, list[float]] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    counted: set[int] = field(default_factory=set)
    created_at: dict[int, float] = field(default_factory=dict)
    recommended_at: dict[int, float] = field(default_factory=dict)
    phone_at: dict[int, float] = field(default_factory=dict)
    n_events: int = 0
    lag_ms: list[float] = field(default_factory=list)

    def took(self, what: str, route: str, ms: float) -> None:
        """Note how long an answer took."""
        if self.is_on:
            self.took_ms.setdefault(what, []).append(ms)
            if what == "action":
                self.slowest.append((round(ms, 1), route))

    def error(self, text: str) -> None:
        """Note what must not happen."""
        if self.is_on:
            self.errors[text] += 1

    def refused(self, text: str) -> None:
        """Note a refusal that is right: somebody else was there first."""
        if self.is_on:
            self.refusals[text] += 1

    def created(self, incident_id: int, at: float) -> None:
        """Note a call."""
        self.created_at.setdefault(incident_id, at)
        if self.is_on:
            self.counted.add(incident_id)

    def begin(self) -> None:
        """Count from now on."""
        self.is_on = True

    def figures(self) -> dict[str, Any]:
        """Return the figures of what was counted."""
        planned, told = self._since_created(self.recommended_at), self._since_created(self.phone_at)
        return {
            "action_ms": spread(self.took_ms.get("action", []), 50, 99),
            "created_to_recommended_ms": spread(planned, 50, 99),
            "created_to_phone_ms": spread(told, 50, 95),
            "errors": sum(self.errors.values()),
            "position_ms": spread(self.took_ms.get("position", []), 50, 99),
            "list_ms": spread(self.took_ms.get("list", []), 50, 99),
            "candidates_ms": spread(self.took_ms.get("candidates", []), 50, 99),
            "counts": {
                **{name: len(times) for name, times in sorted(self.took_ms.items())},
                "calls": len(self.counted),
                "recommended": len(planned),
                "on_a_phone": len(told),
                "events_streamed": self.n_events,
            },
            "error_kinds": dict(self.errors.most_common(10)),
            "refusals": dict(self.refusals.most_common(10)),
            "slowest_actions": sorted(self.slowest, reverse=True)[:5],
            "generator_lag_ms": spread(self.lag_ms, 50, 99),
        }

    def _since_created(self, at: dict[int, float]) -> list[float]:
        return [(at[it] - self.created_at[it]) * 1000 for it in sorted(self.counted) if it in at]

    async def watch_lag(self) -> None:
        """Note how late this process itself runs: answers cannot be timed better than that."""
        while True:
            due = time.perf_counter() + _LAG_EVERY_S
            await asyncio.sleep(_LAG_EVERY_S)
            if self.is_on:
                self.lag_ms.append((time.perf_counter() - due) * 1000)


def spread(values: Sequence[float], *percents: int) -> dict[str, float | None]:
    """Return percentiles, rounded to tenths; ``None`` of nothing."""
    if not values:
        return {f"p{it}": None for it in percents}
    found = np.percentile(values, percents)
    return {f"p{it}": round(float(v), 1) for it, v in zip(percents, found, strict=True)}
