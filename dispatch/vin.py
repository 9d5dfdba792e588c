"""Vehicle identification numbers: ISO 3779 / GB 16735-2019 alphabet, check digit of 49 CFR 565."""

from __future__ import annotations

import unicodedata
from typing import Final

from kernel.errors import Fault

LENGTH: Final = 17
ALPHABET: Final = frozenset("ABCDEFGHJKLMNPRSTUVWXYZ0123456789")
"""No I, O or Q: they are taken for 1 and 0."""

_VALUES: Final = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def normal_vin(text: str) -> str:
    """Return a VIN in capitals without spaces and hyphens, full-width characters made plain."""
    return "".join(unicodedata.normalize("NFKC", text).upper().replace("-", " ").split())


def vin_faults(text: str, pointer: str) -> list[Fault]:
    """Return what makes a text no VIN: its length, and characters outside the alphabet."""
    vin = normal_vin(text)
    faults = []
    if len(vin) != LENGTH:
        faults.append(
            Fault(
                pointer,
                "vin.length",
                f"The VIN {vin!r} has {len(vin)} characters.",
                f"A VIN has {LENGTH}: read it off the windscreen or the vehicle licence.",
                zh=f"车架号“{vin}”为 {len(vin)} 位，应为 {LENGTH} 位。"
                "请从前挡风玻璃或行驶证上抄录。",
            )
        )
    if wrong := sorted(set(vin) - ALPHABET):
        faults.append(
            Fault(
                pointer,
                "vin.alphabet",
                f"The VIN {vin!r} contains {', '.join(wrong)}.",
                "A VIN has digits and capitals without I, O and Q: did you mean 1 or 0?",
                zh=f"车架号“{vin}”含有 {'、'.join(wrong)}。车架号只有数字和大写字母，"
                "且不含 I、O、Q，是否应为 1 或 0？",
            )
        )
    return faults


def check_digit_fits(vin: str) -> bool:
    """Return whether the ninth character is the check digit of a well-formed VIN.

    Obligatory in China and North America; European makers use the place freely, so that a failure
    is a doubt, not a fault.
    """
    total = sum(
        _VALUES[character] * weight for character, weight in zip(vin, _WEIGHTS, strict=True)
    )
    return vin[8] == "0123456789X"[total % 11]
