"""Reads members of parsed JSON by pointer and keeps everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from kernel.errors import Fault

E = TypeVar("E", bound=StrEnum)

_TEXT_LIMIT = 2000


class Form:
    """One input; each reader returns ``None`` for what is missing or wrong, and keeps the fault."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        self.faults: list[Fault] = []

    def add(self, fault: Fault | None) -> None:
        """Keep a fault, if there is one."""
        if fault is not None:
            self.faults.append(fault)

    def missing(self, pointer: str, value: object, remedy: str, zh: str) -> None:
        """Keep the fault that a member is missing (``None``) or does not fit; remedy also in zh."""
        code = f"{pointer[1:].replace('/', '.')}.{'missing' if value is None else 'type'}"
        message = "This is missing." if value is None else f"{short(value)} does not fit."
        said = "此项未填写。" if value is None else f"“{str(value)[:80]}”不符合要求。"
        self.faults.append(Fault(pointer, code, message, remedy, said + zh))

    def value(self, pointer: str) -> Any:
        """Return what lies at a pointer, ``None`` where nothing does."""
        found: Any = self.raw
        for name in pointer[1:].split("/"):
            found = found.get(name) if isinstance(found, Mapping) else None
        return found

    def text(self, pointer: str, *, required: bool = False, limit: int = _TEXT_LIMIT) -> str | None:
        """Return a text without white space around it; an empty one counts as left out."""
        value = self.value(pointer)
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                self.missing(pointer, None, "Give a text.", "请填写。")
            return None
        if not isinstance(value, str) or len(value) > limit:
            self.missing(
                pointer,
                value,
                f"Give a text of at most {limit} characters.",
                f"请填写不超过 {limit} 个字。",
            )
            return None
        return value.strip()

    def choice(self, pointer: str, kind: type[E]) -> E | None:
        """Return the member of an enumeration; it is obligatory."""
        value = self.value(pointer)
        known = [member.value for member in kind]
        if value not in known:
            self.missing(
                pointer,
                value,
                f"Give one of {', '.join(known)}.",
                f"请从 {'、'.join(known)} 中选择。",
            )
            return None
        return kind(value)

    def truth(self, pointer: str) -> bool | None:
        """Return true or false."""
        value = self.value(pointer)
        if value is not None and not isinstance(value, bool):
            self.missing(
                pointer, value, "Give true or false, or leave it out.", "请选择是或否，或不填。"
            )
            return None
        return value

    def number(self, pointer: str, low: float, high: float, *, whole: bool = False) -> float | None:
        """Return a number within ``[low, high]``."""
        value = self.value(pointer)
        if value is None:
            return None
        kind = int if whole else (int, float)
        is_number = isinstance(value, kind) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            noun, noun_zh = ("whole number", "整数") if whole else ("number", "数")
            self.missing(
                pointer,
                value,
                f"Give a {noun} from {low} to {high}.",
                f"请填写 {low} 至 {high} 的{noun_zh}。",
            )
            return None
        return float(value)

    def day(self, pointer: str, first: date, last: date) -> date | None:
        """Return a calendar day within ``[first, last]``."""
        value = self.value(pointer)
        if value is None:
            return None
        day = value if type(value) is date else _iso_day(value)
        if day is None or not first <= day <= last:
            self.missing(
                pointer,
                value,
                f"Give a day YYYY-MM-DD from {first} to {last}.",
                f"请填写 {first} 至 {last} 之间的日期。",
            )
            return None
        return day

    def instant(self, pointer: str) -> datetime | None:
        """Return an aware time."""
        value = self.value(pointer)
        if value is None:
            return None
        instant = value if isinstance(value, datetime) else _iso_time(value)
        if instant is None or instant.tzinfo is None:
            self.missing(
                pointer,
                value,
                "Give an ISO 8601 time with its zone, such as a final Z.",
                "请填写带时区的 ISO 8601 时间，例如以 Z 结尾。",
            )
            return None
        return instant


def short(value: object) -> str:
    """Return a value for a message, cut where it is long."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _iso_day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _iso_time(value: object) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
