"""Licence plates: the forms of each country are data in ``plates.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kernel.errors import Fault

FREE_TEXT = re.compile(r"[^\W_]{2,12}")
"""Plates of countries without a table, and marked foreign ones: letters and digits."""

_MARKED = re.compile(r"([A-Z]{2}):(.+)")
_SEPARATORS = re.compile(r"[\s.·•‧・\-–]")


@dataclass(frozen=True, slots=True)
class Plate:
    """One plate.

    Attributes
    ----------
    text
        Normalised: capitals, no separators; a foreign one keeps its mark (``DE:BXY1234``).
    form
        Name in the table; ``free`` without a table, ``foreign`` when marked.
    """

    text: str
    form: str
    new_energy: bool = False


def normal_plate(text: str) -> str:
    """Return a plate in capitals without separators, full-width characters made plain."""
    return _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).upper())


def read_plate(text: str, country: str, pointer: str = "") -> Plate | Fault:
    """Return the plate, or what is wrong with it.

    Parameters
    ----------
    country
        Of the region (ISO 3166-1 alpha-2): its forms hold unless the text names another country.
    """
    plain = normal_plate(text)
    marked = _MARKED.fullmatch(plain)
    if marked is not None and marked[1] != country.upper():
        return _free(marked[2], pointer, form="foreign", mark=f"{marked[1]}:")
    plain = marked[2] if marked is not None else plain
    table = _tables().get(country.upper())
    if table is None:
        return _free(plain, pointer, form="free")
    for name, form in table["form"].items():
        if re.fullmatch(form["pattern"], plain):
            return Plate(plain, name, new_energy=form.get("new_energy", False))
    return _misfit(plain, table, country.upper(), pointer)


def _free(plain: str, pointer: str, *, form: str, mark: str = "") -> Plate | Fault:
    if FREE_TEXT.fullmatch(plain):
        return Plate(mark + plain, form)
    return Fault(
        pointer,
        "plate.form",
        f"{plain!r} cannot be a plate.",
        "Give 2 to 12 letters and digits.",
        zh=f"“{plain}”不是车牌，请填写 2 至 12 位字母和数字。",
    )


def _misfit(plain: str, table: dict[str, Any], country: str, pointer: str) -> Fault:
    """Return the most telling reason why a plate fits no form."""
    remedy = f"It looks like {table['example']}; write a foreign one with its country, DE:BXY1234."
    zh = f"应形如 {table['example']}；境外车牌请加国家代码，例如 DE:BXY1234。"
    first = table.get("letters_first", "")
    if first and (not plain or plain[0] not in first):
        text = f"The plate {plain!r} does not start with a province character."
        return Fault(
            pointer, "plate.province", text, remedy, zh=f"车牌“{plain}”的第一个字不是省份简称。{zh}"
        )
    never: dict[str, str] = table.get("never", {})
    if wrong := sorted(set(plain) & never.keys()):
        meant = ", ".join(f"{letter} (for {never[letter]}?)" for letter in wrong)
        meant_zh = "、".join(f"{letter}（是否应为 {never[letter]}？）" for letter in wrong)
        text = f"The plate {plain!r} contains {meant}, which no plate of {country} has."
        return Fault(
            pointer,
            "plate.alphabet",
            text,
            remedy,
            zh=f"车牌“{plain}”含有 {meant_zh}，{country} 车牌不用此字母。{zh}",
        )
    return Fault(
        pointer,
        "plate.form",
        f"The plate {plain!r} fits no form of {country}.",
        remedy,
        zh=f"车牌“{plain}”不符合 {country} 的任何车牌格式。{zh}",
    )


@cache
def _tables() -> dict[str, dict[str, Any]]:
    raw = (files("dispatch") / "plates.toml").read_text(encoding="utf-8")
    return tomllib.loads(raw)
