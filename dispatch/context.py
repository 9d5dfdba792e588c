"""What every use case of dispatch works with, opened once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch.params import DispatchSettings
from dispatch.places import RoadsideCache
from kernel.clock import Clock
from kernel.database import Database
from routing.travel_times import TravelTimes

if TYPE_CHECKING:
    from geo_data.city import City
    from sla.areas import ServiceAreas


@dataclass(frozen=True, slots=True, eq=False)
class DispatchContext:
    """The world around one region's dispatch.

    Attributes
    ----------
    city
        Roads, gazetteer and population; its name is the region's.
    travel_times
        The engine on the city's roads.
    areas
        Service areas and their targets.
    settings
        Prices and times, see `params`.
    roadside
        Positions already laid on roads; made from ``travel_times``.
    """

    database: Database
    clock: Clock
    city: City
    travel_times: TravelTimes
    areas: ServiceAreas
    settings: DispatchSettings
    roadside: RoadsideCache = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roadside", RoadsideCache(self.travel_times))

    @property
    def region(self) -> str:
        """Name of the region, as rows carry it."""
        return self.city.name
