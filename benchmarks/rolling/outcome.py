"""What one policy's day came to, in the figures that policies are compared by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from benchmarks.demo.report import kept
from benchmarks.rolling.price import TAKEN, day_cny
from dispatch.params import load_settings


@dataclass(frozen=True, slots=True)
class DayOutcome:
    """One day of one policy.

    Attributes
    ----------
    n_incidents, n_kept
        All incidents of the day, and those whose promise was kept (see `benchmarks.demo.report`).
    n_urban, n_urban_kept
        The same of the urban area.
    response_s, urban_response_s
        Of each incident that somebody came to, own unit or contractor; and of those in the urban
        area.
    driven_s
        Driving of own units, to cars and with them, seconds.
    n_own
        Incidents that an own unit came to.
    n_late
        Incidents that somebody came to after the target, or nobody came to.
    n_contractor
        Incidents that a contractor took.
    cny
        What the day cost (`benchmarks.rolling.price`); ``None`` where nobody counted.
    n_failures, decision_p99_s
        Plans that could not be used, and wall-clock seconds of a decision; none for a clairvoyant.
    bound
        Of a clairvoyant: cost, lower bound and gap of its plan.
    """

    n_incidents: int
    n_kept: int
    response_s: tuple[float, ...]
    driven_s: float
    n_own: int
    n_late: int
    n_urban: int
    n_urban_kept: int
    urban_response_s: tuple[float, ...]
    n_contractor: int = 0
    cny: float | None = None
    n_failures: int = 0
    decision_p99_s: float | None = None
    bound: dict[str, float | None] | None = None

    @property
    def share(self) -> float:
        """Share of all incidents whose promise was kept."""
        return self.n_kept / self.n_incidents if self.n_incidents else 1.0


def outcome_of(
    incidents: Iterable[dict[str, Any]],
    driven_s: float,
    *,
    contractors: Iterable[Mapping[str, Any]] = (),
    n_failures: int = 0,
    decision_p99_s: float | None = None,
) -> DayOutcome:
    """Return the outcome of a day from the incidents that the service tells of at its end.

    ``contractors`` are those of the day, as in the body of ``PUT /fleet``: whoever charges.
    """
    rows = list(incidents)
    arrived = [it for it in rows if it["arrived_at"] is not None]
    return DayOutcome(
        n_incidents=len(rows),
        n_kept=sum(map(kept, rows)),
        response_s=tuple(_response_s(it) for it in arrived),
        driven_s=driven_s,
        n_own=sum(1 for it in arrived if not _by_contractor(it)),
        n_late=sum(1 for it in rows if not kept(it)),
        n_urban=sum(1 for it in rows if it["urban"]),
        n_urban_kept=sum(1 for it in rows if it["urban"] and kept(it)),
        urban_response_s=tuple(_response_s(it) for it in arrived if it["urban"]),
        n_contractor=sum(1 for it in rows if (it.get("contractor") or {}).get("state") in TAKEN),
        cny=day_cny(rows, driven_s, contractors, load_settings().prices),
        n_failures=n_failures,
        decision_p99_s=decision_p99_s,
    )


def _response_s(incident: dict[str, Any]) -> float:
    arrived, called = (datetime.fromisoformat(incident[it]) for it in ("arrived_at", "received_at"))
    return (arrived - called).total_seconds()


def _by_contractor(incident: dict[str, Any]) -> bool:
    return (incident.get("contractor") or {}).get("state") in {"arrived", "done"}
