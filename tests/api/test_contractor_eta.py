"""A contractor that comes later or sooner than it said."""

from __future__ import annotations

from typing import Any

import pytest

from dispatch.contractor_record import offers_answered
from tests.support.service import SECRET, Town, owner_of

ON_BOTH_DATABASES = True


@pytest.fixture
def coming(town: Town) -> tuple[Town, dict[str, Any], str]:
    """Return a town, an incident that a contractor reaches in 20 minutes, and the offer's path."""
    incident = town.call()
    town["desk"].post(f"incidents/{incident['id']}/contractor-offer", {})
    [offer] = town["partner"].get("provider/offers").json()["items"]
    path = f"provider/offers/{offer['id']}"
    assert town["partner"].post(f"{path}/accept", {"eta_min": 20}).status_code == 200
    town.decide()
    return town, incident, path


def seen(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    return dict(town["desk"].get(f"incidents/{incident['id']}").json())


def late_alarms(town: Town) -> list[str]:
    items = town["desk"].get("alarms").json()["items"]
    return [it["text"]["en"] for it in items if it["kind"] == "contractor_late"]


def changes_told(town: Town, incident: dict[str, Any]) -> list[str]:
    who, path = owner_of(town, incident)
    return [it["kind"] for it in who.get(path).json()["timeline"] if "changed" in it["kind"]]


def test_later_is_told_to_the_owner_and_the_dispatcher(coming: Any) -> None:
    town, incident, path = coming
    town.clock.advance(600)
    answer = town["partner"].post(f"{path}/eta", {"eta_min": 35})
    assert (answer.status_code, answer.json()["eta_at"]) == (200, "2026-06-01T04:45:00Z")
    town.decide()
    now = seen(town, incident)
    assert (now["eta_at"], now["risk"]) == ("2026-06-01T04:45:00Z", "at_risk")
    contractor = now["contractor"]
    assert (contractor["eta_at"], contractor["first_eta_at"]) == (
        "2026-06-01T04:45:00Z",
        "2026-06-01T04:20:00Z",
    )
    assert now["promised_at"] >= now["eta_at"]
    assert now["promise_reason"]["en"] == "Our partner was held up on the road."
    [told] = late_alarms(town)
    assert told.startswith("海湾救援 now says 12:45 instead of 12:20, which breaks the promise")
    who, page = owner_of(town, incident)
    assert who.get(page).json()["eta_at"] == "2026-06-01T04:45:00Z"
    assert changes_told(town, incident) == ["promise.changed"]


def test_new_times_in_a_row_are_one_line_for_the_owner(coming: Any) -> None:
    town, incident, path = coming
    for minutes in (40, 60):
        town["partner"].post(f"{path}/eta", {"eta_min": minutes})
        town.decide()
    assert changes_told(town, incident) == ["promise.changed"]
    staff = [it["kind"] for it in seen(town, incident)["timeline"]]
    assert staff.count("contractor.eta_changed") == staff.count("promise.changed") == 2


def test_sooner_again_ends_the_alarm(coming: Any) -> None:
    town, incident, path = coming
    town["partner"].post(f"{path}/eta", {"eta_min": 50})
    town.decide()
    assert len(late_alarms(town)) == 1
    town["partner"].post(f"{path}/eta", {"eta_min": 15})
    town.decide()
    assert late_alarms(town) == []
    assert (seen(town, incident)["eta_at"], seen(town, incident)["risk"]) == (
        "2026-06-01T04:15:00Z",
        "normal",
    )


def test_who_is_behind_its_new_time_too_is_alarmed_again(coming: Any) -> None:
    town, _, path = coming
    for minutes, clock in ((40, "12:40"), (60, "13:00")):
        town["partner"].post(f"{path}/eta", {"eta_min": minutes})
        town.decide()
        [alarm] = town["desk"].get("alarms").json()["items"]
        assert alarm["text"]["en"].startswith(f"海湾救援 now says {clock} instead of 12:20")
        town["desk"].post(f"alarms/{alarm['id']}/acknowledge")
        town.decide()
        assert late_alarms(town) == []
        town.clock.advance(1)
    town.clock.advance(72 * 60)
    town.decide()
    assert late_alarms(town) == [
        "海湾救援 is 12 min behind its own ETA: call it, or take the job back."
    ]


def test_what_was_said_first_is_what_its_etas_are_worth(coming: Any) -> None:
    town, _, path = coming
    town["partner"].post(f"{path}/eta", {"eta_min": 30})
    town.clock.advance(30 * 60)
    town["partner"].post(f"{path}/status", {"status": "arrived"})
    with town.service.runtime.database.read() as session:
        [found] = offers_answered(session, town.service.runtime.region, town.clock.now())
    assert (found.slip_s, found.reach_s, found.is_known) == (600, 1800, True)


def test_the_dispatcher_notes_what_was_said_on_the_phone(coming: Any) -> None:
    town, incident, _ = coming
    action = f"incidents/{incident['id']}/contractor-eta"
    answer = town["desk"].post(action, {"eta_min": 45})
    assert answer.json()["contractor"]["eta_at"] == "2026-06-01T04:45:00Z"
    again = town["desk"].post(action, {"eta_min": 45})  # the same again says nothing new
    kinds = [it["kind"] for it in again.json()["timeline"]]
    assert kinds.count("contractor.eta_changed") == 1
    [offer] = town["partner"].get("provider/offers").json()["items"]
    assert offer["eta_at"] == "2026-06-01T04:45:00Z"
    assert town["hotline"].post(action, {"eta_min": 45}).status_code == 403
    assert town["partner"].post(action, {"eta_min": 45}).status_code == 403


def test_a_repeated_request_changes_it_once(coming: Any) -> None:
    town, _, path = coming
    key = {"headers": {"Idempotency-Key": "once"}}
    first = town["partner"].post(f"{path}/eta", {"eta_min": 25}, **key).json()
    town.clock.advance(300)
    assert town["partner"].post(f"{path}/eta", {"eta_min": 25}, **key).json() == first


def test_at_the_wrong_time_and_by_the_wrong_one_it_is_refused(coming: Any) -> None:
    town, incident, path = coming
    other = {"name": "Other", "phone": "+8613900000009", "lon": 119.62, "lat": 25.36}
    other |= {"skills": ["tyre"], "callout_cny": 1.0, "cny_per_km": 1.0}
    other |= {"user": "other", "secret": SECRET}
    assert town["admin"].request("PUT", "fleet", json={"contractors": [other]}).is_success
    token = town.nobody.post("login", {"user": "other", "secret": SECRET}).json()["token"]
    stranger = town.nobody.with_token(token)
    assert stranger.post(f"{path}/eta", {"eta_min": 25}).status_code == 404
    assert town["partner"].post(f"{path}/eta", {"eta_min": 0}).status_code == 422
    action = f"incidents/{incident['id']}/contractor-eta"
    town["partner"].post(f"{path}/status", {"status": "arrived"})
    for client, where in ((town["partner"], f"{path}/eta"), (town["desk"], action)):
        refused = client.post(where, {"eta_min": 25})
        assert refused.status_code == 409
        assert refused.json()["remedy"]
    nobody = town.call()
    refused = town["desk"].post(f"incidents/{nobody['id']}/contractor-eta", {"eta_min": 25})
    assert (refused.status_code, "No contractor has" in refused.json()["detail"]) == (409, True)
