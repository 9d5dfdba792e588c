"""Two dispatchers, one incident: who was slower is told so, and nothing is overwritten."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import API, Town

ON_BOTH_DATABASES = True


def test_the_slower_of_two_is_refused(town: Town) -> None:
    path = f"incidents/{town.call()['id']}"
    read = town["desk"].get(path)
    tag = read.headers["etag"]
    assert read.json()["etag"] == tag
    assert tag.startswith('"')
    first = town["desk"].request("PATCH", path, json={"note": "red car"}, headers={"If-Match": tag})
    assert first.status_code == 200
    slower = town["hotline"].request(
        "PATCH", path, json={"note": "blue car"}, headers={"If-Match": tag}
    )
    assert (slower.status_code, slower.json()["code"]) == (412, "changed_meanwhile")
    now = town["desk"].get(path).json()
    assert now["note"] == "red car"
    anew = {"If-Match": now["etag"]}
    assert town["hotline"].request("PATCH", path, json={"note": "b"}, headers=anew).is_success


def test_lists_carry_the_same_tag(town: Town) -> None:
    number = town.call()["id"]
    (listed,) = town["desk"].get("incidents").json()["items"]
    assert listed["etag"] == town["desk"].get(f"incidents/{number}").headers["etag"]


def test_the_optimizer_does_not_spoil_a_tag_but_a_hand_does(town: Town) -> None:
    path = f"incidents/{town.call()['id']}"
    town.start_shifts()
    before = town["desk"].get(path).json()["etag"]
    version = town["desk"].get("plan").json()["version"]
    unit = town["R-01"].get("me").json()["unit_id"]
    town.clock.advance(30)
    assert town["desk"].get(path).json()["etag"] == before
    wish = {"unit_id": unit, "plan_version": version}
    given = {"If-Match": before}
    assert town["desk"].post(f"{path}/assign", wish, headers=given).status_code == 200
    for tail, body in (("assign", wish), ("release", None), ("cancel", {"reason": "x"})):
        assert town["desk"].post(f"{path}/{tail}", body, headers=given).status_code == 412


EDITS: dict[str, Any] = {
    "": {"note": "red car"},
    "/cancel": {"reason": "x"},
    "/solve-remotely": {"note": "x"},
    "/assign": {"unit_id": 1, "plan_version": 0},
    "/lock": {"lock": "unit"},
    "/release": None,
    "/contractor-offer": {},
}


@pytest.mark.parametrize("tail", EDITS)
@pytest.mark.parametrize("headers", [{}, {"If-Match": " "}])
def test_who_has_not_read_it_may_not_change_it(
    town: Town, tail: str, headers: dict[str, str]
) -> None:
    path = f"incidents/{town.call()['id']}"
    before = town["desk"].get(path).text
    method = "POST" if tail else "PATCH"
    blind = town["desk"].request(method, f"{API}/{path}{tail}", json=EDITS[tail], headers=headers)
    assert (blind.status_code, blind.json()["code"]) == (428, "precondition_required")
    assert "etag" in blind.json()["remedy"]
    assert town["desk"].get(path).text == before


@pytest.mark.parametrize(("given", "status"), [("*", 200), ('"x"', 412), ('"x", TAG', 200)])
def test_forms_of_the_header(town: Town, given: str, status: int) -> None:
    incident = town.call()
    header = {"If-Match": given.replace("TAG", incident["etag"])}
    path = f"incidents/{incident['id']}/cancel"
    assert town["desk"].post(path, {"reason": "x"}, headers=header).status_code == status


def test_a_hidden_number_does_not_show_in_the_tag(town: Town) -> None:
    incident = town.call()
    with town.service.runtime.database.write() as session:
        from dispatch.store import IncidentRow  # noqa: PLC0415

        session.get_one(IncidentRow, incident["id"]).caller_phone = "+8613899990001"
    again = town["desk"].get(f"incidents/{incident['id']}").json()
    assert again["etag"] == incident["etag"]
