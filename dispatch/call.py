"""Reads a call (`IncidentIn` of the HTTP contract) and gathers everything wrong with it at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from dispatch.form import Form
from dispatch.incident import Caller, Channel, IntakeWarning, Vehicle
from dispatch.locate import Located
from dispatch.phone import is_assigned, read_phone
from dispatch.plates import Plate, read_plate
from dispatch.triage import FaultKind
from dispatch.vin import check_digit_fits, normal_vin, vin_faults
from kernel.errors import Fault, InvalidInput
from kernel.words import Words

Locate = Callable[[Mapping[str, Any], str | None], Located]

_FIRST_CAR = date(1950, 1, 1)


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was understood."""

    channel: Channel
    case_ref: str | None
    caller: Caller
    vehicle: Vehicle
    located: Located
    fault: FaultKind
    scenario: str | None
    symptom: str | None
    effect: str | None
    state_of_charge_pct: float | None
    drivable: bool | None
    safe_place: bool | None
    n_people: int | None
    warnings: tuple[IntakeWarning, ...]

    @property
    def text(self) -> str:
        """What was said of the fault, in one text."""
        return "\n".join(part for part in (self.scenario, self.symptom, self.effect) if part)


def read_call(raw: Mapping[str, Any], *, country: str, today: date, locate: Locate) -> Call:
    """Return the call that an input means.

    Parameters
    ----------
    raw
        Parsed JSON; members that are ``None`` count as left out.
    country, today
        Of the region.
    locate
        Turns the ``location`` into a place, raising InvalidInput.

    Raises
    ------
    InvalidInput
        With every fault of every member.
    """
    form = Form(raw)
    warnings: list[IntakeWarning] = []
    caller = read_caller(form, country, warnings)
    vehicle = read_vehicle(form, country, today, warnings)
    located = read_location(form, locate)
    channel = form.choice("/channel", Channel)
    fault = form.choice("/fault", FaultKind)
    charge = form.number("/state_of_charge_pct", 0, 100)
    people = form.number("/n_people", 1, 100, whole=True)
    case_ref, scenario = form.text("/case_ref", limit=200), form.text("/scenario")
    symptom, effect = form.text("/symptom"), form.text("/effect")
    drivable, safe_place = form.truth("/drivable"), form.truth("/safe_place")
    if form.faults or None in (channel, fault, caller, located):
        raise InvalidInput(form.faults)
    return Call(
        channel=cast(Channel, channel),
        case_ref=case_ref,
        caller=cast(Caller, caller),
        vehicle=vehicle,
        located=cast(Located, located),
        fault=cast(FaultKind, fault),
        scenario=scenario,
        symptom=symptom,
        effect=effect,
        state_of_charge_pct=charge,
        drivable=drivable,
        safe_place=safe_place,
        n_people=None if people is None else int(people),
        warnings=(*warnings, *(() if located is None else located.warnings)),
    )


def read_caller(form: Form, country: str, warnings: list[IntakeWarning]) -> Caller | None:
    """Read ``/caller``; the number is obligatory, a doubtful one only warned of."""
    name = form.text("/caller/name", limit=200)
    given = form.text("/caller/phone", required=True, limit=200)
    phone = None if given is None else read_phone(given, country, "/caller/phone")
    if phone is None or isinstance(phone, Fault):
        form.add(phone)
        return None
    if not is_assigned(phone):
        warnings.append(
            IntakeWarning(
                "phone.unassigned",
                Words(
                    zh="该号码段未启用，请与来电者确认。",
                    en="No such number is given out: confirm it with the caller.",
                ),
            )
        )
    return Caller(phone, name)


def read_vehicle(form: Form, country: str, today: date, warnings: list[IntakeWarning]) -> Vehicle:
    """Read ``/vehicle``: VIN and plate are checked and normalised."""
    vin = form.text("/vehicle/vin", limit=200)
    if vin is not None:
        found = vin_faults(vin, "/vehicle/vin")
        form.faults.extend(found)
        vin = normal_vin(vin)
        if not found and not check_digit_fits(vin):
            warnings.append(
                IntakeWarning(
                    "vin.check_digit",
                    Words(
                        zh="车架号校验位不符，进口车除外，请再核对一次。",
                        en="The VIN's check digit does not fit; read it again unless imported.",
                    ),
                )
            )
    given = form.text("/vehicle/plate", limit=200)
    plate = None if given is None else read_plate(given, country, "/vehicle/plate")
    if isinstance(plate, Fault):
        form.add(plate)
    return Vehicle(
        vin=vin,
        plate=plate.text if isinstance(plate, Plate) else None,
        model=form.text("/vehicle/model", limit=200),
        purchased_on=form.day("/vehicle/purchased_on", _FIRST_CAR, today),
        colour=form.text("/vehicle/colour", limit=200),
    )


def read_location(form: Form, locate: Locate) -> Located | None:
    """Read ``/location`` and ``/location_note``."""
    note = form.text("/location_note")
    raw = form.value("/location")
    if not isinstance(raw, Mapping):
        form.missing(
            "/location",
            raw,
            "Give lon, lat and datum; or address; or ref, km, direction.",
            "请在地图上标注，或填写地址，或填写道路、桩号和方向。",
        )
        return None
    try:
        return locate({key: value for key, value in raw.items() if value is not None}, note)
    except InvalidInput as error:
        form.faults.extend(error.faults)
        return None
