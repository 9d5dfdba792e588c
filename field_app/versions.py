"""Versions of technicians' lists, worked out again only after something has happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from kernel.database import Database


@dataclass(slots=True)
class ListVersions:
    """The version of each unit's list, as long as no event was told since it was worked out."""

    database: Database
    _known: dict[int, tuple[int, int]] = field(default_factory=dict)

    def of(
        self, unit_ids: Sequence[int], work_out: Callable[[Sequence[int]], Mapping[int, int]]
    ) -> dict[int, int]:
        """Return the versions of units' lists; ``work_out`` is asked for those not known."""
        n_told, known = self.database.n_told, self._known
        new = [it for it in unit_ids if it not in known or known[it][0] != n_told]
        if new:
            known.update((it, (n_told, version)) for it, version in work_out(new).items())
        return {it: known[it][1] for it in unit_ids}
