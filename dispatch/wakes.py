"""Why a new plan is needed, noted by whichever thread hears of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from kernel.clock import Clock

NEW_WORK = frozenset({"incident.created", "job.declined"})
"""After these somebody waits who has no unit."""


@dataclass(slots=True)
class Wakes:
    """The reasons for the next decision, in order, and since when there are any."""

    clock: Clock
    since: datetime | None = None
    _reasons: list[str] = field(default_factory=list)
    _late: list[str] = field(default_factory=list)
    _has_new_work: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def note(self, reasons: Iterable[str]) -> None:
        """Note reasons that the snapshot at hand knows of."""
        with self._turn:
            for reason in reasons:
                self._note(reason)

    def add(self, reason: str) -> None:
        """Note a reason that the snapshot at hand may know nothing of."""
        with self._turn:
            self._note(reason)
            if reason not in self._late:
                self._late.append(reason)
            self._has_new_work = self._has_new_work or reason in NEW_WORK

    def begin(self) -> None:
        """Say that a snapshot begins: what is added from here on may be missing in it."""
        with self._turn:
            self._late = []
            self._has_new_work = False

    def take(self) -> list[str]:
        """Return the reasons, and keep those that the snapshot may know nothing of."""
        with self._turn:
            taken, self._reasons, self._late = self._reasons, self._late, []
            self.since = self.clock.now() if self._reasons else None
            return taken

    def take_new_work(self) -> bool:
        """Return whether somebody new waits for a unit, once; the reason is kept."""
        with self._turn:
            found, self._has_new_work = self._has_new_work, False
            return found

    def _note(self, reason: str) -> None:
        if not self._reasons:
            self.since = self.clock.now()
        if reason not in self._reasons:
            self._reasons.append(reason)
