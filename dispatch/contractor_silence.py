"""Contractors that do not answer: after some offers that ran out, nobody waits for them any more.

An offer that is not answered costs its owner the time until it runs out, as nobody is sent
meanwhile. So the plan counts on a silent contractor no more, and the dispatcher is told to call it.
It counts again once it answers anything, were it too late; until then it is tried now and then,
with one offer at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from dispatch.alarms import AlarmKind, raise_alarm, raise_anew
from dispatch.contractor_record import LOOK_BACK
from dispatch.params import ContractorRules
from dispatch.regions import get_region
from dispatch.store import AlarmRow, ContractorOfferRow
from fleet.registers import get_contractor
from kernel.database import WriteSession
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Silence:
    """What became of a silent contractor's last offers.

    Attributes
    ----------
    n_offers
        How many it has let run out since it was last heard of.
    since_at
        When the first of them was made.
    again_at
        From when on it is tried again.
    """

    n_offers: int
    since_at: datetime
    again_at: datetime

    def lasts(self, at: datetime) -> bool:
        """Return whether the plan does not count on the contractor at an instant."""
        return at < self.again_at


def silent_contractors(
    session: Session, region: str, rules: ContractorRules
) -> Mapping[int, Silence]:
    """Return the contractors of a region that have fallen silent, by row id.

    Those are whose last ``silent_after`` offers ran out. Who has answered one counts as heard until
    then, whatever became of offers made before: it read them as well.
    """
    if rules.silent_after == 0:
        return {}
    offer = ContractorOfferRow
    recent = (
        select(
            offer.contractor_id,
            offer.state,
            offer.offered_at,
            offer.expires_at,
            offer.answered_at,
        )
        .where(offer.region == region)
        .order_by(offer.id.desc())
        .limit(LOOK_BACK)
        .subquery()
    )
    heard = (
        select(recent.c.contractor_id, func.max(recent.c.answered_at).label("last_at"))
        .group_by(recent.c.contractor_id)
        .subquery()
    )
    unheard = or_(heard.c.last_at.is_(None), recent.c.offered_at > heard.c.last_at)
    n_offers = func.count()
    query = (
        select(
            recent.c.contractor_id,
            n_offers,
            func.min(recent.c.offered_at),
            func.max(recent.c.expires_at),
        )
        .join(heard, heard.c.contractor_id == recent.c.contractor_id)
        .where(recent.c.state == "expired", unheard)
        .group_by(recent.c.contractor_id)
        .having(n_offers >= rules.silent_after)
    )
    pause = timedelta(minutes=rules.silent_min)
    return {
        contractor_id: Silence(n, since_at, last_at + pause)
        for contractor_id, n, since_at, last_at in session.execute(query)
    }


def may_have_open(rules: ContractorRules, silence: Silence | None, at: datetime) -> int:
    """Return how many offers a contractor may have to answer at a time; silence as it is known."""
    if silence is None:
        return rules.most_open
    return 0 if silence.lasts(at) else min(1, rules.most_open)


def tell_silent(
    session: WriteSession, now: datetime, region: str, contractor_id: int, silence: Silence
) -> None:
    """Alarm the dispatcher of a contractor that has fallen silent."""
    text = _words(session, now, region, contractor_id, silence)
    raise_alarm(session, now, region, AlarmKind.CONTRACTOR_SILENT, text)


def tell_still_silent(
    session: WriteSession, now: datetime, region: str, contractor_id: int, silence: Silence
) -> None:
    """Bring the alarm up to date that still stands; one that was acknowledged stays as it is."""
    text = _words(session, now, region, contractor_id, silence)
    begins = _BEGINS.format(name=get_contractor(session, contractor_id).name)
    standing = select(AlarmRow).filter_by(
        region=region, kind=AlarmKind.CONTRACTOR_SILENT, acknowledged_at=None
    )
    for row in session.scalars(standing):
        if row.text["en"].startswith(begins):
            raise_anew(session, now, row, text)


_BEGINS = "{name} has let "


def _words(
    session: Session, now: datetime, region: str, contractor_id: int, silence: Silence
) -> Words:
    name, n = get_contractor(session, contractor_id).name, silence.n_offers
    here = get_region(session, region)
    since, until = here.clock(silence.since_at, now), here.clock(silence.again_at, now)
    return Words(
        zh=f"合作救援商 {name} 自 {since} 起连续 {n} 次未答复，"
        f"{until} 前不再自动询问。请电话联系。",
        en=f"{_BEGINS.format(name=name)}{n} offers run out since {since}, and is not asked by "
        f"itself before {until}. Call them.",
    )
