"""The values of the fleet. Rows of the store come out as these; nothing here knows a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fleet.opening_hours import OpeningHours
from fleet.states import UnitState
from kernel.position import Position


class UnitKind(StrEnum):
    """What sort of vehicle and crew."""

    TOW = "tow"
    CHARGE = "charge"
    REPAIR = "repair"
    VALET = "valet"
    ELECTRICIAN = "electrician"


class Ownership(StrEnum):
    """Whose it is."""

    OWN = "own"
    CONTRACTOR = "contractor"


@dataclass(frozen=True, slots=True)
class Unit:
    """A dispatchable crew and vehicle.

    Attributes
    ----------
    code
        What people call it, unique in its region: ``T-07``.
    skills, equipment
        What the crew is certified for and what the vehicle carries. During a shift with a named
        crew, the crew's skills replace the registered ones.
    position, position_at
        Latest known place and when it was measured; ``None`` until it was ever heard of.
    kwh, kwh_capacity
        Energy it can still give away, and when full.
    shift_start_at, shift_end_at
        The running shift (planned end); off shift the next planned one, if any.
    home
        Where it ends its shift; ``None``: anywhere.
    contractor_id
        Whose unit, when ``ownership`` is ``contractor``.
    """

    id: int
    code: str
    name: str
    region: str
    kind: UnitKind
    ownership: Ownership
    skills: frozenset[str]
    equipment: frozenset[str]
    state: UnitState
    position: Position | None
    position_at: datetime | None
    kwh: float
    kwh_capacity: float
    shift_start_at: datetime | None
    shift_end_at: datetime | None
    home: Position | None
    contractor_id: int | None
    plate: str | None = None
    crew_id: int | None = None

    @property
    def has(self) -> frozenset[str]:
        """Skills and equipment together: what an option's needs are compared with."""
        return self.skills | self.equipment


@dataclass(frozen=True, slots=True)
class UnitSpec:
    """What is given to register a unit, or to register it anew under the same code."""

    code: str
    name: str
    region: str
    kind: UnitKind
    ownership: Ownership = Ownership.OWN
    skills: frozenset[str] = frozenset()
    equipment: frozenset[str] = frozenset()
    kwh_capacity: float = 0.0
    kwh: float | None = None
    home: Position | None = None
    contractor_id: int | None = None
    plate: str | None = None


@dataclass(frozen=True, slots=True)
class Crew:
    """People who take a unit out together."""

    id: int
    region: str
    code: str
    name: str
    skills: frozenset[str]
    phone: str | None


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of duty of a unit; ``ended_at`` is ``None`` while it runs."""

    id: int
    unit_id: int
    crew_id: int | None
    start_at: datetime
    end_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PositionReport:
    """One measured place of a unit, as its phone sent it (WGS-84 degrees, not yet checked)."""

    at: datetime
    lon: float
    lat: float
    accuracy_m: float | None = None
    speed_kph: float | None = None
    heading_deg: float | None = None


@dataclass(frozen=True, slots=True)
class Contractor:
    """A company that takes jobs which no own unit can make in time.

    Attributes
    ----------
    skills
        Skills and equipment it can send.
    callout_cny, cny_per_km
        What a job costs: call-out fee, and per kilometre from its yard to the car.
    answer_s
        How long it is given to answer an offer.
    """

    id: int
    region: str
    name: str
    phone: str | None
    position: Position
    skills: frozenset[str]
    callout_cny: float
    cny_per_km: float
    answer_s: int
    active: bool


@dataclass(frozen=True, slots=True)
class ServiceCentre:
    """A workshop or charging place where a towed car can go."""

    id: int
    region: str
    name: str
    position: Position
    skills: frozenset[str]
    opening_hours: OpeningHours

    def is_open(self, at: datetime) -> bool:
        """Return whether it takes cars at the instant ``at``."""
        return self.opening_hours.is_open(at)
