"""One motorist's call for help: its values, its states and the moves between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from dispatch.entitlement import Entitlement
from dispatch.triage import Triage
from kernel.position import Position
from kernel.state_machine import StateMachine
from kernel.words import Words


class Channel(StrEnum):
    """How the call came in."""

    PHONE = "phone"
    APP = "app"
    WECHAT = "wechat"
    CHAT = "chat"
    ECALL = "ecall"
    STORE = "store"


class IncidentState(StrEnum):
    """How far the help has come."""

    WAITING = "waiting"
    ASSIGNED = "assigned"
    ROLLING = "rolling"
    ON_SITE = "on_site"
    TOWING = "towing"
    CLOSED = "closed"


class IncidentMove(StrEnum):
    """What can happen to an incident."""

    ASSIGN = "assign"
    UNASSIGN = "unassign"
    ROLL = "roll"
    ARRIVE = "arrive"
    LOAD = "load"
    CLOSE = "close"
    NOT_THERE = "not_there"


class Outcome(StrEnum):
    """How a closed incident ended."""

    REPAIRED = "repaired"
    BOOSTED = "boosted"
    TOWED = "towed"
    SOLVED_REMOTELY = "solved_remotely"
    MERGED = "merged"
    CANCELLED_BY_OWNER = "cancelled_by_owner"
    CANCELLED_BY_DISPATCHER = "cancelled_by_dispatcher"
    GONE_ON_ARRIVAL = "gone_on_arrival"
    NOT_POSSIBLE = "not_possible"


HELPED = frozenset({Outcome.REPAIRED, Outcome.BOOSTED, Outcome.TOWED, Outcome.SOLVED_REMOTELY})
"""Whose owners are asked what they think of it."""

OUTCOME_ZH: Mapping[str, str] = {
    Outcome.REPAIRED: "现场修复",
    Outcome.BOOSTED: "已补电",
    Outcome.TOWED: "已拖走",
    Outcome.SOLVED_REMOTELY: "远程解决",
    Outcome.MERGED: "已合并",
    Outcome.CANCELLED_BY_OWNER: "车主取消",
    Outcome.CANCELLED_BY_DISPATCHER: "调度取消",
    Outcome.GONE_ON_ARRIVAL: "到达时车辆不在",
    Outcome.NOT_POSSIBLE: "无法完成",
}


_S, _M = IncidentState, IncidentMove

INCIDENT_MACHINE: StateMachine[IncidentState, IncidentMove] = StateMachine(
    "incident",
    {
        _S.WAITING: {_M.ASSIGN: _S.ASSIGNED, _M.CLOSE: _S.CLOSED},
        _S.ASSIGNED: {
            _M.ASSIGN: _S.ASSIGNED,  # to another unit, before it rolls
            _M.UNASSIGN: _S.WAITING,
            _M.ROLL: _S.ROLLING,
            _M.CLOSE: _S.CLOSED,
        },
        _S.ROLLING: {
            _M.ASSIGN: _S.ASSIGNED,  # the unit was diverted and another one takes over
            _M.UNASSIGN: _S.WAITING,
            _M.ARRIVE: _S.ON_SITE,
            _M.CLOSE: _S.CLOSED,
        },
        _S.ON_SITE: {
            _M.UNASSIGN: _S.WAITING,  # a second unit is needed
            _M.LOAD: _S.TOWING,
            _M.NOT_THERE: _S.ROLLING,  # the arrival was reported by mistake
            _M.CLOSE: _S.CLOSED,
        },
        _S.TOWING: {
            _M.UNASSIGN: _S.WAITING,  # broke down on the way, or set down off the motorway
            _M.CLOSE: _S.CLOSED,
        },
        _S.CLOSED: {},
    },
    {
        "incident": "事件",
        _S.WAITING: "待派",
        _S.ASSIGNED: "已派单",
        _S.ROLLING: "行驶中",
        _S.ON_SITE: "作业中",
        _S.TOWING: "拖运中",
        _S.CLOSED: "已结束",
        _M.ASSIGN: "派单",
        _M.UNASSIGN: "收回",
        _M.ROLL: "出发",
        _M.ARRIVE: "报告到达",
        _M.NOT_THERE: "撤回到达",
        _M.LOAD: "装车",
        _M.CLOSE: "结束",
    },
)

CANCELLABLE_BY_OWNER = frozenset({_S.WAITING, _S.ASSIGNED, _S.ROLLING})
"""Once a unit is at the car, owner and technician speak with each other."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the car stands.

    Attributes
    ----------
    position
        WGS-84.
    text
        For people: the address or road, or what the caller said.
    confidence
        0 to 1: how sure the locating was; 1 for a pin on the map.
    source
        ``pin``, ``address``, ``km_post``, or ``unit``: on the unit that could not bring it on.
    note
        What helps to find the car: ``B2, behind the supermarket``.
    """

    position: Position
    text: str
    confidence: float
    source: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Caller:
    """Who called; ``phone`` is E.164."""

    phone: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Vehicle:
    """The car, as far as it is known; VIN and plate normalised (capitals, no spaces)."""

    vin: str | None = None
    plate: str | None = None
    model: str | None = None
    purchased_on: date | None = None
    colour: str | None = None


@dataclass(frozen=True, slots=True)
class IntakeWarning:
    """Something doubtful that did not stop the intake: ``vin.check_digit`` ..."""

    code: str
    text: Words


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident as it is stored. Times are aware UTC.

    Attributes
    ----------
    received_at
        When the call came in: the clock of the promise starts here.
    target_at
        When the promise of the service area ends.
    promised_at, promise_reason
        What the owner was told last, and why it differs from the first promise.
    eta_at, eta_low_at, eta_high_at
        Current estimate of the arrival, and its range.
    risk
        ``normal``, ``at_risk`` or ``breached``, as last judged.
    n_calls
        How many calls came in for this car.
    """

    id: int
    region: str
    channel: Channel
    case_ref: str | None
    state: IncidentState
    outcome: Outcome | None
    received_at: datetime
    target_at: datetime
    promised_at: datetime
    promise_reason: Words | None
    eta_at: datetime | None
    eta_low_at: datetime | None
    eta_high_at: datetime | None
    arrived_at: datetime | None
    closed_at: datetime | None
    risk: str
    urban: bool
    area: str
    place: Place
    caller: Caller
    vehicle: Vehicle
    fault: str
    scenario: str | None
    symptom: str | None
    effect: str | None
    state_of_charge_pct: float | None
    drivable: bool | None
    safe_place: bool | None
    n_people: int | None
    warnings: tuple[IntakeWarning, ...]
    entitlement: Entitlement
    triage: Triage
    note: str | None
    merged_into: int | None
    n_calls: int

    @property
    def number(self) -> str:
        """What people call it: ``R-0042``."""
        return incident_number(self.id)

    @property
    def is_open(self) -> bool:
        """Whether somebody still needs help."""
        return self.state is not IncidentState.CLOSED

    @property
    def priority(self) -> int:
        """0 normal, 1 high, 2 danger to people; higher first."""
        return self.triage.priority


def incident_number(incident_id: int) -> str:
    """Return what people call the incident of that id: ``R-0042``."""
    return f"R-{incident_id:04d}"
