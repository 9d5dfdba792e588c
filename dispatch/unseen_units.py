"""Units that drive to a call and no longer say where they are: their ETA slips unseen.

Without a place a unit is taken to be where it was last, so that it seems to come later and later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from dispatch.job import JobState
from dispatch.store import JobRow
from fleet.store import UnitRow
from kernel.words import Words

UNSEEN_S = 300
"""A unit that drives and has not said where it is for so long is an alarm: its phone may be off."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A unit that has sent no place for too long; ``seen_at`` is when it last did, if ever."""

    code: str
    seen_at: datetime | None

    def words(self, number: str, now: datetime) -> Words:
        """Return what the dispatcher is told of it."""
        if self.seen_at is None:
            since = Words(zh="从未上报位置", en="it has never sent its place")
        else:
            minutes = (now - self.seen_at) // timedelta(minutes=1)
            since = Words(
                zh=f"已 {minutes} 分钟未上报位置", en=f"its last place is {minutes} min old"
            )
        return Words(
            zh=f"{self.code} 正前往 {number}，{since.zh}，预计到达时间不可信。请电话联系。",
            en=f"{self.code} drives to {number}, and {since.en}: do not trust its ETA. Call it.",
        )


def unseen_units(
    session: Session, jobs: Sequence[JobRow | None], now: datetime
) -> Mapping[int, Unseen]:
    """Return the units that have driven to one of these jobs unseen for `UNSEEN_S`, by id."""
    limit_at = now - timedelta(seconds=UNSEEN_S)
    driving = {
        job.unit_id
        for job in jobs
        if job is not None
        and job.state == JobState.ROLLING.value
        and job.rolling_at is not None
        and job.rolling_at <= limit_at
    }
    if not driving:
        return {}
    query = select(UnitRow.id, UnitRow.code, UnitRow.position_at).where(
        UnitRow.id.in_(driving),
        or_(UnitRow.position_at.is_(None), UnitRow.position_at <= limit_at),
    )
    return {unit_id: Unseen(code, seen_at) for unit_id, code, seen_at in session.execute(query)}
