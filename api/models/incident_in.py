"""An incident as it is reported, and what may be done to one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Strict, StringConstraints, Tag

from field_app.wire import Count, Id, LongText, ShortText, Truth, Unfit, WireModel

Channel = Literal["phone", "app", "wechat", "chat", "ecall", "store"]
FaultKind = Literal[
    "flat_battery", "breakdown", "accident", "tyre", "keys_locked_in", "charger", "other"
]
Datum = Literal["WGS-84", "GCJ-02", "BD-09"]
LockLevel = Literal["free", "unit", "order"]


def _only_date_text(value: Any) -> Any:
    if isinstance(value, str | date):
        return value
    raise Unfit(
        "a date is text in ISO 8601, e.g. 2026-03-01", "请按 ISO 8601 填写日期，例如 2026-03-01。"
    )


Day = Annotated[date, BeforeValidator(_only_date_text)]
"""A calendar day, ISO 8601."""


# Their range is judged by the intake, which can tell a swapped pair from a typing error.
GivenLongitude = Annotated[
    float,
    Strict(),
    Field(allow_inf_nan=False, json_schema_extra={"minimum": -180, "maximum": 180}),
]
GivenLatitude = Annotated[
    float, Strict(), Field(allow_inf_nan=False, json_schema_extra={"minimum": -90, "maximum": 90})
]


class PinLocation(WireModel):
    """A point on a map or from a device; never without its datum.

    Heading (of an e-call, clockwise from north) and road (name or number) tell carriageways apart.
    """

    lon: GivenLongitude
    lat: GivenLatitude
    datum: Datum
    heading_deg: Annotated[float, Strict(), Field(ge=0, le=360, allow_inf_nan=False)] | None = None
    road: ShortText | None = None


class AddressLocation(WireModel):
    """What the caller says; the gazetteer finds it."""

    address: Annotated[ShortText, StringConstraints(min_length=1, max_length=200)]


class MotorwayLocation(WireModel):
    """Road number, kilometre post and direction of travel."""

    ref: ShortText
    km: Annotated[float, Strict(), Field(ge=0, le=10_000, allow_inf_nan=False)]
    direction: ShortText


def _kind_of_location(value: Any) -> str:
    members = value if isinstance(value, dict) else getattr(value, "__dict__", {})
    if "address" in members:
        return "address"
    return "motorway" if "ref" in members or "km" in members else "pin"


LocationIn = Annotated[
    Annotated[PinLocation, Tag("pin")]
    | Annotated[AddressLocation, Tag("address")]
    | Annotated[MotorwayLocation, Tag("motorway")],
    Discriminator(_kind_of_location),
]
"""Where the car is, in one of three ways; the members present decide which."""


class CallerIn(WireModel):
    """Who calls; the number is needed to call back."""

    name: ShortText | None = None
    phone: ShortText


class VehicleIn(WireModel):
    """The car, as far as it is known."""

    vin: ShortText | None = None
    plate: ShortText | None = None
    model: ShortText | None = None
    purchased_on: Day | None = None
    colour: ShortText | None = None


class IncidentIn(WireModel):
    """One motorist's call for help."""

    channel: Channel
    case_ref: ShortText | None = None
    caller: CallerIn
    vehicle: VehicleIn
    location: LocationIn
    location_note: LongText | None = None
    fault: FaultKind
    scenario: LongText | None = None
    symptom: LongText | None = None
    effect: LongText | None = None
    state_of_charge_pct: (
        Annotated[float, Strict(), Field(ge=0, le=100, allow_inf_nan=False)] | None
    ) = None
    drivable: Truth | None = None
    safe_place: Truth | None = None
    n_people: Annotated[Count, Field(ge=1, le=100)] | None = None


class IncidentPatch(WireModel):
    """What changed on a second call; what is left out stays.

    A ``location_note`` that is ``null`` or blank empties how to find the car.
    """

    location: LocationIn | None = None
    location_note: LongText | None = None
    note: LongText | None = None
    safe_place: Truth | None = None


class AssignIn(WireModel):
    """An assignment by hand, based on the plan the dispatcher was looking at.

    ``divert`` also takes the unit away from the job it was ordered or rolls to.
    """

    unit_id: Id
    option: ShortText | None = None
    plan_version: Count
    divert: Truth = False


class MergeIn(WireModel):
    """The open incident of the same car that goes on."""

    into: Id


class LockIn(WireModel):
    """How much of the commitment the optimizer may still change."""

    lock: LockLevel


class CancelIn(WireModel):
    """Why the incident is over before its time."""

    reason: ShortText


class SolveRemotelyIn(WireModel):
    """How it was solved without a unit."""

    note: ShortText


class ContractorOfferIn(WireModel):
    """To whom to offer it; left out: to the best."""

    contractor_id: Id | None = None


class RevealIn(WireModel):
    """Why the whole number is needed; kept with who asked."""

    reason: ShortText


class OwnerLinkIn(WireModel):
    """``renew``: the link known so far ends, and there is a new one; ``revoke``: it only ends."""

    action: Literal["renew", "revoke"]
