"""Many hands on the same units and incidents at once; an independent reading of the log judges."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import select

from benchmarks.crash.history import History
from dispatch.context import DispatchContext
from dispatch.desk import IntakeDesk
from dispatch.incidents import cancel_by_dispatcher
from dispatch.job_steps import TechnicianEvent
from dispatch.manual import Wish, assign, plan_version
from dispatch.merging import merge_incident
from dispatch.progress import ReportKind
from dispatch.status import apply_event
from dispatch.store import IncidentRow, JobRow
from fleet.store import UnitRow
from kernel import events
from kernel.database import Database, WriteSession
from kernel.errors import RoadflareError
from sla.areas import ServiceAreas
from tests.dispatch.scene import REGION, Scene, open_scene

N_CLIENTS, N_UNITS, N_INCIDENTS = 32, 50, 50
_LINE = ServiceAreas(
    gpd.GeoDataFrame(
        {"name": ["line"], "kind": ["urban"], "target_s": [1800]},
        geometry=[shapely.box(-1, -1, 1, 1)],
        crs="EPSG:4326",
    )
)
_STREETS = SimpleNamespace(areas=_LINE, is_on_motorway=lambda _place: False)
DESK = IntakeDesk(REGION, _STREETS)  # type: ignore[arg-type]
_ACTIVE = ("ordered", "rolling", "on_site", "loaded")
_STATE_OF_UNIT = {"ordered": "idle", "rolling": "rolling", "on_site": "on_site", "loaded": "loaded"}


@dataclass
class Crowd:
    """Clients that do random things, and what became of them."""

    scene: Scene
    contexts: list[DispatchContext]
    go_on: Callable[[int], bool]
    done: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)

    def run(self, seed: int) -> None:
        """Body of one client's thread."""
        rng = random.Random(seed)
        context = self.contexts[seed % len(self.contexts)]
        acts = (self.assign, self.assign, self.cancel, self.report, self.report, self.merge)
        n = 0
        while self.go_on(n):
            n += 1
            act = rng.choice(acts)
            try:
                with context.database.write() as session:
                    told = act(session, context, rng, f"{seed}-{n}")
                self.done[told] += 1
            except RoadflareError as refusal:
                self.done[f"refused: {refusal.code}"] += 1
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                self.surprises.append(f"{act.__name__}: {type(error).__name__}: {error}"[:300])

    def assign(
        self, session: WriteSession, context: DispatchContext, rng: random.Random, _key: str
    ) -> str:
        unit = rng.choice(session.scalars(select(UnitRow.id)).all())
        seen = plan_version(session, REGION) - (rng.random() < 0.1)
        wish = Wish(self._open(session, rng), unit, seen, divert=rng.random() < 0.5)
        assign(session, context, wish)
        return "assigned"

    def cancel(
        self, session: WriteSession, context: DispatchContext, rng: random.Random, _key: str
    ) -> str:
        if rng.random() < 0.8:  # or nothing would be left to quarrel about
            return "left"
        cancel_by_dispatcher(session, context.clock.now(), self._open(session, rng), "gone")
        return "cancelled"

    def merge(
        self, session: WriteSession, context: DispatchContext, rng: random.Random, _key: str
    ) -> str:
        if rng.random() < 0.8:
            return "left"
        one, other = self._open(session, rng), self._open(session, rng)
        merge_incident(session, context.clock.now(), DESK, one, other)
        return "merged"

    def report(
        self, session: WriteSession, context: DispatchContext, rng: random.Random, key: str
    ) -> str:
        query = select(JobRow.id, JobRow.unit_id).where(JobRow.state.in_(_ACTIVE))
        held = session.execute(query).all()
        if not held:
            return "nothing to report"
        job, unit = rng.choice(held)
        kind = rng.choice(("accepted", "declined", "rolling", "arrived", "done"))
        reason = "no jack" if kind == "declined" else None
        now = context.clock.now()
        said = TechnicianEvent(key, now, ReportKind(kind), job, reason)
        return f"report {apply_event(session, context, unit or 0, said).status}"

    def _open(self, session: WriteSession, rng: random.Random) -> int:
        found = session.scalars(select(IncidentRow.id).where(IncidentRow.state != "closed")).all()
        return rng.choice(found) if found else 1


def quarrel(folder: Path, url: str, go_on: Callable[[int], bool]) -> tuple[Scene, Crowd]:
    """Let everybody loose, with the dispatcher among them; return when all have stopped."""
    scene = open_scene(folder, url)
    for n in range(N_UNITS):
        scene.unit(f"R-{n:02d}", n)
    for n in range(N_INCIDENTS):
        scene.call(n)
    databases = [scene.database] if scene.database.is_sqlite else [Database(url) for _ in range(4)]
    contexts = [
        DispatchContext(
            database=database,
            clock=scene.clock,
            city=scene.context.city,
            travel_times=scene.context.travel_times,
            areas=scene.context.areas,
            settings=scene.context.settings,
        )
        for database in databases
    ]
    crowd = Crowd(scene, contexts, go_on)
    threads = [threading.Thread(target=crowd.run, args=(seed,)) for seed in range(N_CLIENTS)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        scene.dispatcher.wake("more")
        scene.dispatcher.run_due()
        scene.clock.advance(1)
    for thread in threads:
        thread.join()
    for database in databases:
        if database is not scene.database:
            database.close()
    return scene, crowd


def judge(scene: Scene, crowd: Crowd) -> None:
    """Fail for anything that must not be."""
    assert crowd.surprises == []
    history = History()
    with scene.database.read() as session:
        assert events.audit(session).broken is None
        for event in events.read_after(session, 0, limit=1_000_000):
            history.see(event)
        assert history.faults == []
        active = session.scalars(select(JobRow).where(JobRow.state.in_(_ACTIVE))).all()
        assert {job.unit_id: job.id for job in active} == history.job_of_unit
        open_now = set(session.scalars(select(IncidentRow.id).where(IncidentRow.state != "closed")))
        assert {job.incident_id for job in active} <= open_now
        assert open_now == history.created - history.closed
        state_of = {unit.id: unit.state for unit in session.scalars(select(UnitRow))}
    for job in active:
        assert state_of.pop(job.unit_id or 0) == _STATE_OF_UNIT[job.state]
    assert set(state_of.values()) <= {"idle"}
    scene.dispatcher.close()
    scene.database.close()


def test_a_short_quarrel_breaks_nothing(tmp_path: Path, any_database_url: str) -> None:
    scene, crowd = quarrel(tmp_path, any_database_url, lambda n: n < 8)
    judge(scene, crowd)
    assert crowd.done["assigned"] > 0
    assert crowd.done["report applied"] > 0


@pytest.mark.long
@pytest.mark.timeout(200)
def test_a_minute_of_quarrel_breaks_nothing(tmp_path: Path, any_database_url: str) -> None:
    end = time.monotonic() + 60
    scene, crowd = quarrel(tmp_path, any_database_url, lambda _n: time.monotonic() < end)
    judge(scene, crowd)
    assert crowd.done["assigned"] > 0
