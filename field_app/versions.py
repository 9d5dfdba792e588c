"""Versions of technicians' lists, worked out again only after something has happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from kernel.database import Database


@dataclass(slots=True)
class ListVersions:
    """The version of each unit's list, as long as no event was told since it was worked out."""

    database: Database
    _known: dict[int, tuple[int, int]] = field(default_factory=dict)

    def of(self, unit_id: int, work_out: Callable[[], int]) -> int:
        """Return the version of a unit's list."""
        n_told = self.database.n_told
        known = self._known.get(unit_id)
        if known is None or known[0] != n_told:
            known = self._known[unit_id] = n_told, work_out()
        return known[1]
