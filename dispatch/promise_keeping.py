"""Keeping the promise: what the plan in force cannot mend is acted on.

`enforce` alarms the dispatcher, asks contractors, and tells owners a new promise with its reason,
by what `promise_watch` has found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from sqlalchemy import and_, not_, select

from dispatch import contractors
from dispatch.alarms import AlarmKind, raise_alarm, settle_over
from dispatch.context import DispatchContext
from dispatch.contractor_choice import Asking, Guess, is_worth, still_to_ask
from dispatch.contractor_silence import may_have_open, silent_contractors
from dispatch.damaged_data import unread_incidents
from dispatch.incident import incident_number
from dispatch.job import Job, JobState
from dispatch.offers_wanted import Offer, Wanted
from dispatch.outside import LEFT_TO_CONTRACTOR
from dispatch.promise_watch import Case, helped, tell
from dispatch.store import (
    AlarmRow,
    Asked,
    IncidentRow,
    JobRow,
    is_open,
    job_of,
    offers_about,
    open_offers,
)
from dispatch.troubles import TROUBLES, troubles
from fleet.registers import contractor_ids
from kernel.database import WriteSession
from kernel.words import Words
from sla.promise import ROUND_UP_S, Risk, round_up

BUSY = Words(zh="附近的救援车辆都在忙，我们已安排最快的一辆。", en="All units nearby are busy; the soonest one is assigned.")  # fmt: skip  # noqa: E501
ON_THE_ROAD = Words(zh="救援车辆路上耽搁了。", en="The unit was held up on the road.")
DIVERTED = Words(zh="原来的车辆被派往更紧急的现场，已改派另一辆。", en="Your unit was sent to a more urgent call; another one takes over.")  # fmt: skip  # noqa: E501
REPLACED = Words(zh="原来的车辆路上耽搁了，已改派另一辆。", en="Your unit was held up on the road; another one takes over.")  # fmt: skip  # noqa: E501
PUT_OFF = Words(zh="合作救援商路上耽搁了。", en="Our partner was held up on the road.")
CONTRACTOR = Words(zh="由合作救援商前往。", en="A partner company is coming.")
NO_CONTRACTOR = Words(
    zh="可询问的合作救援商均已询问，无人接单。",
    en="All contractors that can be asked were; none comes.",
)
FOLLOW_UP = Words(zh="现场未能修好，已另派车辆前来。", en="It could not be mended on the spot; another unit is coming.")  # fmt: skip  # noqa: E501
LOST = (AlarmKind.PROMISE_AT_RISK, AlarmKind.NO_CONTRACTOR)
"""Kinds of alarm that go once somebody is found who comes in time, or is there."""

NO_UNIT = Words(zh="没有自有车辆能按时到达。", en="No own unit can be there in time.")


@dataclass(slots=True)
class _Done:
    """What was done for open incidents before, read at once: in a storm there are hundreds.

    ``asked`` is what became of offers by incident and contractor, ``n_open`` how many offers each
    contractor has to answer, ``most_open`` how many it may, ``alarms`` when each was raised last,
    by incident and kind, but for those whose reason is over.
    """

    alarms: dict[tuple[int, str], datetime]
    asked: Mapping[int, Mapping[int, Asked]]
    n_open: Counter[int]
    most_open: Mapping[int, int]
    _asking: Asking | None = None
    _helped: Mapping[int, datetime] | None = None

    @classmethod
    def so_far(cls, session: WriteSession, context: DispatchContext) -> _Done:
        """Read what was done for the open incidents of a region."""
        region, rules, now = context.region, context.settings.contractors, context.clock.now()
        open_ids = select(IncidentRow.id).where(is_open(region))
        settled = and_(AlarmRow.acknowledged_at.is_not(None), AlarmRow.acknowledged_by.is_(None))
        alarms = select(AlarmRow.incident_id, AlarmRow.kind, AlarmRow.raised_at).where(
            AlarmRow.incident_id.in_(open_ids), not_(settled)
        )
        rows = session.execute(alarms.order_by(AlarmRow.id))
        known = {(it, kind): raised_at for it, kind, raised_at in rows if it is not None}
        asked = offers_about(session, region)
        silent = silent_contractors(session, region, rules)
        most_open = {
            it: may_have_open(rules, silent.get(it), now) for it in contractor_ids(session, region)
        }
        return cls(known, asked, open_offers(asked), most_open)

    def is_free(self, contractor_id: int) -> bool:
        """Return whether a contractor has fewer offers to answer than it may have."""
        return self.n_open[contractor_id] < self.most_open.get(contractor_id, 0)

    def free_to_ask(self) -> list[int]:
        """Return the contractors that may have another offer to answer."""
        return [it for it in self.most_open if self.is_free(it)]

    def can_be_asked(self) -> list[int]:
        """Return the contractors that may be asked, now or once they have answered."""
        return [it for it, most in self.most_open.items() if most]

    def asking(self, session: WriteSession, context: DispatchContext) -> Asking:
        """Return what is known of the contractors, read once."""
        if self._asking is None:
            self._asking = Asking.read(session, context)
        return self._asking

    def helped_at(self, session: WriteSession, incident: IncidentRow) -> datetime | None:
        """Return when somebody was last planned, sent or found for an incident; read once."""
        if self._helped is None:
            self._helped = helped(session, incident.region)
        return self._helped.get(incident.id)


_NOBODY: Mapping[int, bool] = MappingProxyType({})


def enforce(
    session: WriteSession,
    context: DispatchContext,
    cases: Sequence[Case],
    unassigned: Mapping[int, str],
    offers: Wanted,
    turned_away: Mapping[int, bool] = _NOBODY,
) -> list[str]:
    """Act on every promise that the plan in force does not keep; return the reasons for a new plan.

    Parameters
    ----------
    cases
        As `look` has left them.
    unassigned
        Jobs (row ids) that the plan in force leaves out, with the reason.
    offers
        What to offer to contractors of jobs (row ids) that nobody is ordered to.
    turned_away
        Incidents whose rolling unit the last commit has turned away: whether to another one.
    """
    now = context.clock.now()
    done = _Done.so_far(session, context)
    still = _tell_troubles(session, context, cases, done)
    reasons = []
    for case in cases:
        if case.is_attended:
            continue
        is_lost = False
        if case.taken is None and case.job is not None:
            is_lost = _is_lost(case, unassigned.get(case.job.id))
            if is_lost:
                _tell_lost(session, now, case.incident, done)
            is_open = case.job.state == JobState.OPEN.value
            wanted = offers.get(case.job.id) if is_open else None
            if _offer(session, context, case, done, wanted, is_lost=is_lost):
                reasons.append(f"nobody can ask for {incident_number(case.incident.id)} now")
        if is_lost or not _is_in_time(case, context):
            still |= {(case.incident.id, kind) for kind in LOST}
        _renew_promise(session, now, case, turned_away)
    settle_over(session, now, context.region, (*TROUBLES, *LOST), still)
    return reasons


def _is_lost(case: Case, reason: str | None) -> bool:
    """Return whether no own unit will be there in time as things stand, and that is nobody's wish.

    A policy that plans one job ahead leaves jobs waiting for a free unit: time will tell. Of who
    was helped in vain the promise is judged already; lost is that nobody comes.
    """
    incident = case.incident
    wanted = reason in (None, "waiting", LEFT_TO_CONTRACTOR)
    if case.is_follow_up:
        return incident.eta_at is None and not wanted
    if incident.eta_at is not None:
        return incident.eta_at > incident.target_at
    return incident.risk != Risk.NORMAL.value or not wanted


def _is_in_time(case: Case, context: DispatchContext) -> bool:
    """Return whether somebody comes in time, by enough that it will not soon be otherwise."""
    incident, margin_s = case.incident, context.settings.timing.planning_margin_s
    if incident.eta_at is None:
        return False
    if case.is_follow_up:
        return True
    spare = timedelta(seconds=0 if case.taken is not None else margin_s)
    return incident.eta_at + spare <= incident.target_at


def _tell_lost(session: WriteSession, now: datetime, incident: IncidentRow, done: _Done) -> None:
    """Alarm the dispatcher of a lost incident, and anew where who was to come does not any more.

    The first alarm may have been seen and settled, and nothing else would tell of it.
    """
    kind = AlarmKind.PROMISE_AT_RISK
    before = done.alarms.get((incident.id, kind))
    if before is not None and incident.eta_at is None:
        helped_at = done.helped_at(session, incident)
        if helped_at is not None and before <= helped_at <= now:  # later: the clock was set back
            del done.alarms[incident.id, kind]
    _raise_alarm(session, now, incident, kind, NO_UNIT, done)


def _offer(
    session: WriteSession,
    context: DispatchContext,
    case: Case,
    done: _Done,
    wanted: Offer | None,
    *,
    is_lost: bool,
) -> bool:
    """Ask whom the plan wants to ask; if it wants nobody and the job is lost, whom it is worth.

    Where everybody was asked, and no own unit comes in time either, the dispatcher is told. Return
    whether whom the plan wants has too much to answer, so that another plan is needed.
    """
    incident, job = case.incident, case.job
    asked = done.asked.get(incident.id, {})
    if job is None or not (wanted or is_lost) or any(it.is_open for it in asked.values()):
        return False
    if wanted is not None:
        about = asked.get(wanted.contractor_id)
        if about is None or (about.may_be_asked and about.can_come_by(wanted.by_at)):
            if not done.is_free(wanted.contractor_id):
                return True
            _ask(session, context, case, done, wanted)
            return False
    else:
        free = still_to_ask(asked, done.free_to_ask())
        found = _best_to_ask(session, context, job, free, done)
        now = context.clock.now()
        if found is not None and is_worth(context.settings, *found, incident.eta_at, now):
            _ask(session, context, case, done, Offer(found[1].contractor.id, None))
            return False
    if is_lost and asked:
        others = {it: None for it in done.can_be_asked() if it not in asked}
        if _best_to_ask(session, context, job, others, done) is None:
            text, now = NO_CONTRACTOR, context.clock.now()
            _raise_alarm(session, now, incident, AlarmKind.NO_CONTRACTOR, text, done)
    return False


def _ask(
    session: WriteSession, context: DispatchContext, case: Case, done: _Done, wanted: Offer
) -> None:
    contractors.offer_as_planned(session, context, case.incident.id, wanted)
    done.n_open[wanted.contractor_id] += 1


def _best_to_ask(
    session: WriteSession,
    context: DispatchContext,
    job: JobRow,
    candidates: Mapping[int, datetime | None],
    done: _Done,
) -> tuple[Job, Guess] | None:
    if not candidates:
        return None
    row = session.scalars(select(JobRow).where(JobRow.id == job.id)).one()  # the whole of it
    whole = job_of(row)
    guess = done.asking(session, context).best((whole,), candidates).get(whole.id)
    return None if guess is None else (whole, guess)


def _tell_troubles(
    session: WriteSession, context: DispatchContext, cases: Sequence[Case], done: _Done
) -> set[tuple[int, str]]:
    """Tell the dispatcher of what no plan mends; return what is so, by incident and kind."""
    now, found = context.clock.now(), troubles(session, cases, context.clock.now())
    incidents = {case.incident.id: case.incident for case in cases}
    for (incident_id, kind), it in found.items():
        _raise_alarm(session, now, incidents[incident_id], kind, it.text, done, since=it.since)
    unread = unread_incidents(session, context.region, cases)
    for incident_id, text in unread.items():
        if (incident_id, AlarmKind.DATA_DAMAGED) not in done.alarms:
            region, kind = context.region, AlarmKind.DATA_DAMAGED
            raise_alarm(session, now, region, kind, text, incident_id=incident_id)
    return {*found, *((it, AlarmKind.DATA_DAMAGED) for it in unread)}


def _renew_promise(
    session: WriteSession, now: datetime, case: Case, turned_away: Mapping[int, bool]
) -> None:
    """Tell the owner a new time when the ETA misses the one told last."""
    incident = case.incident
    if incident.eta_at is None or incident.eta_at <= incident.promised_at:
        return
    before = incident.promised_at
    reason = _reason(case, turned_away)
    incident.promised_at = round_up(max(incident.eta_at, now), ROUND_UP_S)
    incident.promise_reason = reason.as_dict()
    tell(
        session,
        now,
        "promise.changed",
        incident,
        before=before.isoformat(),
        promised_at=incident.promised_at.isoformat(),
        reason=reason.as_dict(),
    )


def _reason(case: Case, turned_away: Mapping[int, bool]) -> Words:
    incident_id = case.incident.id
    if case.taken is not None:
        return CONTRACTOR if case.taken.changed_eta_at is None else PUT_OFF
    if case.is_follow_up:
        return FOLLOW_UP
    if incident_id in turned_away:
        return DIVERTED if turned_away[incident_id] else REPLACED
    rolling = case.job is not None and case.job.state == JobState.ROLLING.value
    return ON_THE_ROAD if rolling else BUSY


def _raise_alarm(
    session: WriteSession,
    now: datetime,
    incident: IncidentRow,
    kind: AlarmKind,
    text: Words,
    done: _Done,
    *,
    since: datetime | None = None,
) -> None:
    """Raise an alarm once per incident and kind (``since`` then), also when it was acknowledged."""
    before = done.alarms.get((incident.id, kind))
    if before is not None and (since is None or before >= since):
        return
    done.alarms[incident.id, kind] = now
    raise_alarm(session, now, incident.region, kind, text, incident_id=incident.id)
