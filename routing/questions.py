"""What may be asked of any engine: the checks that they share."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.errors import InvalidInput
from routing.travel_times import Snapped

LONGEST_S = 86_400
"""Areas and reach are asked for up to a day."""


def check_single(source: Snapped, target: Snapped) -> None:
    """Raise `InvalidInput` unless both hold one position each."""
    for name, one in (("source", source), ("target", target)):
        if len(one) != 1:
            raise InvalidInput.one(
                f"/{name}", "route.single", f"{len(one)} positions were given, not one."
            )


def check_limits(seconds: Sequence[int]) -> None:
    """Raise `InvalidInput` unless all are whole seconds from 0 to `LONGEST_S`."""
    for row, limit in enumerate(seconds):
        if not 0 <= limit <= LONGEST_S or int(limit) != limit:
            raise InvalidInput.one(
                f"/seconds/{row}",
                "reach.seconds",
                f"{limit!r} is not a whole number of seconds from 0 to {LONGEST_S}.",
            )


def foreign_metric() -> InvalidInput:
    """Return the error of a metric that another engine made."""
    return InvalidInput.one(
        "/metric",
        "metric.foreign",
        "This metric was made by another engine.",
        "Make it by the metric() of the engine that is asked.",
    )
