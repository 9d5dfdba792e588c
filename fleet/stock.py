"""Energy in stock: what a charging van can still give away."""

from __future__ import annotations

import math

from fleet.model import Unit
from fleet.store import get_unit, unit_row
from kernel.database import WriteSession
from kernel.errors import Conflict, InvalidInput


def take_kwh(session: WriteSession, unit_id: int, kwh: float) -> Unit:
    """Take ``kwh`` out of a unit's stock.

    Raises
    ------
    InvalidInput
        When ``kwh`` is negative or not finite.
    Conflict
        When the unit has less.
    """
    row = unit_row(session, unit_id)
    _check(kwh)
    if kwh > row.kwh:
        raise Conflict(
            f"{row.code} has {row.kwh:g} kWh left, not {kwh:g}.",
            remedy="Give less, or restock the unit first.",
            zh=f"{row.code} 剩余 {row.kwh:g} kWh，不足 {kwh:g} kWh。请减少用量，或先补充电量。",
        )
    row.kwh -= kwh
    session.flush()
    return get_unit(session, unit_id)


def restock(session: WriteSession, unit_id: int, kwh: float | None = None) -> Unit:
    """Put ``kwh`` into a unit's stock (``None``: fill it up); more than fits is refused."""
    row = unit_row(session, unit_id)
    room = row.kwh_capacity - row.kwh
    kwh = room if kwh is None else kwh
    _check(kwh)
    if kwh > room:
        raise Conflict(
            f"{row.code} has room for {room:g} kWh, not {kwh:g}.",
            remedy="Put in less.",
            zh=f"{row.code} 还可充入 {room:g} kWh，不能充入 {kwh:g} kWh，请减少。",
        )
    row.kwh += kwh
    session.flush()
    return get_unit(session, unit_id)


def _check(kwh: float) -> None:
    if not math.isfinite(kwh) or kwh < 0:
        raise InvalidInput.one(
            "/kwh",
            "stock.kwh",
            f"{kwh!r} kWh cannot be moved.",
            "Give a number of at least 0.",
            zh=f"{kwh!r} kWh 不是有效电量，请填写不小于 0 的数。",
        )
