"""A world with its places numbered, and the times between them: what a snapshot is made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from dispatch.availability import Drive, Free, drive_eta, free_part, start_position
from dispatch.job import Job, JobState
from dispatch.job_option import JobOption
from dispatch.params import DispatchSettings
from dispatch.places import Places, RoadsideCache
from dispatch.vehicles import vehicle_at_work, vehicle_of
from dispatch.world import PLANNED, World
from fleet.model import Unit
from kernel.position import Position
from routing.speeds import VAN
from routing.travel_times import TravelTimes


class Frame:
    """One world with its places numbered and the times between them known.

    Attributes
    ----------
    units, unit_of
        Those whose place is known, and the same by id.
    binding
        The job that binds each unit, by unit id.
    travel_s, drive_s
        The times between places, and the time from one to another.
    """

    def __init__(
        self,
        world: World,
        settings: DispatchSettings,
        roadside: RoadsideCache,
        times: Mapping[str, TravelTimes] | None,
    ) -> None:
        self.world = world
        self.settings = settings
        self.roadside = roadside
        self.times = times
        self._vehicles: dict[frozenset[str], str] = {}
        self.units = [unit for unit in world.units if unit.position is not None]
        self.unit_of = {unit.id: unit for unit in self.units}
        self.binding = world.job_of_unit()
        self.places = self._places()
        self.travel_s = self.places.matrix(roadside, times)
        self.drive_s: Drive = self.travel_s.item

    def _places(self) -> Places:
        """Return the places of this decision and no others: a search looks at all of them."""
        places = Places(tuple(self.times or (VAN,)))
        for unit in self.units:
            job = self.binding.get(unit.id)
            starts = [start_position(unit, job)]
            if job is None or job.state is not JobState.ON_SITE:
                starts.append(unit.position)
            for position in starts:
                if position is not None:
                    places.add(position, is_goal=False)
            home = self.home_to_end_at(unit)
            if home is not None:
                places.add(home)
        for job in self.world.jobs:
            places.add(job.position, is_goal=job.state in PLANNED)
            for option in job.options:
                if option.destination is not None:
                    places.add(option.destination.position)
        return places

    def home_to_end_at(self, unit: Unit) -> Position | None:
        """Return the unit's home where its shift ends soon."""
        if unit.home is None or unit.shift_end_at is None:
            return None
        is_soon = self.seconds(unit.shift_end_at) <= self.settings.timing.homeward_s
        return unit.home if is_soon else None

    def free_part(self, unit: Unit) -> Free:
        """Return where and when a unit is next free to choose."""
        job = self.binding.get(unit.id)
        timing = self.settings.timing
        return free_part(unit, job, self.world.at, timing, self.places, self.drive_s)

    def eta(self, job: Job) -> datetime | None:
        """Return when the unit that is bound to a job reaches it if it drives on now."""
        unit = self.unit_of.get(job.unit_id or 0)
        if unit is None:
            return None
        return drive_eta(unit, job, self.world.at, self.places, self.drive_s)

    def haul_s(self, job: Job, option: JobOption) -> int:
        """Return the drive with a towed car, seconds; 0 where it stays."""
        goal = option.destination
        if goal is None:
            return 0
        number = partial(self.places.number, vehicle=self.vehicle_for(option))
        return self.drive_s(number(job.position), number(goal.position))

    def vehicle_for(self, option: JobOption) -> str:
        """Return the vehicle class that an option is taken to be done by."""
        if len(self.times or ()) < 2:
            return VAN
        if option.needs not in self._vehicles:
            able = {vehicle_of(unit) for unit in self.units if option.needs <= unit.has}
            self._vehicles[option.needs] = vehicle_at_work(able)
        return self._vehicles[option.needs]

    def seconds(self, instant: datetime) -> int:
        """Return what the problem calls an instant."""
        return round((instant - self.world.at).total_seconds())
