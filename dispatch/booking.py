"""Reads a booking (`AppointmentIn` of the HTTP contract) and gathers everything wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from dispatch.call import Locate, read_caller, read_location, read_vehicle
from dispatch.form import Form
from dispatch.incident import Caller, IntakeWarning, Vehicle
from dispatch.locate import Located
from kernel.errors import Fault, InvalidInput
from kernel.words import ago

LONGEST_AHEAD = timedelta(days=90)
LONGEST_WINDOW = timedelta(hours=12)
SHORTEST_S, LONGEST_S = 300, 12 * 3600


class AppointmentKind(StrEnum):
    """What is booked."""

    PICKUP_DELIVERY = "pickup_delivery"
    INSTALLATION = "installation"


DEFAULT_DURATION_S = {
    AppointmentKind.PICKUP_DELIVERY: 900,
    AppointmentKind.INSTALLATION: 7200,
}
"""Time at the owner's place when nobody says: handing over the car; mounting a home charger."""


@dataclass(frozen=True, slots=True)
class Window:
    """When work may start, both ends inclusive."""

    start_at: datetime
    end_at: datetime


@dataclass(frozen=True, slots=True)
class Booking:
    """A booking that was understood; ``return_window`` only for pickup and delivery."""

    kind: AppointmentKind
    window: Window
    return_window: Window | None
    duration_s: int
    caller: Caller
    vehicle: Vehicle
    located: Located
    centre_id: int | None
    note: str | None


def read_booking(
    raw: Mapping[str, Any], *, country: str, now: datetime, today: date, locate: Locate
) -> Booking:
    """Return the booking that an input means; `read_call` says what the parameters are.

    Raises
    ------
    InvalidInput
        With every fault: a window in the past or too short for the work, a car without plate ...
    """
    form = Form(raw)
    warnings: list[IntakeWarning] = []
    kind = form.choice("/kind", AppointmentKind)
    caller = read_caller(form, country, warnings)
    vehicle = read_vehicle(form, country, today, warnings)
    located = read_location(form, locate)
    duration = form.number("/duration_s", SHORTEST_S, LONGEST_S, whole=True)
    centre = form.number("/centre_id", 1, 2**31 - 1, whole=True)
    note = form.text("/note")
    window = read_window(form, "/window", now)
    return_window = None
    if form.value("/return_window") is not None:
        return_window = read_window(form, "/return_window", now)
    if kind is not None:
        _check_kind(form, kind, window, return_window, vehicle)
    if form.faults or None in (kind, caller, located, window):
        raise InvalidInput(form.faults)
    known_kind = cast(AppointmentKind, kind)
    return Booking(
        kind=known_kind,
        window=cast(Window, window),
        return_window=return_window,
        duration_s=DEFAULT_DURATION_S[known_kind] if duration is None else int(duration),
        caller=cast(Caller, caller),
        vehicle=vehicle,
        located=cast(Located, located),
        centre_id=None if centre is None else int(centre),
        note=note,
    )


def read_window(form: Form, pointer: str, now: datetime) -> Window | None:
    """Return the window at a pointer; what is wrong with it is kept with the form."""
    if not isinstance(form.value(pointer), Mapping):
        form.missing(
            pointer, form.value(pointer), "Give start_at and end_at.", "请填写时段的起止时间。"
        )
        return None
    start_at, end_at = form.instant(f"{pointer}/start_at"), form.instant(f"{pointer}/end_at")
    for name, instant in (("start_at", start_at), ("end_at", end_at)):
        if form.value(f"{pointer}/{name}") is None:
            form.missing(f"{pointer}/{name}", instant, "Give an ISO 8601 time.", "请填写时间。")
    if start_at is None or end_at is None:
        return None
    problem = _window_problem(start_at, end_at, now)
    if problem is None:
        return Window(start_at, end_at)
    form.add(replace(problem, pointer=pointer))
    return None


def _window_problem(start_at: datetime, end_at: datetime, now: datetime) -> Fault | None:
    """Return what is wrong with a window; the pointer is not set."""
    if end_at < start_at:
        text, zh = "The window ends before it starts.", "时段的结束早于开始，请对调。"
        return Fault("", "window.order", text, "Swap the two.", zh)
    if start_at <= now:
        begun = ago(now - start_at)
        text = f"The window has begun {begun.en}."
        zh = f"所选时段已于{begun.zh}开始，请选择以后的时段。"
        return Fault("", "window.past", text, "Give a window in the future.", zh)
    if end_at - start_at > LONGEST_WINDOW:
        text, zh = "The window is longer than 12 hours.", "时段超过 12 小时，请缩短。"
        return Fault("", "window.long", text, "Give a narrower one.", zh)
    if start_at > now + LONGEST_AHEAD:
        text = f"The window is more than {LONGEST_AHEAD.days} days ahead."
        zh = f"所选时段在 {LONGEST_AHEAD.days} 天以后，请选择更近的日期，或届时再约。"
        return Fault("", "window.far", text, "Book later, or nearer.", zh)
    return None


def _check_kind(
    form: Form,
    kind: AppointmentKind,
    window: Window | None,
    return_window: Window | None,
    vehicle: Vehicle,
) -> None:
    if kind is AppointmentKind.INSTALLATION:
        no_return(form)
        return
    if not (vehicle.vin or vehicle.plate) and not form.faults:
        text = "The driver must know which car to fetch."
        form.add(
            Fault(
                "/vehicle",
                "vehicle.unknown",
                text,
                "Give its plate or its VIN.",
                zh="取车人员须知道取哪辆车，请填写车牌或车架号。",
            )
        )
    check_return(form, window, return_window)


def no_return(form: Form) -> None:
    """Keep the fault of an installation for which a return or a centre is given."""
    for name in ("return_window", "centre_id"):
        if form.value(f"/{name}") is not None:
            text = "An installation has no return and no service centre."
            form.add(
                Fault(
                    f"/{name}",
                    f"{name}.unfit",
                    text,
                    "Leave it out.",
                    zh="安装预约没有送回时段和服务中心，请去掉此项。",
                )
            )


def check_return(form: Form, window: Window | None, return_window: Window | None) -> None:
    """Keep the fault of a car that would be brought back before it is fetched."""
    if window and return_window and return_window.start_at <= window.end_at:
        text = "The car would be brought back before it is fetched."
        form.add(
            Fault(
                "/return_window",
                "window.order",
                text,
                "Give a later return.",
                zh="送回时间早于取车时间，请选择更晚的送回时段。",
            )
        )
