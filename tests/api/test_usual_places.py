"""Reports of places: the short way takes the usual ones only, and answers as the endpoint does."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.body import BodyDoor
from api.identity import revoke
from api.known_tokens import KnownTokens
from api.usual_places import PATH, UsualPlaces
from tests.support.service import Client, Town

ON_BOTH_DATABASES = True
PASSED_ON = 299
AT = "2026-06-01T04:00:00Z"
HERE = {"at": AT, "lon": 119.61, "lat": 25.365}

UNUSUAL: dict[str, Any] = {
    "an unknown member": {"positions": [HERE | {"colour": "red"}]},
    "a number as text": {"positions": [HERE | {"lon": "119.61"}]},
    "false for a number": {"positions": [HERE | {"lat": False}]},
    "no time zone": {"positions": [HERE | {"at": "2026-06-01T04:00:00"}]},
    "nowhere": {"positions": [HERE | {"lon": 0, "lat": 0}]},
    "the day before yesterday": {"positions": [HERE | {"at": "2026-05-29T04:00:00Z"}]},
    "no place at all": {"positions": []},
    "no object": [HERE],
}


async def _pass_on(scope: Scope, receive: Receive, send: Send) -> None:
    await Response(status_code=PASSED_ON)(scope, receive, send)


@pytest.fixture
def crew(town: Town) -> Client:
    """Return a crew on its shift whose token is known."""
    town.start_shifts("R-01")
    phone = town["R-01"]
    assert phone.post("field/positions", {"positions": [HERE]}).status_code == 200
    return phone


def short_way(town: Town, phone: Client, content: bytes, **headers: str) -> int:
    """Return the status of a report that goes no further than the short way."""
    runtime = town.service.runtime
    known: KnownTokens = runtime.known
    if phone.token is not None and known.recall(phone.token) is None:
        known.look_up(phone.token)
    alone = Client(phone._portal, BodyDoor(UsualPlaces(_pass_on, runtime)), phone.token)
    given = {"content-type": "application/json"} | headers
    return alone.request("POST", PATH, content=content, headers=given).status_code


def test_a_usual_report_is_taken(town: Town, crew: Client) -> None:
    body = json.dumps({"positions": [HERE | {"lon": 119.62}]}).encode()
    town.clock.advance(5)
    assert short_way(town, crew, body) == 200
    assert short_way(town, crew, body, **{"idempotency-key": "a"}) == PASSED_ON
    assert short_way(town, crew, body, **{"content-type": "text/plain"}) == PASSED_ON
    assert short_way(town, crew, b"") == PASSED_ON


@pytest.mark.parametrize("what", UNUSUAL)
def test_what_is_unusual_gets_the_endpoints_answer(town: Town, crew: Client, what: str) -> None:
    body = UNUSUAL[what]
    assert short_way(town, crew, json.dumps(body).encode()) == PASSED_ON
    plain = crew.post("field/positions", body)
    keyed = crew.request(
        "POST", "field/positions", json=body, headers={"Idempotency-Key": "one-of-a-kind"}
    )
    assert plain.status_code == keyed.status_code == 422
    assert plain.json() == keyed.json()


def test_both_ways_answer_alike(town: Town, crew: Client) -> None:
    def sent(**headers: str) -> httpx.Response:
        town.clock.advance(5)
        fix = HERE | {"at": town.now}
        return crew.request("POST", "field/positions", json={"positions": [fix]}, headers=headers)

    usual, keyed = sent(), sent(**{"Idempotency-Key": "one-of-a-kind"})
    assert usual.status_code == keyed.status_code == 200
    assert usual.json() == keyed.json()
    own = {"x-request-id"}
    assert {k: v for k, v in usual.headers.items() if k not in own} == {
        k: v for k, v in keyed.headers.items() if k not in own
    }


def test_nobody_else_goes_the_short_way(town: Town, crew: Client) -> None:
    body = json.dumps({"positions": [HERE]}).encode()
    runtime = town.service.runtime
    assert short_way(town, crew.with_token(None), body) == PASSED_ON
    assert short_way(town, town["desk"], body) == PASSED_ON
    assert town["desk"].post("field/positions", {"positions": [HERE]}).status_code == 403
    unitless = crew.with_token(town.service.issue_token("technician", name="nobody's"))
    assert short_way(town, unitless, body) == PASSED_ON
    assert unitless.post("field/positions", {"positions": [HERE]}).status_code == 403
    assert crew.token is not None
    token_id = runtime.known.look_up(crew.token).token_id
    with runtime.database.write() as session:
        revoke(session, token_id, runtime.clock.now())
    assert crew.post("field/positions", {"positions": [HERE]}).status_code == 401


def test_a_report_on_the_short_way_is_logged_under_its_route(town: Town, crew: Client) -> None:
    town.clock.advance(5)
    crew.post("field/positions", {"positions": [HERE | {"at": town.now}]})
    counted = "\n".join(town.service.app.state.metrics.requests.lines())
    assert f'method="POST",route="{PATH}",status="200"}} 2' in counted
