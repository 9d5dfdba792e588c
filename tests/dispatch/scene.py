"""A region on a line: place ``at(i)`` lies ``i`` minutes of driving from ``at(0)``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from sqlalchemy import select

from dispatch.context import DispatchContext
from dispatch.entitlement import Entitlement
from dispatch.job import JobState
from dispatch.job_option import Destination, JobKind, JobOption, ServiceTime
from dispatch.job_steps import TechnicianEvent
from dispatch.live import Dispatcher
from dispatch.params import DispatchSettings, load_settings
from dispatch.progress import ReportKind
from dispatch.regions import put_region
from dispatch.status import EventResult, apply_event
from dispatch.store import IncidentRow, JobRow, get_incident, job_of, job_row
from dispatch.triage import Triage, TriageOutcome
from fleet.model import Ownership, PositionReport, Unit, UnitKind, UnitSpec
from fleet.positions import take_positions
from fleet.registers import ContractorSpec, put_contractor
from fleet.shifts import start_shift
from fleet.store import get_unit, put_unit
from kernel import events
from kernel.clock import VirtualClock
from kernel.database import Base, Database
from kernel.errors import OutsideNetwork, Unreachable
from kernel.position import Position
from kernel.words import Words
from routing.travel_times import DrivenRoute, Snapped

REGION = "line"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
METRES_A_DEGREE = 111_195.08
METRES_A_MINUTE = 600.0


def at(minutes: float) -> Position:
    """Return the place ``minutes`` of driving east of the origin."""
    return Position(minutes * METRES_A_MINUTE / METRES_A_DEGREE, 0.0)


class StraightLine:
    """Travel times as the crow flies at 36 km/h; places north of 80 degrees have no road."""

    def __init__(self) -> None:
        self.positions: list[Position] = []

    @property
    def network(self) -> Any:
        raise NotImplementedError

    def snap(self, positions: Any, *, max_distance_m: float = 2000.0) -> Snapped:
        for position in positions:
            if position.lat > 80:
                raise OutsideNetwork(f"{position} is far from any road.")
        first = len(self.positions)
        self.positions += positions
        n = len(positions)
        return Snapped(np.arange(first, first + n, dtype=np.int32), np.zeros(n), np.zeros(n))

    def matrix(self, sources: Snapped, targets: Snapped) -> Any:
        a = np.array([self._metres(e) for e in sources.edge]).reshape(-1, 1, 2)
        b = np.array([self._metres(e) for e in targets.edge]).reshape(1, -1, 2)
        seconds = np.hypot(*np.moveaxis(a - b, 2, 0)) / METRES_A_MINUTE * 60
        return np.rint(seconds).astype(np.int32)

    def _metres(self, edge: int) -> tuple[float, float]:
        position = self.positions[int(edge)]
        return position.lon * METRES_A_DEGREE, position.lat * METRES_A_DEGREE

    def route(self, source: Snapped, target: Snapped) -> DrivenRoute:
        raise Unreachable("Not in this scene.")

    def reach(self, sources: Snapped, seconds: int, *, inbound: bool = False) -> Any:
        raise NotImplementedError

    def isochrone(self, sources: Snapped, seconds: Any, *, inbound: bool = False) -> Any:
        raise NotImplementedError


def repair(minutes: float = 10, *needs: str, name: str = "repair", **details: Any) -> JobOption:
    """Return a repair on the spot."""
    return JobOption(
        name=name,
        kind=JobKind.REPAIR,
        label=Words(zh="现场维修", en="repair"),
        needs=frozenset(needs or ("repair",)),
        service=ServiceTime(round(minutes * 60), round(minutes * 90)),
        **details,
    )


def tow(to_minute: float, minutes: float = 10, name: str = "tow:1", **details: Any) -> JobOption:
    """Return a tow to the place ``to_minute``; handing over takes 5 minutes."""
    return JobOption(
        name=name,
        kind=JobKind.TOW,
        label=Words(zh="拖车", en="tow"),
        needs=frozenset({"tow"}),
        service=ServiceTime(round(minutes * 60), round(minutes * 90)),
        destination=Destination("Centre", at(to_minute), 300),
        **details,
    )


@dataclass
class Scene:
    """A region with its dispatcher, its clock and shortcuts for what happens in it."""

    database: Database
    clock: VirtualClock
    context: DispatchContext
    dispatcher: Dispatcher

    def __post_init__(self) -> None:
        self._client_ids = (f"event-{n}" for n in count())

    # ----------------------------------------------------------------------- setting up

    def unit(self, code: str, minute: float, *skills: str, **details: Any) -> Unit:
        """Put an own unit on shift at ``minute``; it can repair unless told otherwise."""
        kwh = details.pop("kwh", 0.0)
        home = details.pop("home", None)
        end_at = details.pop("end_at", None)
        spec = UnitSpec(
            code=code,
            name=code,
            region=REGION,
            kind=UnitKind.REPAIR,
            ownership=Ownership.OWN,
            skills=frozenset(skills or ("repair",)),
            kwh_capacity=kwh,
            home=home,
        )
        with self.database.write() as session:
            made = put_unit(session, self.clock.now(), spec)
            return start_shift(
                session, self.clock.now(), made.id, position=at(minute), end_at=end_at
            )

    def contractor(self, name: str, minute: float, **details: Any) -> int:
        """Register a contractor and return its id."""
        with self.database.write() as session:
            spec = ContractorSpec(REGION, name, at(minute), frozenset({"repair", "tow"}), **details)
            return put_contractor(session, spec).id

    def call(
        self, minute: float, *options: JobOption, target_min: float = 30, priority: int = 0
    ) -> int:
        """Take a call from ``minute`` and return the incident's id."""
        return self.call_from(at(minute), *options, target_min=target_min, priority=priority)

    def call_from(
        self, position: Position, *options: JobOption, target_min: float = 30, priority: int = 0
    ) -> int:
        now = self.clock.now()
        target_at = now + timedelta(minutes=target_min)
        options = options or (repair(),)
        with self.database.write() as session:
            number = len(session.scalars(select(IncidentRow.id)).all())
            incident = _incident_row(position, now, target_at, number)
            session.add(incident)
            session.flush()
            job = JobRow(
                region=REGION,
                incident_id=incident.id,
                appointment_id=None,
                purpose="rescue",
                state=JobState.OPEN.value,
                options=[option.as_json() for option in options],
                position=position,
                place_text="km",
                priority=priority,
                target_at=target_at,
                created_at=now,
                lock=0,
                declined_by=[],
            )
            session.add(job)
            session.flush()
            events.append(session, now, "incident.created", region=REGION, incident_id=incident.id)
            return incident.id

    # ------------------------------------------------------------------------ happening

    def run(self) -> None:
        """Let the dispatcher do everything that is due now."""
        for _ in range(20):
            if not self.dispatcher.run_due():
                return
        raise AssertionError("the dispatcher does not come to rest")

    def pass_time(self, minutes: float) -> None:
        """Move the clock, stopping wherever the dispatcher is due."""
        end = self.clock.now() + timedelta(minutes=minutes)
        while True:
            self.run()
            due = self.dispatcher.next_due()
            if due is None or due > end:
                break
            self.clock.move_to(max(due, self.clock.now()))
        self.clock.move_to(end)
        self.run()

    def say(
        self,
        unit: Unit,
        kind: str,
        incident_id: int,
        *,
        ago_min: float = 0,
        client_id: str | None = None,
        reason: str | None = None,
    ) -> EventResult:
        """Let a technician report something about the job of an incident."""
        event = TechnicianEvent(
            client_id=client_id or next(self._client_ids),
            at=self.clock.now() - timedelta(minutes=ago_min),
            kind=ReportKind(kind),
            job_id=self.job(incident_id).id,
            reason=reason,
        )
        with self.database.write() as session:
            return apply_event(session, self.context, unit.id, event)

    def move(self, unit: Unit, minute: float) -> None:
        """Report the unit's position."""
        report = PositionReport(self.clock.now(), at(minute).lon, at(minute).lat)
        with self.database.write() as session:
            take_positions(session, self.clock.now(), unit.id, [report])

    # -------------------------------------------------------------------------- looking

    def job(self, incident_id: int) -> Any:
        """Return the newest job of an incident."""
        with self.database.read() as session:
            query = select(JobRow).filter_by(incident_id=incident_id).order_by(JobRow.id.desc())
            return job_of(session.scalars(query).first())

    def job_by_id(self, job_id: int) -> Any:
        with self.database.read() as session:
            return job_of(job_row(session, job_id))

    def incident(self, incident_id: int) -> Any:
        with self.database.read() as session:
            return get_incident(session, incident_id)

    def unit_now(self, unit: Unit) -> Unit:
        with self.database.read() as session:
            return get_unit(session, unit.id)

    def events(self, *kinds: str) -> list[Any]:
        """Return what happened so far, of these kinds only."""
        with self.database.read() as session:
            return events.read_after(session, 0, kinds=kinds, limit=10_000)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events()]


