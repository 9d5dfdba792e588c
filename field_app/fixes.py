"""Where phones are: hundreds of reports in a few seconds, stored together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dispatch.context import DispatchContext
from field_app.models import FieldPositionsIn, FieldPositionsOut
from field_app.versions import ListVersions
from fleet.model import PositionReport
from fleet.positions import PositionsTaken, UnitBusy, take_many
from kernel.errors import InvalidInput, RoadflareError
from kernel.together import Together


@dataclass(frozen=True, slots=True)
class Sent:
    """What one phone sent."""

    unit_id: int
    reports: tuple[PositionReport, ...]


class Fixes:
    """Stores what phones send, a batch in one transaction; each is answered after the commit.

    Parameters
    ----------
    gather_s
        How long a report may wait for others.
    """

    def __init__(self, context: DispatchContext, *, gather_s: float) -> None:
        self._context = context
        self._versions = ListVersions(context)
        self._together: Together[Sent, FieldPositionsOut] = Together(self.store, gather_s=gather_s)

    async def take(self, unit_id: int, body: FieldPositionsIn) -> FieldPositionsOut:
        """Store a batch of fixes and move the unit to the newest one.

        Raises
        ------
        InvalidInput
            When not one of them can be believed; nothing is stored.
        """
        return await self._together.take(Sent(unit_id, reports_of(body)))

    def version(self, unit_id: int) -> int:
        """Return the version of a unit's list as it stands."""
        return self._versions.of([unit_id])[unit_id]

    def store(self, sent: Sequence[Sent]) -> list[FieldPositionsOut | Exception]:
        """Store what several phones sent."""
        outcomes = self._taken(sent)
        accepted = {
            it.unit_id
            for it, outcome in zip(sent, outcomes, strict=True)
            if not isinstance(outcome, Exception)
        }
        versions = self._versions.of(sorted(accepted))
        return [
            outcome
            if isinstance(outcome, Exception)
            else FieldPositionsOut(accepted=outcome.n_accepted, version=versions[it.unit_id])
            for it, outcome in zip(sent, outcomes, strict=True)
        ]

    def _taken(self, sent: Sequence[Sent]) -> list[PositionsTaken | RoadflareError]:
        """Store them outside the queue of writers, those of units that one of them holds within."""
        database, now = self._context.database, self._context.clock.now()
        batches = [(it.unit_id, it.reports) for it in sent]
        with database.write(appends=False) as session:
            found = take_many(session, now, batches, wait=False)
        left = [index for index, it in enumerate(found) if isinstance(it, UnitBusy)]
        if left:
            with database.write() as session:
                again = take_many(session, now, [batches[index] for index in left])
            for index, it in zip(left, again, strict=True):
                found[index] = it
        return [_outcome(it) for it in found]


def reports_of(body: FieldPositionsIn) -> tuple[PositionReport, ...]:
    """Return the fixes of a body."""
    return tuple(
        PositionReport(it.at, it.lon, it.lat, it.accuracy_m, it.speed_kph, it.heading_deg)
        for it in body.positions
    )


def _outcome(taken: PositionsTaken | RoadflareError) -> PositionsTaken | RoadflareError:
    """Return the error where nothing was taken."""
    if isinstance(taken, PositionsTaken) and taken.n_accepted == 0:
        return InvalidInput(taken.refused)
    return taken
