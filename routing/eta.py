"""From a travel time to the range an owner is told."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import NormalDist

from kernel.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class EtaSpread:
    """How far a drive may differ from its estimate: lognormal about it.

    The default is a guess until arrivals have been counted: drives in cities are commonly found
    to vary by about a fifth from day to day. Measure the log of driven over estimated times and
    pass its standard deviation.

    Attributes
    ----------
    log_sigma
        Standard deviation of log(driven / estimated), 0 to 2.
    share_inside
        Share of drives that shall end within the range, between 0 and 1; the rest is split evenly
        between too early and too late. 0.8 is from the tenth to the ninetieth percentile.
    """

    log_sigma: float = 0.20
    share_inside: float = 0.80

    def __post_init__(self) -> None:
        if not 0 <= self.log_sigma <= 2:
            raise InvalidInput.one(
                "/log_sigma", "eta.sigma", f"log_sigma {self.log_sigma!r} is not within 0 to 2."
            )
        if not 0 < self.share_inside < 1:
            raise InvalidInput.one(
                "/share_inside",
                "eta.share",
                f"share_inside {self.share_inside!r} is not between 0 and 1.",
            )

    @property
    def factors(self) -> tuple[float, float]:
        """Factors on the estimate at both ends of the range: at most 1, at least 1."""
        z = NormalDist().inv_cdf(0.5 + self.share_inside / 2)
        return math.exp(-z * self.log_sigma), math.exp(z * self.log_sigma)


def eta_range(
    depart_at: datetime, travel_s: float, spread: EtaSpread | None = None
) -> tuple[datetime, datetime]:
    """Return (earliest, latest) arrival of a drive, both inclusive, in whole seconds outward.

    Parameters
    ----------
    depart_at
        When the drive begins, or now for a unit on its way; aware. Not spread itself.
    travel_s
        Estimated time left to drive, >= 0 seconds.
    spread
        `EtaSpread` with its defaults where none is given.

    Raises
    ------
    InvalidInput
        When ``travel_s`` is negative or not finite (an unreachable place has no ETA), or
        ``depart_at`` is naive.
    """
    if not (math.isfinite(travel_s) and 0 <= travel_s < 2**31 - 1):
        raise InvalidInput.one(
            "/travel_s",
            "eta.travel_s",
            f"{travel_s!r} is no travel time.",
            "An unreachable place has no ETA: ask before.",
        )
    if depart_at.tzinfo is None:
        raise InvalidInput.one("/depart_at", "eta.naive", f"{depart_at} has no time zone.")
    early, late = (spread or EtaSpread()).factors
    return (
        depart_at + timedelta(seconds=math.floor(travel_s * early)),
        depart_at + timedelta(seconds=math.ceil(travel_s * late)),
    )
