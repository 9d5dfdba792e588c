"""What sort of vehicle a unit drives, as travel times tell vehicles apart."""

from __future__ import annotations

from fleet.model import Unit, UnitKind
from routing.speeds import SCOOTER, TOW_TRUCK, VAN

_VEHICLES = {UnitKind.TOW: TOW_TRUCK, UnitKind.VALET: SCOOTER}


def vehicle_of(unit: Unit) -> str:
    """Return the vehicle class: valets come on a folding scooter, crews with tools in a van."""
    return _VEHICLES.get(unit.kind, VAN)


def vehicle_at_work(vehicles: set[str]) -> str:
    """Return the class that drives between the stops of work that these classes could do.

    One class alone drives as it does; a valet drives the owner's car, which goes like a van. Where
    several could do it, a van stands for all: the first drive of a unit is its own class's anyway.
    """
    only = next(iter(vehicles)) if len(vehicles) == 1 else VAN
    return VAN if only == SCOOTER else only
