"""Every address that writes, by one table: repeats are harmless, bad bodies leave nothing.

A new address without an example here fails `test_every_address_that_writes_has_an_example`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.api.test_access import API as ADDRESSES
from tests.support.pictures import drawn
from tests.support.service import HARBOUR, OpenTown, Town, a_call

ON_BOTH_DATABASES = True

Example = Callable[[Town], tuple[str, str, Any]]
"""Returns who speaks, the path, and a body that is taken."""

NO_KEY = {
    "/login": "its answer holds tokens, which are never stored",
    "/refresh": "its token is the key: a lost answer may be asked for again",
    "/logout": "ends the token that a repeat would need",
}
"""Why these do not answer from memory."""


def _incident(town: Town) -> int:
    return int(town.call(location_note="here")["id"])


def _on_incident(tail: str, body: Any, who: str = "desk") -> Example:
    return lambda town: (who, f"incidents/{_incident(town)}/{tail}", body)


def _assign(town: Town) -> tuple[str, str, Any]:
    number = _incident(town)
    version = town["desk"].get("plan").json()["version"]
    unit = town["R-01"].get("me").json()["unit_id"]
    return "desk", f"incidents/{number}/assign", {"unit_id": unit, "plan_version": version}


def _lock(town: Town) -> tuple[str, str, Any]:
    _, path, body = _assign(town)
    town["desk"].post(path, body)
    return "desk", path.replace("assign", "lock"), {"lock": "unit"}


def _merge(town: Town) -> tuple[str, str, Any]:
    return "desk", f"incidents/{_incident(town)}/merge", {"into": _incident(town)}


def _offer(town: Town) -> tuple[int, int]:
    """Return an incident and the offer about it."""
    number = _incident(town)
    town["desk"].post(f"incidents/{number}/contractor-offer", {})
    items = town["partner"].get("provider/offers").json()["items"]
    return number, int(next(it["id"] for it in items if it["incident_id"] == number))


def _offered_and_accepted(town: Town) -> tuple[int, int]:
    incident, offer = _offer(town)
    town["partner"].post(f"provider/offers/{offer}/accept", {"eta_min": 20})
    return incident, offer


def _at_car(town: Town) -> int:
    """Return an incident that a unit is at."""
    job_id = _held(town)
    for kind in ("rolling", "arrived"):
        assert town.press("R-01", kind, job_id).is_success
    return int(town["R-01"].get("field/jobs").json()["current"]["incident_id"])


def _link(town: Town, tail: str, body: Any, *, close: bool = False) -> tuple[str, str, Any]:
    incident = town.call()
    if close:
        town["desk"].post(f"incidents/{incident['id']}/solve-remotely", {"note": "ok"})
    return "nobody", f"track/{incident['track_url'].rpartition('/')[2]}/{tail}", body


def _alarm(town: Town) -> tuple[str, str, Any]:
    from dispatch.alarms import raise_alarm  # noqa: PLC0415
    from kernel.words import Words  # noqa: PLC0415

    with town.service.runtime.database.write() as session:
        raise_alarm(session, town.clock.now(), "town", "test", Words("x", "x"))
    number = town["desk"].get("alarms").json()["items"][0]["id"]
    return "desk", f"alarms/{number}/acknowledge", None


def _user(town: Town, tail: str) -> tuple[str, str, Any]:
    users = [{"user": "spare", "name": "x", "role": "planner", "secret": "spare-secret"}]
    made = town["admin"].request("PUT", "fleet", json={"users": users}).json()["users"]["spare"]
    return "admin", f"users/{made}/{tail}", None


def _hook(town: Town) -> int:
    body = {"url": "https://hook.example/x"}
    return int(town["admin"].post("webhooks", body).json()["id"])


APPOINTMENT = {
    "kind": "installation",
    "window": {"start_at": "2026-06-03T02:00:00Z", "end_at": "2026-06-03T04:00:00Z"},
    "caller": {"phone": "13812345555"},
    "location": {"lon": HARBOUR[0], "lat": HARBOUR[1], "datum": "WGS-84"},
}


ANOTHER_DAY = {"start_at": "2026-06-03T01:00:00Z", "end_at": "2026-06-03T03:00:00Z"}

SLOW_HARBOUR = {
    "where": {"at": {"lon": HARBOUR[0], "lat": HARBOUR[1]}}, "effect": "factor", "value": 0.9
}  # fmt: skip


def _road_report(town: Town) -> int:
    return int(town["admin"].post("road-reports", SLOW_HARBOUR).json()["id"])


def _visit(town: Town) -> int:
    return int(town["hotline"].post("appointments", APPOINTMENT).json()["id"])


EXAMPLES: dict[str, Example] = {
    "POST /incidents": lambda town: ("hotline", "incidents", a_call(4711)),
    "PATCH /incidents/{incident_id}": lambda town: (
        "desk", f"incidents/{_incident(town)}", {"note": "blue car"}
    ),
    "POST /incidents/{incident_id}/cancel": _on_incident("cancel", {"reason": "gone"}),
    "POST /incidents/{incident_id}/solve-remotely": _on_incident("solve-remotely", {"note": "ok"}),
    "POST /incidents/{incident_id}/caller": _on_incident("caller", {"reason": "call back"}),
    "POST /incidents/{incident_id}/owner-link": _on_incident("owner-link", {"action": "renew"}),
    "POST /incidents/{incident_id}/assign": _assign,
    "POST /incidents/{incident_id}/lock": _lock,
    "POST /incidents/{incident_id}/release": _on_incident("release", None),
    "POST /incidents/{incident_id}/merge": _merge,
    "POST /incidents/{incident_id}/contractor-offer": _on_incident("contractor-offer", {}),
    "POST /incidents/{incident_id}/contractor-eta": lambda town: (
        "desk", f"incidents/{_offered_and_accepted(town)[0]}/contractor-eta", {"eta_min": 25}
    ),
    "POST /incidents/{incident_id}/not-there": lambda town: (
        "desk", f"incidents/{_at_car(town)}/not-there", None
    ),
    "POST /alarms/{alarm_id}/acknowledge": _alarm,
    "POST /road-reports": lambda town: ("desk", "road-reports", SLOW_HARBOUR),
    "POST /road-reports/{report_id}/clear": lambda town: (
        "planner", f"road-reports/{_road_report(town)}/clear", None
    ),
    "POST /appointments": lambda town: ("hotline", "appointments", APPOINTMENT),
    "POST /appointments/{appointment_id}/cancel": lambda town: (
        "hotline", f"appointments/{_visit(town)}/cancel", {"reason": "ill"}
    ),
    "POST /appointments/{appointment_id}/move": lambda town: (
        "hotline", f"appointments/{_visit(town)}/move", {"window": ANOTHER_DAY}
    ),
    "POST /provider/offers/{offer_id}/accept": lambda town: (
        "partner", f"provider/offers/{_offer(town)[1]}/accept", {"eta_min": 15}
    ),
    "POST /provider/offers/{offer_id}/eta": lambda town: (
        "partner", f"provider/offers/{_offered_and_accepted(town)[1]}/eta", {"eta_min": 25}
    ),
    "POST /provider/offers/{offer_id}/reject": lambda town: (
        "partner", f"provider/offers/{_offer(town)[1]}/reject", {"reason": "busy"}
    ),
    "POST /provider/offers/{offer_id}/status": lambda town: (
        "partner",
        f"provider/offers/{_offered_and_accepted(town)[1]}/status",
        {"status": "arrived"},
    ),
    "POST /track/{key}/cancel": lambda town: _link(town, "cancel", {"reason": "starts again"}),
    "POST /track/{key}/rating": lambda town: _link(town, "rating", {"stars": 5}, close=True),
    "POST /track/{key}/photos": lambda town: _link(town, "photos?client_id=c1", drawn()),
    "POST /field/photos": lambda town: (
        "R-01", f"field/photos?client_id=c1&step=work&job_id={_held(town)}", drawn()
    ),
    "POST /field/events": lambda town: (
        "R-01", "field/events", {"events": [
            {"client_id": "e1", "at": town.now, "kind": "rolling", "job_id": _held(town)}
        ]},
    ),
    "POST /field/positions": lambda town: (
        "R-01", "field/positions", {"positions": [{"at": town.now, "lon": 119.61, "lat": 25.36}]}
    ),
    "POST /field/shift": lambda town: (
        "T-01", "field/shift", {"action": "pause", "client_id": "p1", "at": town.now}
    ),
    "POST /users/{user_id}/sign-out": lambda town: _user(town, "sign-out"),
    "POST /users/{user_id}/disable": lambda town: _user(town, "disable"),
    "POST /users/{user_id}/enable": lambda town: _user(town, "enable"),
    "POST /webhooks": lambda town: ("admin", "webhooks", {"url": "https://hook.example/y"}),
    "POST /webhooks/{webhook_id}/rotate-secret": lambda town: (
        "admin", f"webhooks/{_hook(town)}/rotate-secret", None
    ),
    "POST /webhooks/{webhook_id}/enable": lambda town: (
        "admin", f"webhooks/{_hook(town)}/enable", None
    ),
}  # fmt: skip


def _held(town: Town) -> int:
    _, path, body = _assign(town)
    town["desk"].post(path, body)
    town.decide()
    current = town["R-01"].get("field/jobs").json()["current"]
    return int(current["job_id"])


@pytest.fixture(scope="module")
def written(open_town: OpenTown) -> Town:
    opened = open_town(webhook_key="a-key-of-this-installation")
    opened.seed()
    opened.start_shifts()
    opened.people["nobody"] = opened.nobody
    return opened


def send(town: Town, method: str, who: str, path: str, **options: Any) -> httpx.Response:
    return town[who].request(method, path, **options)


def test_every_address_that_writes_has_an_example() -> None:
    short = {f"{it.method} {it.path.removeprefix('/api/v1')}" for it in ADDRESSES}
    posts = {it for it in short if it.startswith(("POST", "PATCH"))}
    exempt = {f"POST {path}" for path in NO_KEY}
    assert posts - exempt == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_repeat_gets_the_same_answer_and_another_body_is_refused(
    written: Town, name: str
) -> None:
    who, path, body = EXAMPLES[name](written)
    method = name.partition(" ")[0]
    key = {"Idempotency-Key": f"key of {name}".replace(" ", "-")}
    given = {"content": body} if isinstance(body, bytes) else {"json": body}
    first = send(written, method, who, path, headers=key, **given)
    assert first.is_success, first.text
    before = written.n_rows()
    again = send(written, method, who, path, headers=key, **given)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["idempotency-replayed"] == "true"
    refused = send(
        written,
        method,
        who,
        path,
        content=_another(body),
        headers=key if isinstance(body, bytes) else key | {"Content-Type": "application/json"},
    )
    assert refused.status_code == 422
    assert [fault["code"] for fault in refused.json()["faults"]] == ["idempotency.reused"]
    assert written.n_rows() == before


def _another(body: Any) -> bytes:
    """Return another body that is read as well."""
    if isinstance(body, bytes):
        return body + b"\0"  # a picture may have something behind it
    return json.dumps(body).encode() + b" " if body is not None else b"{}"


HOSTILE: dict[str, bytes] = {
    "not a number": b'{"x": NaN}',
    "infinite": b'{"x": 1e999}',
    "a lone surrogate": b'{"reason": "\\ud800", "note": "\\ud800"}',
    "half a byte sequence": b'{"reason": "\xff"}',
    "the same member twice": b'{"reason": "a", "reason": "b"}',
    "beyond 2^53": b'{"unit_id": 9007199254740993}',
    "10,000 deep": b'{"x":' * 10_000 + b"1" + b"}" * 10_000,
    "no object": b"[]",
    "a text": b'"x"',
    "cut off": b'{"reason": "x',
    "an unknown member": b'{"nobody_knows_this": 1}',
    "a NUL": b'{"reason": "a\\u0000b", "note": "a\\u0000b", "text": "a\\u0000b"}',
    "right to left": '{"reason": "a\u200fb", "note": "a\u202eb", "text": "\u2067"}'.encode(),
    "10 MB": b'{"reason": "' + b"x" * 10_000_000 + b'"}',
}


@pytest.mark.parametrize("name", [it for it in EXAMPLES if it.startswith(("POST", "PATCH"))])
def test_no_hostile_body_is_taken_or_leaves_anything(written: Town, name: str) -> None:
    who, path, body = EXAMPLES[name](written)
    method, before = name.partition(" ")[0], written.n_rows()
    for what, content in HOSTILE.items():
        if body is None and what in BODILESS:
            continue  # an address without a body looks at none
        headers = {"Content-Type": "application/json"}
        answer = send(written, method, who, path, content=content, headers=headers)
        assert answer.status_code == (413 if what == "10 MB" else 422), (what, answer.text[:300])
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
    assert written.n_rows() == before


BODILESS = {"no object", "a text", "an unknown member", "a NUL", "right to left"}
