"""Who called is forgotten once an incident or a visit has had its time, where a time is set."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from api import retention
from api.housekeeping import tidy
from api.quality import quality
from api.settings import Settings
from dispatch.store import IncidentRow
from kernel import events
from kernel.events import verify_chain
from tests.support.service import HARBOUR, OpenTown, Town

ON_BOTH_DATABASES = True

KEEP = timedelta(days=30)
SECOND = timedelta(seconds=1)
PHONE = "13812349999"
VISIT: dict[str, Any] = {
    "kind": "pickup_delivery",
    "window": {"start_at": "2026-06-02T01:00:00Z", "end_at": "2026-06-02T03:00:00Z"},
    "return_window": {"start_at": "2026-06-02T08:00:00Z", "end_at": "2026-06-02T10:00:00Z"},
    "caller": {"name": "李女士", "phone": PHONE},
    "vehicle": {"plate": "闽AD30001"},
    "location": {"lon": HARBOUR[0], "lat": HARBOUR[1], "datum": "WGS-84"},
}


def solved(town: Town, **changes: Any) -> dict[str, Any]:
    """Take a call and solve it on the phone."""
    incident = town.call(**changes)
    path = f"incidents/{incident['id']}/solve-remotely"
    assert town["hotline"].post(path, {"note": "she reset it herself"}).status_code == 200
    return incident


def forgotten(town: Town, later: timedelta) -> list[dict[str, Any]]:
    """Forget what is due after a while; return what was proved of it so far."""
    with town.service.runtime.database.write() as session:
        retention.forget_old(session, town.clock.now() + later, KEEP)
        proofs = events.read_after(session, 0, kinds=["personal.purged"])
        assert verify_chain(session) is None
    return [dict(it.payload) for it in proofs]


def phone_of(town: Town, incident: dict[str, Any]) -> str:
    shown = town["desk"].get(f"incidents/{incident['id']}").json()
    return str(shown["caller"]["phone"])


def test_an_incident_leads_back_to_nobody_once_its_time_is_over(town: Town) -> None:
    incident = solved(town, symptom="smells of smoke")
    assert forgotten(town, KEEP) == []
    assert phone_of(town, incident) == "138****0001"
    (proof,) = forgotten(town, KEEP + SECOND)
    assert proof["counts"]["incidents"] == proof["counts"]["calls"] == 1
    shown = town["desk"].get(f"incidents/{incident['id']}")
    assert phone_of(town, incident) == "****"
    for personal in ("闽AD20001", "smoke", "herself", "王先生"):
        assert personal not in shown.text
    assert len(forgotten(town, KEEP + timedelta(days=1))) == 1, "there was nothing more to forget"


def test_statistics_stay_the_same(town: Town) -> None:
    solved(town)
    since = town.clock.now() - timedelta(days=1)

    def told() -> Any:
        with town.service.runtime.database.read() as session:
            return quality(session, "town", since, town.clock.now() + SECOND, "")

    before = told()
    assert len(forgotten(town, KEEP + SECOND)) == 1
    assert told() == before


def test_who_still_waits_is_not_forgotten_however_long(town: Town) -> None:
    incident = town.call()
    assert forgotten(town, 100 * KEEP) == []
    assert phone_of(town, incident) == "138****0001"


def test_a_visit_is_forgotten_after_its_last_window_once_nothing_is_under_way(town: Town) -> None:
    booked = town["hotline"].post("appointments", VISIT).json()
    over = datetime.fromisoformat(VISIT["return_window"]["end_at"]) - town.clock.now()
    assert forgotten(town, over + KEEP + SECOND) == [], "its jobs are open"
    reason = {"reason": "sold the car"}
    cancel = town["hotline"].post(f"appointments/{booked['id']}/cancel", reason)
    assert cancel.status_code == 200, cancel.text
    assert forgotten(town, over + KEEP) == []
    (proof,) = forgotten(town, over + KEEP + SECOND)
    assert proof["counts"]["appointments"] == 1
    day = town["hotline"].get("appointments", params={"day": "2026-06-02"}).text
    assert booked["code"] in day
    assert "30001" not in day
    assert "sold" not in day


def test_many_are_forgotten_in_rounds(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MOST_AT_ONCE", 2)
    several = [solved(town) for _ in range(5)]
    counts = [forgotten(town, KEEP + SECOND)[-1]["counts"]["incidents"] for _ in range(3)]
    assert counts == [2, 2, 1]
    assert {phone_of(town, it) for it in several} == {"****"}


def test_without_a_time_nothing_is_forgotten(town: Town) -> None:
    incident = solved(town)
    with town.service.runtime.database.write() as session:
        tidy(session, town.clock.now() + 100 * KEEP)
        assert session.get_one(IncidentRow, incident["id"]).caller_phone == "+8613812340001"
        tidy(session, town.clock.now() + 100 * KEEP, keep_personal=KEEP)
        assert session.get_one(IncidentRow, incident["id"]).caller_phone == ""


def test_a_service_forgets_when_it_starts(open_town: OpenTown) -> None:
    town = open_town()
    town.seed()
    incident = solved(town)
    database = town.service.runtime.settings.database
    clock = town.clock
    with town.service.runtime.database.write() as session:
        row = session.get_one(IncidentRow, incident["id"])
        row.closed_at = (
            row.received_at - KEEP
        )  # the next service's clock stands where this one's did
    town.service.close()
    again = open_town(database=database, keep_personal_days=7)
    assert again.clock.now() == clock.now()
    with again.service.runtime.database.read() as session:
        assert session.get_one(IncidentRow, incident["id"]).caller_phone == ""


@pytest.mark.parametrize("days", [0, 6, -1, 40_000])
def test_a_time_that_forgets_too_soon_is_refused(days: int) -> None:
    with pytest.raises(ValidationError, match="keep_personal_days"):
        Settings(keep_personal_days=days)
