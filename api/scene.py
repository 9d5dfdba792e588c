"""An evening in the city, for its portrait: calls come in, units drive, some are late.

Played on a clock that is moved by hand, through the same endpoints that call takers and
technicians use; the same city gives the same evening.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np

from api.service import Service
from geo_data.city_store import City
from geo_data.demand import sample_positions
from kernel.clock import VirtualClock
from kernel.errors import ExternalServiceError

EVENING = datetime(2026, 6, 6, 0, 40, tzinfo=UTC)
"""Friday, 20:40 in Chile, where the demo city lies."""

LASTS = timedelta(minutes=46)
STEP = timedelta(seconds=60)
PIN = "246810"
SECRET = "evening-shift"  # noqa: S105 (lives as long as the scene)
DISPATCHER = "desk"

REPAIR_KIT = ["jump_pack", "tyre_kit", "lockout_kit", "diagnostics", "safety_cones"]
TOW_KIT = ["flatbed", "winch", "wheel_dollies", "tyre_kit", "safety_cones", "battery_watch"]
KINDS: tuple[tuple[str, str, int, list[str], list[str], float], ...] = (
    ("repair", "R", 6, ["repair", "tyre", "lockout", "hv_safety"], REPAIR_KIT, 0.0),
    ("charge", "C", 5, ["boost", "repair", "tyre", "hv_safety"], ["generator", *REPAIR_KIT], 160.0),
    ("tow", "T", 5, ["tow", "tyre", "hv_safety", "motorway"], TOW_KIT, 0.0),
)
CENTRES = ("服务中心 Norte", "服务中心 Sur")
CONTRACTOR = {
    "name": "Auxilio del Valle",
    "lon": -71.2489,
    "lat": -29.9045,
    "skills": ["repair", "tyre", "lockout", "hv_safety", "boost", "tow", "flatbed", *REPAIR_KIT],
    "callout_cny": 300.0,
    "cny_per_km": 8.0,
}
"""Asked, it does not answer within the evening."""

CENTRE_SKILLS = ["repair", "tyre", "hv_safety", "boost", "bodywork"]
CREWS = ("王磊", "李娜", "Ana Rojas", "陈晨", "Diego Soto", "赵敏", "Camila Díaz", "周涛")
CALLERS = ("林女士", "吴先生", "Paula Vega", "何先生", "Tomás Ibáñez", "孙女士", "Elisa Mora")
MODELS = (("P7+", "白色"), ("G6", "black"), ("Polestar 4", "银色"), ("X9", "green"))
REPORTS: tuple[dict[str, Any], ...] = (
    {"fault": "flat_battery", "symptom": "屏幕不亮，无法启动", "state_of_charge_pct": 0},
    {"fault": "tyre", "symptom": "Sidewall cut by a kerb", "drivable": False},
    {"fault": "accident", "symptom": "前保险杠受损，冷却液泄漏", "drivable": False},
    {"fault": "breakdown", "symptom": "Will not shift out of P", "drivable": False},
    {"fault": "keys_locked_in", "symptom": "手机与卡片钥匙都在车内"},
    {"fault": "flat_battery", "symptom": "Stopped at 0 %", "state_of_charge_pct": 0},
)
VISITS: tuple[dict[str, Any], ...] = (
    {"kind": "pickup_delivery", "from_h": 9, "back_h": 15, "note": "钥匙在前台"},
    {"kind": "installation", "from_h": 9, "back_h": None, "note": "Parking level −1, bay 114"},
    {"kind": "pickup_delivery", "from_h": 11, "back_h": 17, "note": None},
)
"""Booked for the morning after; hours are the city's."""

MIDNIGHT = datetime(2026, 6, 6, 4, tzinfo=UTC)
N_CALLS = 33
AT_CAR = timedelta(minutes=18)


@dataclass
class _Crew:
    """A technician: what the phone knows and what the hands are at."""

    token: str
    place: tuple[float, float]
    free_at: datetime = EVENING
    drive: dict[str, Any] | None = None
    left_at: datetime = EVENING
    n_events: int = 0
    seen: tuple[str, str] | None = None
    job: dict[str, Any] | None = None


