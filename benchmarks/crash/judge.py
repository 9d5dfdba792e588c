"""What the database says afterwards, read afresh, against what the clients were told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.crash.acknowledgements import Acknowledgement
from benchmarks.crash.history import faults_of
from dispatch.store import IncidentRow, JobRow, TechnicianEventRow
from fleet.store import UnitPositionRow
from kernel import events
from kernel.database import Database
from kernel.events import Event

_ACTIVE = ("ordered", "rolling", "on_site", "loaded")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; each fault as a line for people."""

    lost: tuple[str, ...]
    duplicated: tuple[str, ...]
    double_assigned: tuple[str, ...]
    history: tuple[str, ...]
    chain_ok: bool
    n_events: int


def judge(url: str, acknowledged: Sequence[Acknowledgement]) -> Verdict:
    """Open the database anew and compare."""
    database = Database(url)
    try:
        with database.read() as session:
            log = list(_log(session))
            audit = events.audit(session)
            history = tuple(faults_of(log))
            return Verdict(
                lost=tuple(_lost(session, acknowledged, log)),
                duplicated=tuple(_duplicated(session, acknowledged, log)),
                double_assigned=(*_double(session), *(it for it in history if "already" in it)),
                history=history,
                chain_ok=audit.broken is None,
                n_events=audit.n_events,
            )
    finally:
        database.close()


def _log(session: Session) -> Iterator[Event]:
    after = 0
    while batch := events.read_after(session, after, limit=5000):
        yield from batch
        after = batch[-1].seq


def _by_hand(log: Sequence[Event]) -> Counter[tuple[int | None, int | None]]:
    """Return how often the log says that each incident was given to each unit by hand."""
    return Counter(
        (it.incident_id, it.unit_id)
        for it in log
        if it.kind == "job.planned" and it.payload.get("by_hand") and it.unit_id is not None
    )


def _assigned(acknowledged: Sequence[Acknowledgement]) -> Counter[tuple[int | None, int | None]]:
    return Counter((it.incident_id, it.unit_id) for it in acknowledged if it.kind == "assigned")


def _lost(
    session: Session, acknowledged: Sequence[Acknowledgement], log: Sequence[Event]
) -> Iterator[str]:
    outcomes = dict(session.execute(select(IncidentRow.id, IncidentRow.outcome)).all())
    vins = dict(session.execute(select(IncidentRow.id, IncidentRow.vin)).all())
    reports = set(session.execute(select(TechnicianEventRow.unit_id, TechnicianEventRow.client_id)))
    places = set(session.execute(select(UnitPositionRow.unit_id, UnitPositionRow.at)))
    for it in acknowledged:
        incident = it.incident_id or 0
        kept = {
            "created": vins.get(incident, "") == it.vin,
            "cancelled": outcomes.get(incident) == "cancelled_by_dispatcher",
            "reported": (it.unit_id, it.client_id) in reports,
            "position": it.kind == "position"
            and (it.unit_id, datetime.fromisoformat(it.at or "")) in places,
            "assigned": True,  # by counts, below
        }
        if not kept[it.kind]:
            yield f"{it}"
    for pair, n in (_assigned(acknowledged) - _by_hand(log)).items():
        yield f"{n} of the assignments of incident {pair[0]} to unit {pair[1]}"


def _duplicated(
    session: Session, acknowledged: Sequence[Acknowledgement], log: Sequence[Event]
) -> Iterator[str]:
    twice = (
        select(IncidentRow.vin, func.count())
        .where(IncidentRow.vin.is_not(None))
        .group_by(IncidentRow.vin)
        .having(func.count() > 1)
    )
    for vin, n in session.execute(twice):
        yield f"{n} incidents of car {vin}"
    reported = (
        select(TechnicianEventRow.unit_id, TechnicianEventRow.client_id, func.count())
        .group_by(TechnicianEventRow.unit_id, TechnicianEventRow.client_id)
        .having(func.count() > 1)
    )
    for unit, client_id, n in session.execute(reported):
        yield f"{n} reports {client_id} of unit {unit}"
    for kind in ("incident.created", "incident.closed", "incident.cancelled"):
        counts = Counter(it.incident_id for it in log if it.kind == kind)
        yield from (f"{n} times {kind} of {key}" for key, n in counts.items() if n > 1)
    for pair, n in (_by_hand(log) - _assigned(acknowledged)).items():
        yield f"{n} assignments of incident {pair[0]} to unit {pair[1]} that nobody was told of"


def _double(session: Session) -> Iterator[str]:
    for column, name in ((JobRow.unit_id, "unit"), (JobRow.incident_id, "incident")):
        several = (
            select(column, func.count())
            .where(JobRow.state.in_(_ACTIVE), column.is_not(None))
            .group_by(column)
            .having(func.count() > 1)
        )
        for key, n in session.execute(several):
            yield f"{name} {key} has {n} active jobs"
