"""How fast which vehicle drives when: the free flow of the map, adjusted by a table.

The free-flow speed of an edge is its tagged limit, else that of its class (`geo_data.speeds`, where
both are documented). A `SpeedTable` changes, in this order: what is assumed where the map is
silent; factors by class, of the vehicle and of the time of the week; the vehicle's own top speed.
Signals and turns cost seconds on top. The table that is empty changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from geo_data.speeds import default_speed_kph
from kernel.errors import InvalidInput
from routing.slices import Slice, slice_at
from routing.turn_costs import NO_TURN_COSTS, TurnCosts
from routing.weights import CLOSED_MS, edge_milliseconds


@dataclass(frozen=True, slots=True)
class Vehicle:
    """How one class of vehicle drives.

    Attributes
    ----------
    top_kph
        It drives no faster than this; None for no limit of its own.
    factor
        Factor on the speed by road class, 1 for those not named.
    closed
        Road classes it may not use.
    """

    top_kph: float | None = None
    factor: Mapping[str, float] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()


VAN = "van"
"""Drives as the map says."""

TOW_TRUCK = "tow_truck"
SCOOTER = "scooter"

DEFAULT_VEHICLES: Mapping[str, Vehicle] = {
    VAN: Vehicle(),
    TOW_TRUCK: Vehicle(top_kph=90.0),
    SCOOTER: Vehicle(
        top_kph=45.0, closed=frozenset(["motorway", "motorway_link", "trunk", "trunk_link"])
    ),
}
"""Tow trucks: the speed limiter of vehicles over 3.5 t (Directive 92/6/EEC). Scooters: the most
that class L1e may reach (Regulation (EU) 168/2013), off motorways and motor roads. Where the law of
the place differs, a table overrides them."""


@dataclass(frozen=True, eq=False)
class SpeedTable:
    """What differs from the map's free flow.

    Attributes
    ----------
    assumed_kph
        By road class, the speed where the map gives no limit. An edge counts as without a limit
        when its speed is exactly the default of its class.
    vehicles
        By name.
    slices
        Parts of the week; the first that holds counts, outside of all it is free flow.
    zone
        Whose clock the slices go by.
    signal_s
        Seconds lost on average where an edge ends at traffic signals.
    turn_costs
        Seconds per kind of turn; an engine takes them when it is opened.
    """

    assumed_kph: Mapping[str, float] = field(default_factory=dict)
    vehicles: Mapping[str, Vehicle] = field(default_factory=lambda: DEFAULT_VEHICLES)
    slices: tuple[Slice, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    signal_s: float = 0.0
    turn_costs: TurnCosts = NO_TURN_COSTS

    def vehicle(self, name: str) -> Vehicle:
        """Return a vehicle class.

        Raises
        ------
        InvalidInput
            When the table has none of that name.
        """
        if name not in self.vehicles:
            raise InvalidInput.one(
                "/vehicle", "speeds.vehicle", f"{name!r} is no vehicle class.",
                f"Choose of {', '.join(self.vehicles)}, or add it to the speed table.",
            )  # fmt: skip
        return self.vehicles[name]

    def slice_at(self, departure: datetime, vehicle: str) -> Slice | None:
        """Return the slice for a vehicle departing then; None at free flow.

        Raises
        ------
        InvalidInput
            When the departure is naive.
        """
        return slice_at(self.slices, departure, vehicle, self.zone)


def edge_times_ms(
    network: RoadNetwork,
    table: SpeedTable,
    vehicle: str = VAN,
    part: Slice | None = None,
    signals: NDArray[np.bool_] | None = None,
) -> NDArray[np.int32]:
    """Return int32[n_edges], the time of every edge; `CLOSED_MS` where the vehicle may not drive.

    Parameters
    ----------
    network
        The roads.
    table
        What differs from their free flow.
    vehicle
        Name of a vehicle class.
    part
        A slice of the table; None for free flow.
    signals
        bool[n_edges], edges that end at traffic signals (`geo_data.signals`); none by default.

    Raises
    ------
    InvalidInput
        When the table has no such vehicle.
    BadData
        When an edge would take longer than a day; it names the first.
    """
    driver = table.vehicle(vehicle)
    speed_kph = _assumed(network, table.assumed_kph)
    factor = np.array([
        driver.factor.get(name, 1.0) * (1.0 if part is None else part.factor_of(name))
        for name in HIGHWAY_CLASSES
    ])  # fmt: skip
    if (factor != 1.0).any():
        speed_kph = speed_kph * factor[network.edge_class]
    if driver.top_kph is not None:
        speed_kph = np.minimum(speed_kph, driver.top_kph)
    time_ms = edge_milliseconds(replace(network, edge_speed_kph=speed_kph))
    if signals is not None and table.signal_s:
        time_ms[signals] += np.int32(round(table.signal_s * 1000))
    closed = np.array([name in driver.closed for name in HIGHWAY_CLASSES])
    time_ms[closed[network.edge_class]] = CLOSED_MS
    return time_ms


def _assumed(network: RoadNetwork, assumed_kph: Mapping[str, float]) -> NDArray[np.float64]:
    """Return the free-flow speeds with other assumptions where the map is silent."""
    speed_kph = network.edge_speed_kph.copy()
    for name, wanted_kph in assumed_kph.items():
        of_class = network.edge_class == HIGHWAY_CLASSES.index(name)
        speed_kph[of_class & (network.edge_speed_kph == default_speed_kph(name))] = wanted_kph
    return speed_kph
