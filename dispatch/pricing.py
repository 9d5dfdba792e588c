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


def mean_beyond(low: float, high: float, start: float = 0.0) -> float:
    """Return the mean of ``max(0, x - start)`` for x uniform from ``low`` to ``high``."""
    if high <= low:
        return max(0.0, low - start)
    above, below = max(0.0, high - start), max(0.0, low - start)
    return (above**2 - below**2) / (2 * (high - low))


def expected_lateness_cny(curve: LatenessCurve, low_s: float, high_s: float) -> float:
    """Return the expected price of a lateness uniform from ``low_s`` to ``high_s``, CNY."""
    if high_s <= low_s:
        return curve.price(low_s)
    total = curve.breach_cny * min(1.0, max(0.0, high_s / (high_s - low_s)))
    before = 0.0
    for after_s, rate in curve.steps:
        total += (rate - before) * mean_beyond(low_s, high_s, after_s) / 60
        before = rate
    return total


def change_price(prices: PlanPrices, priority: int, late_s: float) -> float:
    """Return the price of taking an order back that nobody drives for yet, CNY.

    ``change_cny`` is so many minutes of waiting; of who is late, as many of his dearer minutes.
    Otherwise seconds would be worth a change once everybody is late, and nobody sets off.
    """
    minutes = prices.change_cny / prices.wait_cny_per_min if prices.wait_cny_per_min else 0.0
    late = _late_cny_per_min(prices, late_s) * priority_factor(prices, priority)
    return prices.change_cny + minutes * late


def diversion_price(prices: PlanPrices, priority: int, late_s: float) -> float:
    """Return the price of turning away a unit that drives to somebody, CNY.

    It grows as a minute of him does, who is late already: as many of his minutes must be gained
    elsewhere as of those who are a little late. Otherwise, in a storm, units turn round and round.
    """
    least = prices.lateness_steps[0][1]
    growth = _late_cny_per_min(prices, late_s) / least if least else 1.0
    return prices.diversion_cny * priority_factor(prices, priority) * max(1.0, growth)


def _late_cny_per_min(prices: PlanPrices, late_s: float) -> float:
    """Return what one more minute costs whoever is ``late_s`` late; 0 where he is in time."""
    return max((rate for after_s, rate in prices.lateness_steps if late_s > after_s), default=0.0)


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
