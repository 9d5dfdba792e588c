"""The prices of one job and one unit in a decision, computed from `params` and the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dispatch.core.model import LatenessCurve
from dispatch.params import PlanPrices
from fleet.model import Unit


def priority_factor(prices: PlanPrices, priority: int) -> float:
    """Return what a triage priority multiplies; priorities beyond the table count as its last."""
    return prices.priority_factor[max(0, min(priority, len(prices.priority_factor) - 1))]


def wait_price(prices: PlanPrices, priority: int, waited_s: float) -> float:
    """Return the price of one more minute of who has waited for ``waited_s`` already, CNY.

    The derivative of a convex price of the whole wait, at the wait so far. Serving by it what a
    unit of time gains most is best under heavy load for any convex price: Van Mieghem, *Dynamic
    scheduling with convex delay costs: the generalized c-mu rule* (1995).
    """
    grown = 1 + prices.wait_growth_per_h * max(0.0, waited_s) / 3600
    return prices.wait_cny_per_min * priority_factor(prices, priority) * grown


def lateness_curve(prices: PlanPrices, priority: int) -> LatenessCurve:
    """Return the price of lateness of a job of this priority."""
    factor = priority_factor(prices, priority)
    return LatenessCurve(
        steps=tuple((after_s, rate * factor) for after_s, rate in prices.lateness_steps),
        breach_cny=prices.breach_cny * factor,
    )


def left_out_cny(prices: PlanPrices, curve: LatenessCurve, wait_cny_per_min: float,
                 late_s: int) -> float:  # fmt: skip
    """Return the price of leaving a job out.

    It exceeds the price of any arrival within ``left_out_after_s`` from now, also for a job that is
    ``late_s`` seconds past its target already: nothing is given up because it is old.
    """
    horizon_s = prices.left_out_after_s
    worst = curve.price(max(0, late_s) + horizon_s) + wait_cny_per_min * horizon_s / 60
    return prices.left_out_cny + worst


def kept_prices(prices: PlanPrices, units: Sequence[Unit]) -> dict[int, float]:
    """Return the price of using each unit at all, CNY by unit id, from its rarest skill.

    A unit that shares each of its skills with ``n`` or more units costs ``scarcity_cny / n``.
    """
    holders = Counter(skill for unit in units for skill in unit.skills)
    return {
        unit.id: prices.scarcity_cny
        / min((holders[skill] for skill in unit.skills), default=max(1, len(units)))
        for unit in units
    }