def open_scene(
    folder: Path,
    url: str | None = None,
    settings: DispatchSettings | None = None,
    **dispatcher: Any,
) -> Scene:
    """Return an empty region with a dispatcher that plans greedily unless told otherwise."""
    database = Database(url or f"sqlite:///{folder / 'line.sqlite'}")
    Base.metadata.create_all(database.engine)
    clock = VirtualClock(START)
    context = DispatchContext(
        database=database,
        clock=clock,
        city=SimpleNamespace(name=REGION, timezone="Asia/Shanghai"),  # type: ignore[arg-type]
        travel_times=StraightLine(),
        areas=None,  # type: ignore[arg-type]
        settings=settings or load_settings(),
    )
    with database.write() as session:
        put_region(session, REGION, time_zone="Asia/Shanghai")
    return Scene(
        database, clock, context, Dispatcher(context, **{"engine": "greedy", **dispatcher})
    )


def _incident_row(
    position: Position, now: datetime, target_at: datetime, number: int
) -> IncidentRow:
    nothing = Words(zh="", en="")
    triage = Triage(TriageOutcome.JOB, "test", (), (), 0, nothing)
    return IncidentRow(
        region=REGION,
        channel="phone",
        state="waiting",
        received_at=now,
        target_at=target_at,
        promised_at=target_at,
        risk="normal",
        urban=True,
        area="line",
        position=position,
        place_text="km",
        place_confidence=1.0,
        place_source="pin",
        caller_phone=f"+8613800{number:06d}",
        fault="breakdown",
        warnings=[],
        entitlement=Entitlement(free=True, reason=nothing, rule="test").as_json(),
        triage=triage.as_json(),
        n_calls=1,
    )
