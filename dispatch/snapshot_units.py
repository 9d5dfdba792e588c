"""The units of a snapshot as the optimizer sees them: from where and when each is free."""

from __future__ import annotations

from collections.abc import Mapping

from dispatch.availability import Free
from dispatch.core import model as core
from dispatch.coverage_price import Demand, Post
from dispatch.coverage_price import end_prices as prices_of_ends
from dispatch.frame import Frame
from dispatch.vehicles import vehicle_of
from dispatch.world import PLANNED
from fleet.model import Unit


def core_unit(
    frame: Frame,
    unit: Unit,
    free: Free,
    kept: Mapping[int, float],
    coverage: tuple[core.Coverage, ...] = (),
) -> core.Unit:
    """Return a unit as the optimizer sees it, from where and when it is free."""
    shift_end_s = 10**7 if unit.shift_end_at is None else frame.seconds(unit.shift_end_at)
    home = frame.home_to_end_at(unit)
    return core.Unit(
        id=unit.code,
        has=unit.has,
        start_place=frame.places.number(free.position, vehicle_of(unit)),
        available_s=max(0, frame.seconds(free.at)),
        end_place=None if home is None else frame.places.number(home, vehicle_of(unit)),
        shift_end_s=shift_end_s,
        kwh=_kwh_left(frame, unit),
        kept_cny=kept[unit.id],
        coverage=coverage,
    )


def end_prices(
    frame: Frame, units: Mapping[str, Unit], free: Mapping[str, Free], demand: Demand
) -> dict[str, tuple[core.Coverage, ...]]:
    """Return the price of ending at each place, by unit code."""
    prices = frame.settings.prices
    times_s = frame.places.times_to(demand.positions, frame.roadside, frame.times)
    posts = [
        Post(unit.skills, frame.places.number(free[code].position, vehicle_of(unit)))
        for code, unit in units.items()
    ]
    found = prices_of_ends(
        times_s <= prices.coverage_within_s,
        demand.share,
        posts,
        busy=prices.coverage_busy,
        coverage_cny=prices.coverage_cny,
    )
    return dict(zip(units, found, strict=True))


def _kwh_left(frame: Frame, unit: Unit) -> float:
    job = frame.binding.get(unit.id)
    if job is None or job.state in PLANNED:
        return unit.kwh
    return max(0.0, unit.kwh - job.option_named(job.option).kwh)
