"""The service centre that a pickup goes to, and whether it is open when the car comes and goes."""

from __future__ import annotations

from sqlalchemy.orm import Session

from dispatch.booking import AppointmentKind, Booking, Window
from fleet.model import ServiceCentre
from fleet.registers import fitting_centres, service_centres_of
from kernel.errors import Fault, InvalidInput

_NEEDS = frozenset({"repair"})


def centre_of_booking(session: Session, region: str, booking: Booking) -> int | None:
    """Return the service centre of a pickup: the one asked for, else the nearest open one.

    ``None`` for a visit that goes to none.

    Raises
    ------
    InvalidInput
        When there is no such centre, none that repairs, or it is closed at one of the slots.
    """
    if booking.kind is AppointmentKind.INSTALLATION:
        return None
    centre = _centre(service_centres_of(session, region), booking)
    slots = {"/window": booking.window, "/return_window": booking.return_window}
    faults = [closed(at, slot, centre) for at, slot in slots.items() if slot is not None]
    if any(faults):
        raise InvalidInput([fault for fault in faults if fault is not None])
    return centre.id


def closed(pointer: str, slot: Window, centre: ServiceCentre) -> Fault | None:
    """Return what is wrong with a slot at whose beginning a centre is closed."""
    if centre.is_open(slot.start_at):
        return None
    return Fault(
        pointer,
        "window.closed",
        f"{centre.name} is closed then.",
        "Give a window in which it is open.",
        f"{centre.name} 届时不营业，请选择其营业时段。",
    )


def _centre(centres: tuple[ServiceCentre, ...], booking: Booking) -> ServiceCentre:
    if booking.centre_id is not None:
        named = next((centre for centre in centres if centre.id == booking.centre_id), None)
        if named is not None:
            return named
        known = ", ".join(f"{centre.id} ({centre.name})" for centre in centres)
        raise InvalidInput.one(
            "/centre_id",
            "centre.unknown",
            f"There is no service centre {booking.centre_id}.",
            f"Known: {known}." if known else "Register one first.",
            zh=f"没有编号为 {booking.centre_id} 的服务中心。"
            + (f"现有：{known}。" if known else "请先登记服务中心。"),
        )
    place, at = booking.located.place.position, booking.window.start_at
    near = fitting_centres(centres, place, _NEEDS, at, limit=1)
    if not near:
        raise InvalidInput.one(
            "/centre_id",
            "centre.none",
            "No service centre repairs cars here.",
            "Register one.",
            zh="本区域没有能维修车辆的服务中心，请先登记。",
        )
    return near[0]
