"""Every route declares who may call it; the matrix of routes and roles is made from that."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import get_args

import pytest
from fastapi import Depends, FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from api.access import ADMINS, Gate, Open, OwnerGate, Rule, rules_of
from api.app import PREFIX, create_app
from api.identity import NewUser, issue_token, put_user
from api.models.identity import Role
from api.owner_links import link_for_appointment, link_for_incident, open_link
from api.store import UserRow
from api.webhooks.store import WebhookRow
from dispatch.store import AlarmRow, IncidentRow
from fleet.model import UnitKind, UnitSpec
from fleet.registers import ContractorSpec, put_contractor
from fleet.store import put_unit
from kernel import events
from routing.store import RoadReportRow
from tests.api.test_streams import Listener
from tests.storage import rows as stored
from tests.support.service import Town

ON_BOTH_DATABASES = True

ROLES: tuple[Role, ...] = get_args(Role)
DOCUMENT = f"{PREFIX}/openapi.json"
NOT_THERE = "2147483647"


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
        return re.sub(r"{[^}]*id}", NOT_THERE, self.path).replace("{key}", "x" * 32)


def addresses(app: FastAPI) -> list[Address]:
    found = []
    for route in iter_route_contexts(app.routes):
        if route.path == DOCUMENT:
            continue
        rules = rules_of(route.dependant)
        assert len(rules) == 1, f"{route.path} declares {len(rules)} rules instead of one"
        found += [Address(method, str(route.path), rules[0]) for method in sorted(route.methods)]
    return found


API = [address for address in addresses(create_app(None)) if address.path.startswith(PREFIX)]
GUARDED = [address for address in API if isinstance(address.rule, Gate)]


def test_every_address_declares_one_rule() -> None:
    assert len(API) > 35  # `addresses` itself fails for an address without one


@pytest.mark.parametrize("rules", [[], [Gate(ADMINS), Open("two rules are none")]])
def test_a_route_that_declares_no_rule_fails(rules: list[Rule]) -> None:
    app = create_app(None)
    app.add_api_route(
        f"{PREFIX}/forgotten",
        lambda: None,
        methods=["GET"],
        dependencies=[Depends(it) for it in rules],
    )
    with pytest.raises(AssertionError, match=f"forgotten declares {len(rules)} rules"):
        addresses(app)


def test_what_is_mounted_beside_the_routes_fails_too() -> None:
    app = create_app(None)
    app.mount("/beside", FastAPI())
    with pytest.raises((AssertionError, AttributeError)):
        addresses(app)


def test_only_these_ask_nobody() -> None:
    opened = {str(address) for address in API if isinstance(address.rule, Open)}
    asked = {f"POST {PREFIX}/{name}" for name in ("login", "refresh", "logout")}
    assert opened == asked | {f"GET {PREFIX}/clock"}


def test_only_owner_pages_are_opened_by_a_link() -> None:
    linked = {address.path for address in API if isinstance(address.rule, OwnerGate)}
    assert linked == {
        f"{PREFIX}/track/{{key}}{rest}"
        for rest in ("", "/cancel", "/rating", "/events", "/photos", "/photos/{photo_id}")
    }


# -------------------------------------------------------------- the matrix, generated from that


@dataclass(frozen=True)
class Speaker:
    """Somebody with a token of a role and region, or with something that is none."""

    name: str
    role: Role | None
    region: str = "town"

    def __str__(self) -> str:
        return f"{self.name}@{self.region}"


STRANGERS = ("no token", "made-up token", "expired token", "revoked token", "owner's key")
SPEAKERS = [
    *(Speaker(role, role, region) for region in ("town", "elsewhere") for role in ROLES),
    *(Speaker(name, None) for name in STRANGERS),
]


@pytest.fixture(scope="module")
def tokens(shared_town: Town) -> dict[str, str | None]:
    """Return what each speaker sends as a bearer token."""
    issue, now = shared_town.service.issue_token, shared_town.clock.now()
    unit = shared_town["R-01"].get("me").json()["unit_id"]
    found: dict[str, str | None] = {"no token@town": None, "made-up token@town": "x" * 43}
    link = shared_town.call()["track_url"].rpartition("/")[2]
    found |= {
        "owner's key@town": link,
        "expired token@town": issue("admin", life=timedelta(seconds=-1)),
    }
    found["revoked token@town"] = issue("dispatcher", name="was revoked")
    shared_town.nobody.with_token(found["revoked token@town"]).post("logout")
    for role in ROLES:
        bound = {
            "unit_id": unit if role == "technician" else None,
            "contractor_id": 1 if role == "provider" else None,
        }
        found[f"{role}@town"] = issue(role, name=f"matrix {role}", **bound)
        with shared_town.service.runtime.database.write() as session:
            user_id = put_user(session, NewUser("elsewhere", role, role, role, **bound))
            foreign = issue_token(session, user_id, now, timedelta(hours=12))
            found[f"{role}@elsewhere"] = foreign
    return found


def expected(rule: Gate, speaker: Speaker) -> set[int]:
    """Return the statuses that mean what the rule says."""
    if speaker.role is None:
        return {401}
    if speaker.region != "town" or speaker.role not in rule.roles:
        return {403}
    return {200, 204, 404, 409, 422}  # in; there is no such thing, or the body was empty


@pytest.mark.parametrize("address", GUARDED, ids=str)
def test_matrix(shared_town: Town, tokens: dict[str, str | None], address: Address) -> None:
    """Ask every cell of one address: each role and region, and everybody without a right."""
    assert isinstance(address.rule, Gate)
    wrong = {}
    for speaker in SPEAKERS:
        may = expected(address.rule, speaker)
        if address.path == f"{PREFIX}/logout" and 204 in may:
            continue  # would end the token that the other addresses are asked with
        token = tokens[str(speaker)]
        if address.path in ENDLESS and 200 in may:
            status, code = first_status(shared_town, address, token), None
        else:
            answer = shared_town.nobody.with_token(token).request(address.method, address.example)
            status = answer.status_code
            code = answer.json()["code"] if status in (401, 403) else None
        if status not in may or code not in (None, {401: NOBODY, 403: "not_allowed"}.get(status)):
            wrong[str(speaker)] = (status, code)
    assert wrong == {}


NOBODY = "not_authenticated"
ENDLESS = {f"{PREFIX}/events", f"{PREFIX}/field/stream"}


def first_status(town: Town, address: Address, token: str | None) -> int:
    """Return how a stream begins, and hang up."""
    listener = Listener(town, address.path.removeprefix(f"{PREFIX}/"), token)
    town.nobody._portal.call(listener.listen, 0)
    return listener.status


def test_the_matrix_is_whole(tokens: dict[str, str | None]) -> None:
    assert {str(speaker) for speaker in SPEAKERS} == set(tokens)
    assert len(SPEAKERS) == 2 * len(ROLES) + len(STRANGERS)
    assert len(GUARDED) * len(SPEAKERS) > 700


LINKED = [address for address in API if isinstance(address.rule, OwnerGate)]


@pytest.mark.parametrize("address", LINKED, ids=str)
def test_a_link_is_the_only_way_to_an_owners_page(
    shared_town: Town, tokens: dict[str, str | None], address: Address
) -> None:
    for token in tokens.values():  # a token, whosever it is, is no link
        answer = shared_town.nobody.with_token(token).request(address.method, address.example)
        bodies = {"POST": {404, 422}, "GET": {404}}
        assert answer.status_code in bodies[address.method]


# -------------------------------------------------------------- another region in one database


@pytest.fixture(scope="module")
def foreign(shared_town: Town, tokens: dict[str, str | None]) -> dict[str, int]:
    """Return ids of things of another region, by the name of the path's parameter."""
    region = "elsewhere"
    with shared_town.service.runtime.database.write() as session:
        mine = session.scalars(select(IncidentRow)).first()
        assert mine is not None
        read = {"triage": mine.triage, "entitlement": mine.entitlement}
        rows = {
            "incident_id": stored.incident(region=region, note=THEIRS, **read),
            "appointment_id": stored.appointment(region=region, note=THEIRS),
            "alarm_id": AlarmRow(
                region=region, kind="x", text={"zh": THEIRS, "en": THEIRS}, raised_at=stored.NOW
            ),
            "user_id": UserRow(region=region, login=THEIRS, name="x", role="planner"),
            "report_id": RoadReportRow(
                region=region, effect="closed", place={"way_ids": [1]}, note=THEIRS,
                made_at=stored.NOW, made_by="x",
            ),
            "webhook_id": WebhookRow(
                region=region, url=f"https://{THEIRS}.example/", kinds=[], salt="0", cursor_seq=0,
                created_at=stored.NOW,
            ),
        }  # fmt: skip
        session.add_all(rows.values())
        unit = put_unit(
            session,
            stored.NOW,
            UnitSpec(code="Z-9", name=THEIRS, region=region, kind=UnitKind.TOW, home=stored.PLACE),
        )
        session.flush()
        ids = {name: row.id for name, row in rows.items()} | {"unit_id": unit.id}
        photo = stored.photo(incident_id=ids["incident_id"])
        ids["photo_id"] = stored.stored(session, photo)
        ids["contractor_id"] = put_contractor(
            session,
            ContractorSpec(
                name=THEIRS,
                region=region,
                phone="+8613800000001",
                position=stored.PLACE,
                skills=frozenset({"tyre"}),
            ),
        ).id
        events.append(
            session,
            stored.NOW,
            "incident.created",
            region=region,
            unit_id=unit.id,
            incident_id=ids["incident_id"],
            payload={"note": THEIRS},
        )
        return ids


