"""A whole service on the invented town and a clock that stands still, spoken to over HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from sqlalchemy import func, select

from api import schema
from api.service import Service, open_service
from kernel.clock import VirtualClock
from kernel.database import Base, Database
from tests.support.postgis import PostgisServer

NOON = datetime(2026, 6, 1, 4, tzinfo=UTC)
"""Monday, 12:00 in the town."""

OLD_TOWN = (119.6100, 25.3650)
NEW_TOWN = (119.6400, 25.3650)
HARBOUR = (119.6200, 25.3600)
PIN = "246810"
SECRET = "three-word-secret"
API = "/api/v1"


class Client:
    """HTTP in process, without waiting on an event loop of its own; ``token`` is sent if given."""

    def __init__(self, portal: BlockingPortal, app: Any, token: str | None = None) -> None:
        self._portal = portal
        self._app = app
        self.token = token

    def with_token(self, token: str | None) -> Client:
        """Return a client of somebody else."""
        return Client(self._portal, self._app, token)

    def request(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Return the answer to a request; paths without ``/`` in front are below the API."""
        headers = dict(options.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        if method in ("POST", "PATCH") and path.startswith("incidents/"):
            headers.setdefault("If-Match", "*")  # few tests are about two people at one incident
        address = path if path.startswith("/") else f"{API}/{path}"

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=True)
            async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
                return await client.request(method, address, headers=headers, **options)

        return self._portal.call(send)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """POST a JSON body."""
        return self.request("POST", path, json=body, **options)


@dataclass
class Town:
    """The service, who speaks to it, and its clock."""

    service: Service
    clock: VirtualClock
    nobody: Client
    people: dict[str, Client] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __getitem__(self, who: str) -> Client:
        """Return the client of a user (``hotline``, ``desk``), a unit's code or a role's token."""
        return self.people[who]

    def seed(self) -> None:
        """Put a small fleet on the map, log everybody in."""
        admin = self.nobody.with_token(self.service.issue_token("admin"))
        assert admin.request("PUT", "fleet", json=FLEET).status_code == 200
        self.people["admin"] = admin
        self.people["planner"] = self.nobody.with_token(self.service.issue_token("planner"))
        logins = {"hotline": SECRET, "desk": SECRET, "partner": SECRET} | dict.fromkeys(UNITS, PIN)
        for user, secret in logins.items():
            answer = self.nobody.post("login", {"user": user, "secret": secret})
            self.people[user] = self.nobody.with_token(answer.json()["token"])

    def start_shifts(self, *codes: str) -> None:
        """Let technicians start their shifts."""
        for code in codes or UNITS:
            body = {"action": "start", "client_id": f"start-{code}", "at": self.now}
            assert self[code].post("field/shift", body).status_code == 200

    def call(self, **changes: Any) -> dict[str, Any]:
        """Take a call at the hotline and return the incident."""
        answer = self["hotline"].post("incidents", a_call(next(self._numbers), **changes))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def decide(self) -> None:
        """Let the dispatcher do what is due at this instant."""
        for _ in range(50):
            if not self.service.dispatcher.run_due():
                return
        raise AssertionError("the dispatcher finds something to do again and again")

    def unit_with_job(self) -> tuple[str, dict[str, Any]]:
        """Return the code of the unit that has an order, and the order."""
        for code in UNITS:
            current = self[code].get("field/jobs").json()["current"]
            if current is not None:
                return code, current
        raise AssertionError("nobody has an order")

    def press(self, code: str, kind: str, job_id: int, **more: Any) -> httpx.Response:
        """Press a button on a unit's phone."""
        event = {"client_id": f"p{next(self._numbers)}", "at": self.now, "kind": kind}
        body = {"events": [event | {"job_id": job_id} | more]}
        return self[code].post("field/events", body)

    @property
    def now(self) -> str:
        """The time, as JSON carries it."""
        return self.clock.now().isoformat()

    def n_rows(self) -> dict[str, int]:
        """Return how many rows each table has."""
        with self.service.runtime.database.read() as session:
            return {
                table.name: session.scalar(select(func.count()).select_from(table)) or 0
                for table in Base.metadata.sorted_tables
            }