@dataclass
class Scene:
    """The evening, at its end.

    Attributes
    ----------
    dispatcher_token
        For the console.
    incidents
        The calls as they were answered, in order.
    """

    service: Service
    clock: VirtualClock
    client: httpx.Client
    dispatcher_token: str = ""
    incidents: list[dict[str, Any]] = field(default_factory=list)
    crews: dict[str, _Crew] = field(default_factory=dict)

    def play(self, city: City) -> None:
        """Play the evening from its first call to the moment of the portrait."""
        rng = np.random.default_rng(7)
        n_units = sum(count for _, _, count, *_ in KINDS)
        self._seed(sample_positions(city, n_units + len(CENTRES), rng))
        places = sample_positions(city, N_CALLS, rng)
        for number, place in enumerate(sample_positions(city, len(VISITS), rng)):
            self._book(number, place)
        minutes = np.sort(rng.uniform(0, LASTS.total_seconds() / 60 - 0.5, N_CALLS))
        due = [EVENING + timedelta(minutes=float(minute)) for minute in minutes]
        while self.clock.now() < EVENING + LASTS:
            while len(self.incidents) < N_CALLS and due[len(self.incidents)] <= self.clock.now():
                self._call(len(self.incidents), places[len(self.incidents)])
            self._settle()
            self.clock.move_to(self.clock.now() + STEP)
        self._settle()

    # ------------------------------------------------------------------------- the stage

    def _seed(self, posts: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        codes = [
            (kind, f"{letter}-{number:02d}", skills, equipment, kwh)
            for kind, letter, count, skills, equipment, kwh in KINDS
            for number in range(1, count + 1)
        ]
        units: list[dict[str, Any]] = [
            {"code": code, "name": CREWS[n % len(CREWS)], "kind": kind, "skills": skills}
            | {"equipment": equipment, "kwh_capacity": kwh, "pin": PIN}
            | {"lon": float(posts[n][0]), "lat": float(posts[n][1])}
            | {"shift_end_at": (EVENING + timedelta(hours=6)).isoformat()}
            for n, (kind, code, skills, equipment, kwh) in enumerate(codes)
        ]
        centres = [
            {"name": name, "lon": float(post[0]), "lat": float(post[1]), "skills": ["repair"]}
            for name, post in zip(
                ("服务中心 Norte", "服务中心 Sur"), posts[len(units) :], strict=False
            )
        ]
        users = [{"user": DISPATCHER, "name": "Lin", "role": "dispatcher", "secret": SECRET}]
        admin = self.service.issue_token("admin")
        body = {"units": units, "centres": centres, "users": users}
        self._send("PUT", "/fleet", admin, body | {"contractors": [CONTRACTOR]})
        self.dispatcher_token = self._log_in(DISPATCHER, SECRET)
        for unit in units:
            code, place = str(unit["code"]), (float(unit["lon"]), float(unit["lat"]))
            crew = self.crews[code] = _Crew(self._log_in(code, PIN), place)
            shift = {"action": "start", "client_id": f"start {code}", "at": self._now}
            self._send("POST", "/field/shift", crew.token, shift)

    def _log_in(self, user: str, secret: str) -> str:
        login = {"user": user, "secret": secret}
        return str(self._send("POST", "/login", None, login)["token"])

    # ------------------------------------------------------------------------- the play

    def _call(self, number: int, place: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        model, colour = MODELS[number % len(MODELS)]
        body = {
            "channel": ("phone", "app", "wechat")[number % 3],
            "caller": {"name": CALLERS[number % len(CALLERS)], "phone": f"+5698123{4500 + number}"},
            "vehicle": {"plate": f"SDLL{40 + number}", "model": model, "colour": colour}
            | {"purchased_on": f"202{3 + number % 3}-03-14"},
            "location": {"lon": float(place[0]), "lat": float(place[1]), "datum": "WGS-84"},
            "safe_place": number % 6 != 2,
            "n_people": 1 + number % 3,
        }
        report = REPORTS[number % len(REPORTS)]
        token = self.dispatcher_token
        self.incidents.append(self._send("POST", "/incidents", token, body | report))

    def _book(self, number: int, place: np.ndarray[Any, np.dtype[np.float64]]) -> None:
        visit = VISITS[number]
        body = {
            "kind": visit["kind"],
            "window": _two_hours(visit["from_h"]),
            "caller": {"name": CALLERS[-1 - number], "phone": f"+5698123{4600 + number}"},
            "vehicle": {"plate": f"SDLL{90 + number}", "model": MODELS[number][0]},
            "location": {"lon": float(place[0]), "lat": float(place[1]), "datum": "WGS-84"},
        }
        if visit["back_h"] is not None:
            body["return_window"] = _two_hours(visit["back_h"])
        if visit["note"] is not None:
            body["note"] = visit["note"]
        self._send("POST", "/appointments", self.dispatcher_token, body)

    def _settle(self) -> None:
        """Let dispatcher and crews do what is due at this instant."""
        for _ in range(20):
            decided = self.service.dispatcher.run_due()
            self._look()
            acted = [self._act(crew) for crew in self.crews.values() if crew.job is not None]
            if not decided and not any(acted):
                return

    def _look(self) -> None:
        """Let each crew read its phone, if there is news on it."""
        for unit in self._send("GET", "/units", self.dispatcher_token)["items"]:
            crew, job = self.crews[unit["code"]], unit["job"]
            seen = None if job is None else (job["incident_number"], job["state"])
            if seen == crew.seen:
                continue
            crew.seen, crew.job = seen, None
            if seen is not None:
                crew.job = self._send("GET", "/field/jobs", crew.token)["current"]

    def _act(self, crew: _Crew) -> bool:
        job = crew.job
        if job is None:
            return False
        if job["state"] == "ordered":
            return self._leave(crew, job)
        if job["state"] in ("rolling", "loaded"):
            return self._drive(crew, job)
        return self._work(crew, job)

    def _leave(self, crew: _Crew, job: dict[str, Any]) -> bool:
        lon, lat = crew.place
        path = f"/field/jobs/{job['job_id']}/route?from={lon},{lat}"
        crew.drive, crew.left_at = self._send("GET", path, crew.token), self.clock.now()
        if job["state"] == "ordered":
            self._press(crew, job, "rolling")
        return True

    def _drive(self, crew: _Crew, job: dict[str, Any]) -> bool:
        if crew.drive is None:
            return self._leave(crew, job)
        spent_s = (self.clock.now() - crew.left_at).total_seconds()
        elapsed = crew.drive["elapsed_s"]
        lons, lats = zip(*crew.drive["points"], strict=True)
        crew.place = (
            float(np.interp(spent_s, elapsed, lons)),
            float(np.interp(spent_s, elapsed, lats)),
        )
        fix = {"at": self._now, "lon": crew.place[0], "lat": crew.place[1]}
        self._send("POST", "/field/positions", crew.token, {"positions": [fix]})
        if spent_s < crew.drive["duration_s"]:
            return False
        crew.drive, crew.free_at = None, self.clock.now() + AT_CAR
        self._press(crew, job, "done" if job["state"] == "loaded" else "arrived")
        return True

    def _work(self, crew: _Crew, job: dict[str, Any]) -> bool:
        if self.clock.now() < crew.free_at:
            return False
        self._press(crew, job, "loaded" if "loaded" in job["allowed"] else "done")
        return True

    def _press(self, crew: _Crew, job: dict[str, Any], kind: str) -> None:
        crew.n_events += 1
        event = {"client_id": f"{crew.n_events}", "at": self._now, "kind": kind}
        body = {"events": [event | {"job_id": job["job_id"]}]}
        self._send("POST", "/field/events", crew.token, body)

    # ------------------------------------------------------------------------- the wire

    @property
    def _now(self) -> str:
        return self.clock.now().isoformat()

    def _send(
        self, method: str, path: str, token: str | None, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = self.client.request(method, f"/api/v1{path}", json=body, headers=headers)
        if answer.is_error:
            raise ExternalServiceError(
                f"{method} {path} was answered {answer.status_code}: {answer.text}",
                remedy="The scene no longer fits the service; mend api/scene.py.",
            )
        return dict(answer.json())


def _two_hours(from_h: int) -> dict[str, str]:
    start = MIDNIGHT + timedelta(hours=from_h)
    return {"start_at": start.isoformat(), "end_at": (start + timedelta(hours=2)).isoformat()}
