"""Requests made up from the OpenAPI document: whatever comes, the service answers as documented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app
from tests.support.service import OpenTown, Town

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


SCHEMA = schemathesis.openapi.from_dict(create_app(None).openapi())
OPERATIONS = [
    found.ok() for found in SCHEMA.get_all_operations() if not found.ok().path.endswith(ENDLESS)
]


@pytest.fixture(scope="module")
def fuzzed(open_town: OpenTown) -> Town:
    opened = open_town()
    opened.seed()
    opened.start_shifts()
    opened.call()
    opened.decide()
    return opened


def bearer(operation: Any, town: Town) -> dict[str, str]:
    tag = (operation.tags or [""])[0]
    # Made-up etags would end every edit of an incident at the door.
    return {"Authorization": f"Bearer {town[SPEAKERS.get(tag, 'desk')].token}", "If-Match": "*"}


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


def walk(town: Town, *, walks: int, steps: int) -> list[tuple[str, int]]:
    """Make requests from what earlier answers held; return each operation and its status."""
    schema = schemathesis.openapi.from_dict(create_app(None).openapi())
    schema = schema.exclude(path_regex="(events|stream|logout)$")
    schema.app = town.service.app
    made: list[tuple[str, int]] = []

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": bearer(case.operation, town), "timeout": 60}

        def validate_response(self, response: Any, case: Any, **_: Any) -> None:
            made.append((case.operation.label, response.status_code))
            case.validate_response(response, checks=CHECKS)

        def teardown(self) -> None:
            town.decide()  # whatever was asked for, the dispatcher can live with it
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
    """Check that walks got past the doors: things that other answers named were found."""
    followed = {label for label, status in made if "{" in label and status < 300}
    assert len(followed) >= n_followed, sorted(followed)


def test_nothing_that_follows_breaks_the_service(fuzzed: Town) -> None:
    expect_depth(walk(fuzzed, walks=12, steps=12), n_followed=3)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_nothing_that_follows_breaks_the_service_for_long(fuzzed: Town) -> None:
    expect_depth(walk(fuzzed, walks=400, steps=25), n_followed=8)