UNITS = ("R-01", "T-01")
FLEET: dict[str, Any] = {
    "units": [
        {
            "code": "R-01",
            "name": "Repair 1",
            "kind": "repair",
            "skills": ["repair", "tyre", "lockout", "hv_safety"],
            "equipment": ["jump_pack", "tyre_kit", "lockout_kit", "diagnostics", "safety_cones"],
            "lon": OLD_TOWN[0],
            "lat": OLD_TOWN[1],
            "plate": "闽AD12345",
            "pin": PIN,
            "shift_start_at": "2026-06-01T00:00:00Z",
            "shift_end_at": "2026-06-01T12:00:00Z",
        },
        {
            "code": "T-01",
            "name": "Tow 1",
            "kind": "tow",
            "skills": ["tow", "hv_safety", "motorway"],
            "equipment": ["flatbed", "winch", "wheel_dollies", "safety_cones", "battery_watch"],
            "lon": NEW_TOWN[0],
            "lat": NEW_TOWN[1],
            "pin": PIN,
        },
    ],
    "contractors": [
        {
            "name": "海湾救援",
            "phone": "+8613900000000",
            "lon": HARBOUR[0],
            "lat": HARBOUR[1],
            "skills": ["repair", "tyre", "tow", "flatbed", "tyre_kit", "jump_pack", "diagnostics"],
            "callout_cny": 300.0,
            "cny_per_km": 8.0,
            "user": "partner",
            "secret": SECRET,
        }
    ],
    "centres": [
        {
            "name": "新城服务中心",
            "lon": NEW_TOWN[0],
            "lat": NEW_TOWN[1],
            "skills": ["repair", "tyre", "hv_safety", "boost"],
        }
    ],
    "users": [
        {"user": "hotline", "name": "热线", "role": "call_taker", "secret": SECRET},
        {"user": "desk", "name": "调度", "role": "dispatcher", "secret": SECRET},
    ],
}


def a_call(number: int = 1, **changes: Any) -> dict[str, Any]:
    """Return the body of a call; each ``number`` is another car and caller."""
    return {
        "channel": "phone",
        "caller": {"name": "王先生", "phone": f"1381234{number:04d}"},
        "vehicle": {"plate": f"闽AD{20000 + number}", "model": "G6"},
        "location": {"lon": HARBOUR[0], "lat": HARBOUR[1], "datum": "WGS-84"},
        "fault": "tyre",
        "drivable": False,
        "safe_place": True,
    } | changes


def owner_of(town: Town, case: dict[str, Any]) -> tuple[Client, str]:
    """Return who opens the owner's link of an incident or visit, and the path of its page."""
    return town.nobody, "track/" + case["track_url"].rpartition("/")[2]


@pytest.fixture(scope="session")
def town_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which the invented town is made once."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a SQLite file that the migrations have built, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()  # the last connection to go writes everything into the one file
    return path


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """Yield the event loop that all clients share."""
    with start_blocking_portal() as running:
        yield running


OpenTown = Callable[..., Town]
NewDatabase = Callable[[], str]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of a module that says ``ON_BOTH_DATABASES = True`` on SQLite and on PostGIS."""
    if "new_database" in metafunc.fixturenames and getattr(
        metafunc.module, "ON_BOTH_DATABASES", False
    ):
        kinds = ["sqlite", pytest.param("postgis", marks=pytest.mark.postgis)]
        metafunc.parametrize("new_database", kinds, indirect=True, scope="module")


@pytest.fixture(scope="session")
def migrated_postgis(postgis_databases: PostgisServer) -> str:
    """Return the URL of a PostGIS database that the migrations have built, to be cloned."""
    url = postgis_databases.create()
    database = Database(url)
    schema.upgrade(database)
    database.close()
    return url


@pytest.fixture(scope="module")
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewDatabase]:
    """Make databases with the schema in them; SQLite unless the module asks for both kinds."""
    if getattr(request, "param", "sqlite") == "sqlite":
        migrated: Path = request.getfixturevalue("migrated_sqlite")

        def copy() -> str:
            file = tmp_path_factory.mktemp("service") / "town.sqlite"
            shutil.copyfile(migrated, file)
            return f"sqlite:///{file}"

        yield copy
        return
    server: PostgisServer = request.getfixturevalue("postgis_databases")
    template: str = request.getfixturevalue("migrated_postgis")
    made: list[str] = []

    def clone() -> str:
        made.append(server.create(template))
        return made[-1]

    yield clone
    for url in made:
        server.drop(url)


@pytest.fixture(scope="module")
def open_town(
    town_data: Path, new_database: NewDatabase, portal: BlockingPortal
) -> Iterator[OpenTown]:
    """Open services on the town; settings by name."""
    with ExitStack() as opened:

        def open_town(**settings: Any) -> Town:
            settings = (
                settings if "database" in settings else {"database": new_database()} | settings
            )
            clock = VirtualClock(NOON)
            usual: dict[str, Any] = {
                "city": "town",
                "data_dir": town_data,
                "drive": "manual",
                "solver": "inline",
                "engine": "greedy",
                "access_life": timedelta(hours=12),  # clocks leap, and few tests are about tokens
            }
            service = open_service(clock=clock, **usual | settings)
            opened.callback(service.close)
            return Town(service, clock, Client(portal, service.app))

        yield open_town


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """Return a fresh service with a small fleet and everybody logged in."""
    opened = open_town()
    opened.seed()
    return opened


@pytest.fixture(scope="module")
def shared_town(open_town: OpenTown) -> Town:
    """Return one service for the tests of a module that leave nothing behind."""
    opened = open_town()
    opened.seed()
    opened.start_shifts()
    return opened
