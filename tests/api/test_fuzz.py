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
SPEAKERS = {"provider": "partner", "technician": "R-01", "region": "admin"}
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


def ask(operation: Any, town: Town, *, max_examples: int) -> None:
    tag = (operation.tags or [""])[0]
    operation.app = operation.schema.app = town.service.app
    headers = {"Authorization": f"Bearer {town[SPEAKERS.get(tag, 'desk')].token}"}

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
