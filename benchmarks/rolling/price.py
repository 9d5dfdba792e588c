"""What a day cost, at the prices that plans are made by: the figure that weighs all the others.

Waiting, lateness and broken promises of the owners, driving, and what contractors charge. Prices of
the future (scarcity, coverage, own time) and of changes are no part of it: nobody pays them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from benchmarks.demo.report import kept
from dispatch.params import PlanPrices
from dispatch.pricing import lateness_curve, wait_price
from kernel.position import Position, distance_m

TAKEN = frozenset({"accepted", "arrived", "done"})
"""States of an offer whose contractor came, or is coming, and will charge."""


def day_cny(
    incidents: Iterable[Mapping[str, Any]],
    driven_s: float,
    contractors: Iterable[Mapping[str, Any]],
    prices: PlanPrices,
) -> float:
    """Return what a day cost, CNY.

    Parameters
    ----------
    incidents
        All of the day, as the service tells them at its end.
    driven_s
        What own units drove.
    contractors
        As in the body of ``PUT /fleet``.
    """
    by_name = {it["name"]: it for it in contractors}
    total = prices.drive_cny_per_min * driven_s / 60
    for incident in incidents:
        total += _owner_cny(incident, prices) + _fee_cny(incident, by_name)
    return total


def _owner_cny(incident: Mapping[str, Any], prices: PlanPrices) -> float:
    """Return the price of an owner's wait; of a broken promise alone where nobody came."""
    priority = int((incident["triage"] or {}).get("priority") or 0)
    curve = lateness_curve(prices, priority)
    if incident["arrived_at"] is None:
        return 0.0 if kept(dict(incident)) else curve.breach_cny
    arrived, called, target = (
        datetime.fromisoformat(incident[it]) for it in ("arrived_at", "received_at", "target_at")
    )
    wait = wait_price(prices, priority, 0.0) * (arrived - called).total_seconds() / 60
    return wait + curve.price((arrived - target).total_seconds())


def _fee_cny(incident: Mapping[str, Any], by_name: Mapping[str, Mapping[str, Any]]) -> float:
    offer = incident.get("contractor") or {}
    if offer.get("state") not in TAKEN:
        return 0.0
    contractor, place = by_name[offer["name"]], incident["location"]
    yard = Position(contractor["lon"], contractor["lat"])
    km = distance_m(yard, Position(place["lon"], place["lat"])) / 1000
    return float(contractor["callout_cny"] + contractor["cny_per_km"] * km)
