"""A speed table as a TOML file or a mapping; docs/speeds.md shows one. All faults are gathered."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import BadData, Fault, InvalidInput, NotFound
from routing.overlay import FACTOR
from routing.slices import ALL_CLASSES, DAYS, Slice, minute_of, zone_of
from routing.speeds import DEFAULT_VEHICLES, SpeedTable, Vehicle
from routing.turn_costs import NO_TURN_COSTS, TurnCosts

SPEED_KPH = (1.0, 200.0)
"""Slower is walking, faster is no road."""

_MEMBERS = ("timezone", "assumed_kph", "vehicles", "signals", "turns", "slices")

SIGNAL_S = (0.0, 300.0)
TURN_S = (0.0, 3600.0)


def read_speeds(path: Path | str) -> SpeedTable:
    """Return the speed table of a TOML file.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it is no TOML.
    InvalidInput
        With everything in it that is wrong.
    """
    try:
        document = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise NotFound("speed table", str(path), remedy="docs/speeds.md shows one.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData(f"{path} is no TOML: {error}.", remedy="docs/speeds.md shows one.") from error
    return speed_table(document)


def speed_table(document: Mapping[str, Any]) -> SpeedTable:
    """Return the speed table that a mapping describes; members as in docs/speeds.md.

    Raises
    ------
    InvalidInput
        With everything in it that is wrong.
    """
    read = _Reader()
    root = read.table(document, "", _MEMBERS)
    vehicles = dict(DEFAULT_VEHICLES)
    for name, given in read.table(root.get("vehicles", {}), "/vehicles").items():
        vehicles[name] = read.vehicle(given, f"/vehicles/{name}")
    signals = read.table(root.get("signals", {}), "/signals", ("seconds",))
    turns = read.table(root.get("turns", {}), "/turns", ("left_s", "right_s", "u_turn_s"))
    costs = {key: read.number(value, f"/turns/{key}", TURN_S) for key, value in turns.items()}
    table = SpeedTable(
        assumed_kph=read.by_class(root.get("assumed_kph", {}), "/assumed_kph", SPEED_KPH),
        vehicles=vehicles,
        slices=read.slices(root.get("slices", []), frozenset(vehicles)),
        zone=read.zone(root.get("timezone", "UTC")),
        signal_s=read.number(signals.get("seconds", 0.0), "/signals/seconds", SIGNAL_S),
        turn_costs=NO_TURN_COSTS if read.faults else TurnCosts(**costs),
    )
    if read.faults:
        raise InvalidInput(read.faults)
    return table


class _Reader:
    """Reads members and gathers what is wrong; a faulty one reads as something harmless."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def fault(self, pointer: str, code: str, message: str, remedy: str = "") -> None:
        self.faults.append(Fault(pointer, f"speeds.{code}", message, remedy))

    def table(
        self, value: object, pointer: str, known: tuple[str, ...] | None = None
    ) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            self.fault(pointer, "table", f"{value!r} is no table.")
            return {}
        for key in value:
            if known is not None and key not in known:
                self.fault(f"{pointer}/{key}", "member", f"{key!r} is not known here.",
                           f"Known are {', '.join(known)}.")  # fmt: skip
        return value

    def number(self, value: object, pointer: str, limits: tuple[float, float]) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not limits[0] <= value <= limits[1]:  # type: ignore[arg-type,operator]
            low, high = limits
            self.fault(pointer, "range", f"{value!r} is not a number from {low:g} to {high:g}.")
            return low
        return float(value)  # type: ignore[arg-type]

    def by_class(
        self, value: object, pointer: str, limits: tuple[float, float], *extra: str
    ) -> dict[str, float]:
        known = (*HIGHWAY_CLASSES, *extra)
        found = self.table(value, pointer, known)
        return {
            name: self.number(given, f"{pointer}/{name}", limits)
            for name, given in found.items()
            if name in known
        }

    def names(self, value: object, pointer: str, known: tuple[str, ...]) -> frozenset[str]:
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self.fault(pointer, "names", f"{value!r} is no list of names.")
            return frozenset()
        for name in value:
            if name not in known:
                self.fault(pointer, "name", f"{name!r} is not known here.",
                           f"Known are {', '.join(known)}.")  # fmt: skip
        return frozenset(value)

    def vehicle(self, value: object, pointer: str) -> Vehicle:
        given = self.table(value, pointer, ("top_kph", "factor", "closed"))
        top = given.get("top_kph")
        return Vehicle(
            top_kph=None if top is None else self.number(top, f"{pointer}/top_kph", SPEED_KPH),
            factor=self.by_class(given.get("factor", {}), f"{pointer}/factor", FACTOR),
            closed=self.names(given.get("closed", []), f"{pointer}/closed", HIGHWAY_CLASSES),
        )

    def slices(self, value: object, vehicles: frozenset[str]) -> tuple[Slice, ...]:
        if not isinstance(value, list):
            self.fault("/slices", "slices", f"{value!r} is no list.", "Write [[slices]].")
            return ()
        found = [self.slice(given, f"/slices/{row}", vehicles) for row, given in enumerate(value)]
        names = [part.name for part in found]
        for row, name in enumerate(names):
            if name in names[:row]:
                self.fault(f"/slices/{row}/name", "twice", f"The name {name!r} comes twice.")
        return tuple(found)

    def slice(self, value: object, pointer: str, vehicles: frozenset[str]) -> Slice:
        members = ("name", "days", "from", "to", "factor", "vehicles")
        given = self.table(value, pointer, members)
        name = given.get("name")
        if not isinstance(name, str) or not name:
            self.fault(f"{pointer}/name", "name", f"{name!r} is no name.")
        days = self.names(given.get("days", list(DAYS)), f"{pointer}/days", DAYS)
        only = given.get("vehicles")
        known = tuple(sorted(vehicles))
        return Slice(
            name=str(name),
            days=frozenset(DAYS.index(day) for day in days if day in DAYS),
            begin_min=self.minute(given.get("from", "00:00"), f"{pointer}/from"),
            end_min=self.minute(given.get("to", "24:00"), f"{pointer}/to"),
            factor=self.by_class(given.get("factor", {}), f"{pointer}/factor", FACTOR, ALL_CLASSES),
            vehicles=None if only is None else self.names(only, f"{pointer}/vehicles", known),
        )

    def minute(self, value: object, pointer: str) -> int:
        try:
            return minute_of(value, pointer)
        except InvalidInput as error:
            self.faults += error.faults
            return 0

    def zone(self, value: object) -> ZoneInfo:
        try:
            return zone_of(value, "/timezone")
        except InvalidInput as error:
            self.faults += error.faults
            return ZoneInfo("UTC")
