"""Versions of technicians' lists, worked out again only where they are made of something else."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from dispatch.context import DispatchContext
from field_app.jobs import list_versions, made_of


@dataclass(slots=True)
class ListVersions:
    """The version of each unit's list, and the rows that it was made of.

    Nothing is read as long as no event was told; then rows are compared, which is a third of the
    work of making a list.
    """

    context: DispatchContext
    _known: dict[int, tuple[int, Hashable, int]] = field(default_factory=dict)

    def of(self, unit_ids: Sequence[int]) -> dict[int, int]:
        """Return the versions of units' lists."""
        n_told, known = self.context.database.n_told, self._known
        old = [it for it in unit_ids if it not in known or known[it][0] != n_told]
        if old:
            self._look(old, n_told)
        return {it: known[it][2] for it in unit_ids}

    def _look(self, unit_ids: Sequence[int], n_told: int) -> None:
        known = self._known
        with self.context.database.read() as session:
            rows = made_of(session, unit_ids)
            new = [it for it in unit_ids if it not in known or known[it][1] != rows[it]]
            fresh = list_versions(session, self.context, new) if new else {}
        for it in unit_ids:
            known[it] = n_told, rows[it], fresh[it] if it in fresh else known[it][2]
