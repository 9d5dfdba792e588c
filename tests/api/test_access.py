"""Every route declares who may call it; the matrix of routes and roles is made from that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import get_args

import pytest
from fastapi import APIRouter, Depends
from fastapi.routing import iter_route_contexts

from api.access import Gate, Open, OwnerGate, Rule, rules_of
from api.app import PREFIX, create_app
from api.identity import NewUser, issue_token, put_user
from api.models.identity import Role
from tests.support.service import Town

ROLES: tuple[Role, ...] = get_args(Role)
DOCUMENT = f"{PREFIX}/openapi.json"


@dataclass(frozen=True)
class Address:
    """One method of one route, and its rule."""

    method: str
    path: str
    rule: Rule

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def example(self) -> str:
        """The path with made-up parameters."""
        return re.sub(r"{[^}]*id}", "1", self.path).replace("{key}", "x" * 32)


def addresses() -> list[Address]:
    found = []
    for route in iter_route_contexts(create_app(None).routes):
        if route.path == DOCUMENT:
            continue
        rules = rules_of(route.dependant)
        assert len(rules) == 1, f"{route.path} declares {len(rules)} rules instead of one"
        found += [Address(method, str(route.path), rules[0]) for method in sorted(route.methods)]
    return found


API = [address for address in addresses() if address.path.startswith(PREFIX)]
GUARDED = [address for address in API if isinstance(address.rule, Gate)]


def test_every_address_declares_one_rule() -> None:
    assert len(API) > 35  # `addresses` itself fails for an address without one


def test_an_address_without_a_rule_is_found() -> None:
    router = APIRouter()
    router.add_api_route("/forgotten", lambda: None, methods=["GET"])
    guarded = APIRouter()
    guarded.add_api_route(
        "/kept", lambda: None, methods=["GET"], dependencies=[Depends(Gate(frozenset({"admin"})))]
    )
    assert [rules_of(route.dependant) for route in router.routes] == [[]]  # type: ignore[attr-defined]
    assert [rules_of(route.dependant) for route in guarded.routes] == [  # type: ignore[attr-defined]
        [Gate(frozenset({"admin"}))]
    ]


def test_only_these_ask_nobody() -> None:
    opened = {str(address) for address in API if isinstance(address.rule, Open)}
    assert opened == {f"POST {PREFIX}/login", f"POST {PREFIX}/refresh", f"GET {PREFIX}/clock"}


def test_only_owner_pages_are_opened_by_a_link() -> None:
    linked = {address.path for address in API if isinstance(address.rule, OwnerGate)}
    assert linked == {
        f"{PREFIX}/track/{{key}}{rest}" for rest in ("", "/cancel", "/rating", "/events")
    }


@pytest.mark.parametrize("address", GUARDED, ids=str)
def test_no_token_no_entry(shared_town: Town, address: Address) -> None:
    answer = shared_town.nobody.request(address.method, address.example)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def tokens(shared_town: Town) -> dict[Role, str]:
    unit = shared_town["R-01"].get("me").json()["unit_id"]
    return {
        role: shared_town.service.issue_token(
            role,
            unit_id=unit if role == "technician" else None,
            contractor_id=1 if role == "provider" else None,
        )
        for role in ROLES
    }


ENDLESS = {f"{PREFIX}/events", f"{PREFIX}/field/stream", f"{PREFIX}/logout"}
"""Streams never end for who may listen, logging out ends the token: asked elsewhere."""


@pytest.mark.parametrize("address", [it for it in GUARDED if it.path not in ENDLESS], ids=str)
def test_the_role_decides(shared_town: Town, tokens: dict[Role, str], address: Address) -> None:
    assert isinstance(address.rule, Gate)
    for role, token in tokens.items():
        answer = shared_town.nobody.with_token(token).request(address.method, address.example)
        if role in address.rule.roles:
            assert answer.status_code not in (401, 403), (role, answer.text)
        else:
            assert answer.status_code == 403, (role, answer.text)
            assert answer.json()["code"] == "not_allowed"


def test_streams_ask_too(shared_town: Town, tokens: dict[Role, str]) -> None:
    for path, role in (("events", "technician"), ("field/stream", "dispatcher")):
        answer = shared_town.nobody.with_token(tokens[role]).get(path)  # type: ignore[index]
        assert answer.status_code == 403


def test_a_token_of_another_region_is_refused(shared_town: Town) -> None:
    with shared_town.service.runtime.database.write() as session:
        user_id = put_user(session, NewUser("elsewhere", "x", "x", "dispatcher"))
        token = issue_token(
            session,
            user_id,
            shared_town.clock.now(),
            shared_town.service.runtime.settings.token_life,
        )
    answer = shared_town.nobody.with_token(token).get("units")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
