"""How long people's sessions hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Lives:
    """How long things hold.

    Attributes
    ----------
    access
        An access token.
    idle
        A session that is not refreshed.
    session
        A session at most, however often it is refreshed.
    """

    access: timedelta
    idle: timedelta
    session: timedelta