THEIRS = "of-another-region"
"""Stands in everything that `foreign` makes."""


BODIES: dict[str, object] = {
    "cancel": {"reason": "x"},
    "solve-remotely": {"note": "x"},
    "caller": {"reason": "x"},
    "owner-link": {"action": "renew"},
    "assign": {"unit_id": 1, "plan_version": 0},
    "lock": {"lock": "free"},
    "contractor-offer": {},
    "contractor-eta": {"eta_min": 10},
    "merge": {"into": 1},
    "move": {"window": {"start_at": "2026-06-02T01:00:00Z", "end_at": "2026-06-02T03:00:00Z"}},
}
OWN_ONLY = {"job_id", "offer_id"}
"""Of one's own unit or contractor: the gate's tests of those packages ask for others'."""
WITH_ID = [
    address
    for address in GUARDED
    if (found := re.search(r"{(\w+_id)}", address.path)) and found[1] not in OWN_ONLY
]


@pytest.mark.parametrize("address", WITH_ID, ids=str)
def test_another_regions_things_are_not_there(
    shared_town: Town, tokens: dict[str, str | None], foreign: dict[str, int], address: Address
) -> None:
    assert isinstance(address.rule, Gate)
    path = re.sub(r"{(\w+_id)}", lambda found: str(foreign[found[1]]), address.path)
    body = BODIES.get(path.rpartition("/")[2], {"note": "x"} if address.method == "PATCH" else None)
    before = shared_town.n_rows()
    for role in address.rule.roles:
        client = shared_town.nobody.with_token(tokens[f"{role}@town"])
        answer = client.request(address.method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
    assert shared_town.n_rows() == before


LISTS = [
    address
    for address in GUARDED
    if address.method == "GET" and "{" not in address.path and address.path not in ENDLESS
]


@pytest.mark.parametrize("address", LISTS, ids=str)
def test_no_list_shows_anything_of_another_region(
    shared_town: Town, tokens: dict[str, str | None], foreign: dict[str, int], address: Address
) -> None:
    assert isinstance(address.rule, Gate)
    asked: list[dict[str, object]] = [{}]
    asked += [{"incident_id": foreign["incident_id"]}, {"unit_id": foreign["unit_id"]}]
    asked += [{"state": "all"}, {"day": f"{stored.NOW:%F}"}, {"q": THEIRS}]
    asked += [{"lon": stored.PLACE.lon, "lat": stored.PLACE.lat}]
    for role in address.rule.roles:
        client = shared_town.nobody.with_token(tokens[f"{role}@town"])
        for query in asked:
            answer = client.get(address.path, params=query)
            assert answer.status_code in (200, 404, 422), answer.text
            # A place that was asked for by name is named in the refusal, and that is all.
            assert THEIRS not in answer.text or "q" in query, query


def test_no_stream_tells_anything_of_another_region(
    shared_town: Town, tokens: dict[str, str | None], foreign: dict[str, int]
) -> None:
    with shared_town.service.runtime.database.write() as session:
        last = events.append(session, stored.NOW, "unit.paused", region="town", unit_id=1)
    listener = Listener(shared_town, "events?after=0", tokens["dispatcher@town"])
    log = shared_town["desk"].get("events/log", params={"limit": 500}).json()["items"]
    found = shared_town.nobody._portal.call(listener.listen, len(log))
    assert found[-1]["id"] == str(last.seq)
    assert THEIRS not in listener.text
    assert {event["seq"] for event in log} == {int(event["id"]) for event in found}


def test_nothing_of_another_region_is_taken_by_its_number(
    shared_town: Town, tokens: dict[str, str | None], foreign: dict[str, int]
) -> None:
    desk = shared_town.nobody.with_token(tokens["dispatcher@town"])
    mine = f"incidents/{shared_town.call()['id']}"
    version = desk.get("plan").json()["version"]
    before = shared_town.n_rows()
    for path, body in (
        ("assign", {"unit_id": foreign["unit_id"], "plan_version": version}),
        ("contractor-offer", {"contractor_id": foreign["contractor_id"]}),
    ):
        answer = desk.post(f"{mine}/{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.text
    assert shared_town.n_rows() == before


@pytest.mark.parametrize("of", ["incident_id", "appointment_id"])
def test_an_owners_link_opens_nothing_in_another_region(
    shared_town: Town, foreign: dict[str, int], of: str
) -> None:
    runtime = shared_town.service.runtime
    with runtime.database.write() as session:
        now = runtime.clock.now()
        if of == "incident_id":
            key = link_for_incident(session, foreign[of], now)
        else:
            key = link_for_appointment(session, foreign[of], now, now)
        assert open_link(session, "elsewhere", key, now).key == key
    unknown = shared_town.nobody.get("track/" + "x" * 32)
    for address in LINKED:
        path = address.path.replace("{key}", key).replace("{photo_id}", NOT_THERE)
        body = {"cancel": {"reason": "x"}, "rating": {"stars": 5}}.get(path.rpartition("/")[2])
        answer = shared_town.nobody.request(address.method, path, json=body)
        assert (answer.status_code, answer.json()) == (404, unknown.json())
