"""Directions of travel as people say them: compass words in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Mapping

COMPASS: Mapping[str, int] = {
    "north": 0,
    "northeast": 45,
    "east": 90,
    "southeast": 135,
    "south": 180,
    "southwest": 225,
    "west": 270,
    "northwest": 315,
}
"""Degrees clockwise from north."""

COMPASS_ZH: Mapping[str, str] = {
    "north": "往北",
    "northeast": "往东北",
    "east": "往东",
    "southeast": "往东南",
    "south": "往南",
    "southwest": "往西南",
    "west": "往西",
    "northwest": "往西北",
}
"""The same in Chinese, as `compass_point` understands it."""

_LETTERS = {"n": "north", "e": "east", "s": "south", "w": "west"}
_CHINESE = {"北": "n", "东": "e", "南": "s", "西": "w"}


def compass_word(heading_deg: float) -> str:
    """Return the key of `COMPASS` nearest to a heading."""
    return list(COMPASS)[round(heading_deg / 45) % 8]


def compass_point(text: str) -> str | None:
    """Return the key of `COMPASS` that a text means, None if it means none.

    Understands ``NE``, ``northeast``, ``eastbound``, ``往东``, ``东北方向``.
    """
    bare = re.sub(r"[\s_-]|bound$|wards?$", "", text.strip().lower())
    letters = "".join(_CHINESE.get(letter, "") for letter in bare)
    if not letters:
        words = re.fullmatch("(north|south)?(east|west)?", bare)
        letters = "".join(word[0] for word in words.groups() if word) if words else bare
    names = {"".join(_LETTERS.get(x, "?") for x in order) for order in (letters, letters[::-1])}
    return next((name for name in COMPASS if name in names), None)


def off_deg(one: str, other: str) -> int:
    """Return the angle between two keys of `COMPASS`, degrees in [0, 180]."""
    return abs((COMPASS[one] - COMPASS[other] + 180) % 360 - 180)
