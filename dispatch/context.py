"""What every use case of dispatch works with, opened once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dispatch.known_jobs import KnownJobs
from dispatch.params import DispatchSettings
from dispatch.places import RoadsideCache
from kernel.clock import Clock
from kernel.database import Database
from routing.speeds import VAN
from routing.travel_times import TravelTimes

if TYPE_CHECKING:
    from geo_data.city import City
    from routing.live_times import LiveTimes
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
    traffic
        Travel times of now, by vehicle class; without it they are those of ``travel_times``.
    roadside
        Positions already laid on roads; made from ``travel_times``.
    known_jobs
        Unfinished jobs already read.
    """

    database: Database
    clock: Clock
    city: City
    travel_times: TravelTimes
    areas: ServiceAreas
    settings: DispatchSettings
    traffic: LiveTimes | None = None
    roadside: RoadsideCache = field(init=False)
    known_jobs: KnownJobs = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "roadside", RoadsideCache(self.travel_times))
        object.__setattr__(self, "known_jobs", KnownJobs(self.region))

    def times(self, vehicle: str = VAN) -> TravelTimes:
        """Return the travel times of a vehicle class that leaves now."""
        return self.travel_times if self.traffic is None else self.traffic.now(vehicle)

    def times_by_vehicle(self) -> dict[str, TravelTimes]:
        """Return the travel times of now of all vehicle classes that are told apart."""
        vehicles = (VAN,) if self.traffic is None else self.traffic.vehicles
        return {vehicle: self.times(vehicle) for vehicle in vehicles}

    @property
    def region(self) -> str:
        """Name of the region, as rows carry it."""
        return self.city.name
