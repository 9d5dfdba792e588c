"""What a change of the fleet sets going."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from kernel import events
from tests.support.service import FLEET, Town


def put(town: Town, body: dict[str, Any]) -> None:
    assert town["admin"].request("PUT", "fleet", json=body).status_code == 200


def without(*skills: str) -> dict[str, Any]:
    """Return the fleet in which nobody has some skills; with secrets, all would be logged out."""
    body = deepcopy({name: FLEET[name] for name in ("units", "contractors", "centres")})
    for member in (*body["units"], *body["contractors"]):
        for secret in ("pin", "user", "secret"):
            member.pop(secret, None)
        member["skills"] = [it for it in member["skills"] if it not in skills]
    return body


def changes(town: Town) -> list[dict[str, Any]]:
    with town.service.runtime.database.read() as session:
        return [it.payload for it in events.read_after(session, 0, kinds=("fleet.changed",))]


def test_who_waited_for_a_skill_is_helped_once_a_unit_has_it(town: Town) -> None:
    put(town, without("tyre"))
    town.start_shifts("R-01")
    incident = town.call()
    town.decide()
    assert town["R-01"].get("field/jobs").json()["current"] is None
    put(town, without())
    town.decide()
    current = town["R-01"].get("field/jobs").json()["current"]
    assert current["incident_id"] == incident["id"]


def test_only_a_change_is_told_and_of_whom(town: Town) -> None:
    [first] = changes(town)
    assert {name: len(ids) for name, ids in first.items()} == {
        "units": 2,
        "contractors": 1,
        "centres": 1,
    }
    put(town, without())
    assert changes(town) == [first]
    put(town, without("lockout"))
    *_, last = changes(town)
    assert last == {"units": first["units"][:1]}
