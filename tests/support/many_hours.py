"""Many hours of the whole service on the virtual clock, with seeded faults.

Everybody speaks HTTP in process; requests and answers get lost, phones go silent for hours and
then tell everything out of order and twice, the solver hangs or dies, the database is busy, the
clock is set an hour on or back, the service is started anew. An independent reader of the log and
the tables themselves are compared after every transaction. One seed is one run, to the last event.
"""

from __future__ import annotations

import copy
import hashlib
import heapq
import itertools
import json
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from anyio.from_thread import BlockingPortal
from sqlalchemy import event as sql_event
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from api.service import Service, open_service
from benchmarks.crash.acknowledgements import Acknowledgement
from benchmarks.crash.history import History
from dispatch.solver_process import InlineSolver, Meanwhile, Solved, SolverFailed, nothing
from dispatch.store import IncidentRow, JobRow
from fleet.store import unit_by_code
from kernel import events
from kernel.clock import VirtualClock
from kernel.events import Event, EventRow
from tests.support.many_hours_people import Partner, Phone
from tests.support.service import (
    FLEET,
    HARBOUR,
    NEW_TOWN,
    NOON,
    OLD_TOWN,
    PIN,
    SECRET,
    Client,
    a_call,
)

_BY_CHANCE = ("decision_s", "said")
"""What is measured on the wall clock, and salted digests: the rest of the log is the seed's."""

_ACTIVE = ("ordered", "rolling", "on_site", "loaded")
_CODES = ("R-01", "R-02", "R-03", "T-01", "T-02")
_FAULTS = ("tyre", "flat_battery", "breakdown", "keys_locked_in", "accident")
HOUR = timedelta(hours=1)
DRAIN = 14 * HOUR
"""After the last call, without new faults: by then everybody must have been helped."""


class FlakySolver:
    """Solves in this thread; fails as the process does, as often as it is told to."""

    def __init__(self) -> None:
        self._inner = InlineSolver()
        self.left = 0
        self.reason = ""

    def solve(self, problem: Any, engine: str, meanwhile: Meanwhile = nothing) -> Solved:
        """Return a plan, or fail."""
        if self.left > 0:
            self.left -= 1
            raise SolverFailed(self.reason)
        return self._inner.solve(problem, engine, meanwhile)

    def close(self) -> None:
        """Nothing is held."""


