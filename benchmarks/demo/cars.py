"""Invented cars: model, purchase date, plate, and a VIN with a right check digit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from numpy.random import Generator

from benchmarks.demo.customs import PLATE_LETTERS, Customs

MODELS = ("Meridian 7", "Meridian 5", "Harrier S", "Comet", "Comet Sport")
COLOURS = ("white", "black", "silver", "blue", "red", "green")
_ALPHABET = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"
_VALUES = dict(zip("ABCDEFGH", range(1, 9), strict=True)) | dict(
    zip("JKLMN", range(1, 6), strict=True)
)
_VALUES |= {"P": 7, "R": 9} | dict(zip("STUVWXYZ", range(2, 10), strict=True))
_VALUES |= {str(digit): digit for digit in range(10)}
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Car:
    """A car of the brand."""

    vin: str
    plate: str
    model: str
    colour: str
    purchased_on: date

    def body(self) -> dict[str, str]:
        """Return the ``vehicle`` part of an intake."""
        return {
            "vin": self.vin,
            "plate": self.plate,
            "model": self.model,
            "colour": self.colour,
            "purchased_on": self.purchased_on.isoformat(),
        }


def draw_car(rng: Generator, today: date, customs: Customs) -> Car:
    """Draw a car bought up to five years ago."""
    letters = "".join(rng.choice(list(PLATE_LETTERS), 4))
    return Car(
        vin=draw_vin(rng),
        plate=customs.plate(letters, int(rng.integers(10, 100))),
        model=str(rng.choice(MODELS)),
        colour=str(rng.choice(COLOURS)),
        purchased_on=today - timedelta(days=int(rng.integers(10, 5 * 365))),
    )


def draw_vin(rng: Generator) -> str:
    """Draw a VIN of 17 characters whose ninth is the check digit (ISO 3779 / FMVSS 115)."""
    body = "LRF" + "".join(rng.choice(list(_ALPHABET), 14))
    total = sum(_VALUES[c] * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11
    return body[:8] + ("X" if total == 10 else str(total)) + body[9:]
