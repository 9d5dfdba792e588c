"""Requests made up from the OpenAPI document: whatever comes, the service answers as documented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings, strategies
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import select

from api.app import create_app
from api.identity import issue_token
from api.store import UserRow
from dispatch.pictures import MEDIA_TYPES
from tests.api.test_every_write import APPOINTMENT
from tests.support.pictures import drawn
from tests.support.service import HARBOUR, OpenTown, Town, a_call

ON_BOTH_DATABASES = True

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
SPEAKERS = {
    "provider": "partner",
    "technician": "R-01",
    "region": "admin",
    "users": "admin",
    "webhooks": "admin",
}
"""Who asks, by tag; the dispatcher asks the rest."""

ENDLESS = ("/events", "/stream", "/logout")


for kind in MEDIA_TYPES:
    pictures = strategies.sampled_from([drawn(), b"no picture", b""])
    schemathesis.openapi.media_type(kind, pictures)

SCHEMA = schemathesis.openapi.from_dict(create_app(None).openapi())
OPERATIONS = [
    found.ok() for found in SCHEMA.get_all_operations() if not found.ok().path.endswith(ENDLESS)
]


def opened(open_town: OpenTown) -> Town:
    town = open_town(webhook_key="a-key-of-this-installation")
    town.seed()
    town.start_shifts()
    town.call()
    town.decide()
    return town


@pytest.fixture(scope="module")
def fuzzed(open_town: OpenTown) -> Town:
    return opened(open_town)


def bearer(operation: Any, town: Town) -> dict[str, str]:
    tag = (operation.tags or [""])[0]
    let_in(town, SPEAKERS.get(tag, "desk"))
    # Made-up etags would end every edit of an incident at the door.
    return {"Authorization": f"Bearer {town[SPEAKERS.get(tag, 'desk')].token}", "If-Match": "*"}


def let_in(town: Town, who: str) -> None:
    """Give somebody a new token whom an earlier request has signed out or disabled."""
    runtime, client = town.service.runtime, town[who]
    if client.get("me").status_code == 200:
        return
    login = "admin (token)" if who == "admin" else who
    with runtime.database.write() as session:
        user = session.scalars(select(UserRow).filter_by(region="town", login=login)).one()
        user.disabled_at = None
        client.token = issue_token(session, user.id, runtime.clock.now(), timedelta(hours=12))


def ask(operation: Any, town: Town, *, max_examples: int) -> None:
    operation.app = operation.schema.app = town.service.app
    headers = bearer(operation, town)

    @settings(
        max_examples=max_examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def asked(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS, timeout=60)

    asked()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.label)
def test_nothing_breaks_the_service(operation: Any, fuzzed: Town) -> None:
    ask(operation, fuzzed, max_examples=6)


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: it.label)
def test_nothing_breaks_the_service_for_long(operation: Any, fuzzed: Town) -> None:
    ask(operation, fuzzed, max_examples=300)


# --------------------------------------------------------- requests that follow from each other


INCIDENT = "POST /api/v1/incidents"
ONE = f"{INCIDENT}/{{incident_id}}"
GOOD_BODIES: dict[str, Callable[[Town, int], Any]] = {
    INCIDENT: lambda _, n: a_call(n),
    ONE.replace("POST", "PATCH"): lambda _, n: {"note": f"note {n}"},
    f"{ONE}/assign": lambda town, _: {
        "unit_id": town["R-01"].get("me").json()["unit_id"],
        "plan_version": town["desk"].get("plan").json()["version"],
    },
    f"{ONE}/caller": lambda *_: {"reason": "call back"},
    f"{ONE}/cancel": lambda *_: {"reason": "gone"},
    f"{ONE}/contractor-offer": lambda *_: {},
    f"{ONE}/lock": lambda *_: {"lock": "unit"},
    f"{ONE}/owner-link": lambda *_: {"action": "renew"},
    f"{ONE}/solve-remotely": lambda *_: {"note": "runs again"},
    "POST /api/v1/appointments": lambda _, n: APPOINTMENT | {
        "caller": {"phone": f"1391234{n:04d}"}
    },
    "POST /api/v1/provider/offers/{offer_id}/accept": lambda *_: {"eta_min": 15},
    "POST /api/v1/road-reports": lambda *_: {
        "where": {"at": {"lon": HARBOUR[0], "lat": HARBOUR[1]}}, "effect": "closed"
    },
    "POST /api/v1/webhooks": lambda _, n: {"url": f"https://hook.example/{n}"},
}  # fmt: skip
"""Bodies that are taken, by operation: what is made up alone hardly gets past intake."""


def walk(open_town: OpenTown, *, walks: int, steps: int) -> list[tuple[str, int]]:
    """Make requests from what earlier answers held; return each operation and its status.

    Each walk has a town of its own: the same requests get the same answers, so that a walk that
    fails can be repeated and shortened.
    """
    schema = schemathesis.openapi.from_dict(create_app(None).openapi())
    schema = schema.exclude(path_regex="(events|stream|logout)$")
    made: list[tuple[str, int]] = []
    towns: list[Town] = []

    async def app_of_this_walk(scope: Any, receive: Any, send: Any) -> None:
        await towns[-1].service.app(scope, receive, send)

    schema.app = app_of_this_walk

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            super().setup()
            self.town, self.n_made = opened(open_town), 0
            towns.append(self.town)

        def before_call(self, case: Any) -> None:
            self.n_made += 1
            good = GOOD_BODIES.get(case.operation.label)
            if good is not None and self.n_made % 4:
                for who in ("desk", "R-01"):
                    let_in(self.town, who)
                case.body, case.media_type = good(self.town, self.n_made), "application/json"

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": bearer(case.operation, self.town), "timeout": 60}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            made.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

        def teardown(self) -> None:
            self.town.decide()  # whatever was asked for, the dispatcher can live with it
            self.town.service.close()
            super().teardown()

    Walk.run(
        settings=settings(
            max_examples=walks,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
    )
    return made


def expect_depth(made: list[tuple[str, int]], *, n_followed: int) -> None:
    """Check that walks got past the doors: things that other answers named were found.

    Where walks go changes with any number that is written in the sources (Hypothesis takes values
    from there): the walks are long enough, and the figure small enough, for all of them.
    """
    followed = {label for label, status in made if "{" in label and status < 300}
    assert len(followed) >= n_followed, sorted(followed)
    assert any(status == 201 for _, status in made), "nothing was made"


@pytest.mark.timeout(300)
def test_nothing_that_follows_breaks_the_service(open_town: OpenTown) -> None:
    expect_depth(walk(open_town, walks=8, steps=30), n_followed=8)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nothing_that_follows_breaks_the_service_for_long(open_town: OpenTown) -> None:
    made = walk(open_town, walks=200, steps=25)
    expect_depth(made, n_followed=15)
    assert ("POST /api/v1/incidents", 201) in made