@dataclass
class ManyHours:
    """One run; `play` plays it and returns a digest of everything that happened."""

    url: str
    data_dir: Path
    portal: BlockingPortal
    seed: int
    hours: float
    told: Counter[str] = field(default_factory=Counter)
    acknowledged: list[Acknowledgement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.at = NOON
        self.offset = timedelta(0)
        self.clock = VirtualClock(NOON)
        self.solver = FlakySolver()
        self.n_busy = 0
        self.calm = False
        self.history = History()
        self.broken: list[str] = []
        self._digest = hashlib.sha256()
        self._heap: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._keys = itertools.count(1)
        self._unanswered: list[tuple[str, str, dict[str, Any], str]] = []
        self.tokens: dict[str, str] = {}
        self.service = self._open()

    # ------------------------------------------------------------------------------ playing

    def play(self) -> str:
        """Play it all; raise AssertionError at the first broken invariant."""
        try:
            self._seat()
            self._run(NOON + timedelta(hours=self.hours))
            self.calm, self.offset = True, timedelta(0)
            self._run(self.at + DRAIN, self._is_over)
            self._look_back()
        finally:
            self.service.close()
        return self._digest.hexdigest()

    def _is_over(self) -> bool:
        return not self._unanswered and self.history.created == self.history.closed

    def _run(self, until: datetime, is_over: Callable[[], bool] = lambda: False) -> None:
        while not is_over():
            due = self.service.dispatcher.next_due()
            wanted = until if due is None else min(until, due - self.offset)
            if self._heap and self._heap[0][0] <= wanted:
                self._move(self._heap[0][0])
                heapq.heappop(self._heap)[2]()
            elif wanted >= until:
                self._move(until)
                return
            else:
                self._move(wanted)
                self.service.dispatcher.run_due()
            self._fail_if_broken()

    def _move(self, at: datetime) -> None:
        self.at = max(self.at, at)
        self.clock._now = self.at + self.offset

    def later(self, minutes: float, act: Callable[[], None]) -> None:
        """Let something happen in a while."""
        at = self.at + timedelta(seconds=max(1, round(minutes * 60)))
        heapq.heappush(self._heap, (at, next(self._order), act))

    # ------------------------------------------------------------------------------- people

    def _seat(self) -> None:
        admin = self._client(self.service.issue_token("admin"))
        assert admin.request("PUT", "fleet", json=_fleet()).status_code == 200
        users = {"hotline": SECRET, "desk": SECRET, "partner": SECRET}
        for user, secret in (users | dict.fromkeys(_CODES, PIN)).items():
            answer = self._client(None).post("login", {"user": user, "secret": secret})
            self.tokens[user] = answer.json()["token"]
        for n, code in enumerate(_CODES):
            with self.service.runtime.database.read() as session:
                unit = unit_by_code(session, "town", code)
            phone = Phone(self, code, unit.id, random.Random(f"{self.seed} {code}"))
            self.later(0.1 * n, phone.step)
        self.later(1, Partner(self, random.Random(f"{self.seed} partner")).step)
        self.later(2, self._call)
        self.later(30, self._meddle)
        self.later(45, self._strike)

    def _call(self) -> None:
        """Take a call, and the next one after a while."""
        if self.calm:
            return
        number = next(self._keys)
        lon, lat = self.rng.choice((HARBOUR, OLD_TOWN, NEW_TOWN))
        body = a_call(
            number,
            fault=self.rng.choice(_FAULTS),
            location={"lon": lon, "lat": lat, "datum": "WGS-84"},
            symptom="it stands",
        )
        self._ask("hotline", "incidents", body, f"call-{number}")
        self.later(self.rng.expovariate(1 / 20), self._call)

    def _meddle(self) -> None:
        """Cancel or assign by hand; ask again what was not answered."""
        pending, self._unanswered = self._unanswered, []
        for who, path, body, key in pending:
            self._ask(who, path, body, key)
        if self.calm:
            if self._unanswered:
                self.later(5, self._meddle)
            return
        found = self.send("desk", "GET", "incidents?state=open")
        if found is not None and found.status_code == 200 and found.json()["items"]:
            one = self.rng.choice(found.json()["items"])
            path = f"incidents/{one['id']}"
            key = f"desk-{next(self._keys)}"
            if self.rng.random() < 0.2:
                self._ask("desk", f"{path}/cancel", {"reason": "the car starts again"}, key)
            else:
                self._assign(path, found.json()["plan_version"], key)
        self.later(self.rng.uniform(20, 60), self._meddle)

    def _assign(self, path: str, version: int, key: str) -> None:
        units = self.send("desk", "GET", "units")
        if units is None or units.status_code != 200:
            return
        unit = self.rng.choice([it["id"] for it in units.json()["items"]])
        divert = self.rng.random() < 0.5
        body = {"unit_id": unit, "plan_version": version, "divert": divert}
        self._ask("desk", f"{path}/assign", body, key)

    def _ask(self, who: str, path: str, body: dict[str, Any], key: str) -> None:
        """Post something that must be answered in the end; keep it for later if it is not."""
        answer = self.send(who, "POST", path, body, key)
        if answer is None or answer.status_code == 503:
            self._unanswered.append((who, path, body, key))
            return
        self.told[f"{path.rsplit('/', 1)[-1]} {answer.status_code}"] += 1
        assert answer.status_code in (200, 201, 404, 409, 422), answer.text
        if answer.status_code not in (200, 201):
            return
        kind = {"incidents": "created", "cancel": "cancelled", "assign": "assigned"}
        name: Any = kind[path.rsplit("/", 1)[-1]]
        unit = body.get("unit_id")
        self.acknowledged.append(Acknowledgement(name, answer.json()["id"], unit))

    def send(
        self, who: str, method: str, path: str, body: Any = None, key: str | None = None
    ) -> Any:
        """Return the answer; ``None`` when request or answer was lost on the way."""
        luck = 1.0 if self.calm else self.rng.random()
        if luck < 0.02:
            return None
        headers = {} if key is None else {"Idempotency-Key": key}
        client = self._client(self.tokens[who])
        answer = client.request(method, path, json=body, headers=headers)
        assert answer.status_code < 500 or answer.status_code == 503, answer.text
        if luck < 0.04:
            return None
        if luck < 0.06 and (key is not None or method == "GET"):
            answer = client.request(method, path, json=body, headers=headers)
        return answer

    def _client(self, token: str | None) -> Client:
        return Client(self.portal, self.service.app, token)

    # ------------------------------------------------------------------------------- faults

    def _strike(self) -> None:
        if self.calm:
            return
        kind = self.rng.choice(("hang", "death", "busy", "clock", "restart"))
        self.told[kind] += 1
        if kind == "hang":
            self.solver.left, self.solver.reason = self.rng.randint(1, 5), "no answer within 5 s"
        elif kind == "death":
            self.solver.left, self.solver.reason = self.rng.randint(1, 5), "the solver died"
        elif kind == "busy":
            self.n_busy = self.rng.randint(1, 25)
        elif kind == "clock":
            self.offset = self.rng.choice((-HOUR, HOUR))
            self.later(self.rng.uniform(5, 40), self._set_right)
        else:
            self.service.close()
            self.service = self._open()
        self.later(self.rng.expovariate(1 / 60), self._strike)

    def _set_right(self) -> None:
        self.offset = timedelta(0)

    def _open(self) -> Service:
        service = open_service(
            clock=self.clock,
            city="town",
            data_dir=self.data_dir,
            database=self.url,
            drive="manual",
            solver="inline",
            engine="greedy",
            access_life=timedelta(days=400),
            session_life=timedelta(days=400),
            session_idle=timedelta(days=400),
            token_rate=1e6,
            address_rate=1e6,
        )
        service.dispatcher._runner = self.solver
        sql_event.listen(service.runtime.database.engine, "begin", self._begin, insert=True)
        service.runtime.database.on_commit(self._committed)
        return service

    def _begin(self, _connection: Any) -> None:
        if self.n_busy > 0 and not self.calm:
            self.n_busy -= 1
            raise OperationalError("BEGIN", {}, Exception("database is locked"))

    # ----------------------------------------------------------------------------- judging

    def _committed(self, happened: tuple[Event, ...]) -> None:
        for one in happened:
            self.history.see(one)
            payload = {k: v for k, v in one.payload.items() if k not in _BY_CHANCE}
            line = [one.seq, one.at.isoformat(), one.kind, one.incident_id, one.job_id,
                    one.unit_id, payload]  # fmt: skip
            self._digest.update(json.dumps(line, sort_keys=True).encode())
        busy, self.n_busy = self.n_busy, 0  # whoever judges is not part of the play
        self.broken += self.history.faults or self._compare()
        self.n_busy = busy

    def _compare(self) -> list[str]:
        """Return where the tables say anything else than the log."""
        with self.service.runtime.database.read() as session:
            active = session.execute(
                select(JobRow.unit_id, JobRow.id, JobRow.incident_id).where(
                    JobRow.state.in_(_ACTIVE)
                )
            ).all()
            is_open = IncidentRow.state != "closed"
            waiting = set(session.scalars(select(IncidentRow.id).where(is_open)))
        wrong = []
        if {unit: job for unit, job, _ in active} != self.history.job_of_unit:
            wrong.append(f"active jobs {active}, by the log {self.history.job_of_unit}")
        if len({incident for *_, incident in active}) != len(active):
            wrong.append(f"an incident has two active jobs: {active}")
        if waiting != self.history.created - self.history.closed:
            wrong.append(f"open incidents {waiting ^ (self.history.created - self.history.closed)}")
        return wrong

    def _fail_if_broken(self) -> None:
        assert not self.broken, f"seed {self.seed} at {self.at}: {self.broken[:3]}"

    def _look_back(self) -> None:
        self._fail_if_broken()
        assert self._unanswered == []
        left = self.history.created - self.history.closed
        assert left == set(), f"seed {self.seed}: nobody came to {self._told_of(left)}"
        with self.service.runtime.database.read() as session:
            assert events.audit(session).broken is None

    def _told_of(self, incidents: set[int]) -> list[str]:
        """Return the last that the log says of each incident."""
        with self.service.runtime.database.read() as session:
            query = select(EventRow).where(EventRow.incident_id.in_(incidents))
            rows = session.scalars(query.order_by(EventRow.seq)).all()
        said: dict[int | None, list[str]] = {}
        for row in rows:
            line = f"{row.at:%d %H:%M} {row.kind} {row.unit_id or ''}"
            said.setdefault(row.incident_id, []).append(line)
        return [f"{key}: {', '.join(lines[-12:])}" for key, lines in said.items()]


def _fleet() -> dict[str, Any]:
    fleet = copy.deepcopy(FLEET)
    repair, tow = fleet["units"]
    del repair["plate"], repair["shift_start_at"], repair["shift_end_at"]
    kinds = [repair, repair, repair, tow, tow]
    fleet["units"] = [
        one | {"code": code, "name": code} for one, code in zip(kinds, _CODES, strict=True)
    ]
    return fleet
