"""Time is always passed in: the live service, the fast demo and the simulator differ by a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        return datetime.now(UTC)


class ScaledClock:
    """A clock that runs ``speed`` times as fast as the wall clock from the moment it is made."""

    def __init__(self, speed: float, start: datetime | None = None) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be positive, not {speed!r}")
        self.speed = speed
        self._wall_start = datetime.now(UTC)
        self._start = start or self._wall_start

    def now(self) -> datetime:
        """Return the scaled time, aware, in UTC."""
        return self._start + (datetime.now(UTC) - self._wall_start) * self.speed


class VirtualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("start must be aware (UTC)")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the time it was last moved to."""
        return self._now

    def move_to(self, instant: datetime) -> None:
        """Move forward to ``instant``; moving back is an error."""
        if instant < self._now:
            raise ValueError(f"time cannot run backwards from {self._now} to {instant}")
        self._now = instant.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``."""
        self.move_to(self._now + timedelta(seconds=seconds))
