"""What every body on the wire has in common: closed, strict, finite, aware UTC times.

Strict means: no text for numbers, no ``false`` for ``0``. FastAPI hands pydantic what the JSON
parser made of the body, so strictness is set per type; a strict model would refuse JSON's times.
"""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    StringConstraints,
)

_LAYOUT = "\t\n\r"
# Marks, embeddings, overrides and isolates: they let a text look like another one.
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_FIRST_YEAR, _LAST_YEAR = 1990, 2200


class Unfit(ValueError):
    """Why a value is not taken, in English; ``zh`` says it in Chinese."""

    def __init__(self, message: str, zh: str) -> None:
        super().__init__(message)
        self.zh = zh


class WireModel(BaseModel):
    """A JSON object: unknown members are refused, values are frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _printable(text: str) -> str:
    for character in text:
        if character in _LAYOUT:
            continue
        if unicodedata.category(character) in ("Cc", "Cs") or character in _BIDI:
            what = f"U+{ord(character):04X}"
            raise Unfit(f"{what} is not text; leave it out", f"{what} 不是文字，请去掉。")
    return text


def _printable_throughout(value: Any) -> Any:
    """Look at every text in a JSON value, names of members too."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            _printable(one)
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return value


def _only_text(value: Any) -> Any:
    if isinstance(value, str | datetime):
        return value
    raise Unfit(
        "a time is text in ISO 8601, e.g. 2026-03-01T09:30:00Z",
        "请按 ISO 8601 填写时间，例如 2026-03-01T09:30:00Z。",
    )


def _utc(value: datetime) -> datetime:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise Unfit(
            f"the year {value.year} is not within {_FIRST_YEAR}-{_LAST_YEAR}",
            f"{value.year} 年不在 {_FIRST_YEAR} 至 {_LAST_YEAR} 之间。",
        )
    return value.astimezone(UTC)


ShortText = Annotated[
    str,
    Strict(),
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_printable),
]
"""A name or a code."""

LongText = Annotated[
    str,
    Strict(),
    StringConstraints(strip_whitespace=True, max_length=2000),
    AfterValidator(_printable),
]
"""What people say; may be empty."""

AnyObject = Annotated[dict[str, Any], AfterValidator(_printable_throughout)]
"""A JSON object of any members; its texts are text."""

Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]
Longitude = Annotated[float, Strict(), Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Strict(), Field(ge=-90, le=90, allow_inf_nan=False)]
Truth = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=0, le=2**31 - 1)]
Id = Annotated[int, Strict(), Field(ge=1, le=2**31 - 1)]
"""A database key; never beyond PostgreSQL's integer."""

Instant = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_utc)]
"""A point in time, ISO 8601 with an offset; UTC inside."""

LonLat = tuple[float, float]
"""``[lon, lat]``, WGS-84 degrees, in answers."""


class Bilingual(WireModel):
    """One text in both languages of the product."""

    zh: str
    en: str
