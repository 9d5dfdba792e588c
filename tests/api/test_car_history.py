"""What a call taker sees of a car that is known already."""

from __future__ import annotations

from typing import Any

import pytest

from api.personal_data import erase, find
from tests.support.service import HARBOUR, Town

ON_BOTH_DATABASES = True

VIN, OTHER_VIN = "LSVAA2180E2123456", "LSVAA2181E2123451"
PLATE = "闽AD12345"
INSTALLATION: dict[str, Any] = {
    "kind": "installation",
    "window": {"start_at": "2026-06-02T01:00:00Z", "end_at": "2026-06-02T03:00:00Z"},
    "caller": {"phone": "13812349999"},
    "location": {"lon": HARBOUR[0], "lat": HARBOUR[1], "datum": "WGS-84"},
}


def history(town: Town, who: str = "hotline", **of: str) -> dict[str, Any]:
    answer = town[who].get("cars/history", params=of)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def solved(town: Town, **vehicle: Any) -> dict[str, Any]:
    """Take a call about a car and solve it on the phone, a minute later."""
    incident = town.call(vehicle=vehicle)
    path = f"incidents/{incident['id']}/solve-remotely"
    assert town["hotline"].post(path, {"note": "restarted"}).status_code == 200
    town.clock.advance(60)
    return incident


def test_every_channel_leads_to_one_history(town: Town) -> None:
    first = solved(town, plate=PLATE, model="G6", purchased_on="2024-03-14")
    booked = town["hotline"].post(
        "appointments", INSTALLATION | {"vehicle": {"plate": PLATE, "colour": "white"}}
    )
    assert booked.status_code == 201, booked.text
    second = town.call(vehicle={"plate": PLATE, "vin": VIN, "model": "G6 Max"}, fault="tyre")
    found = history(town, plate="闽A·D12345")
    assert [(it["number"], it["state"], it["outcome"]) for it in found["incidents"]] == [
        (second["number"], "waiting", None),
        (first["number"], "closed", "solved_remotely"),
    ]
    assert [(it["kind"], it["stage"]) for it in found["visits"]] == [("installation", "received")]
    assert found["vehicle"] == {
        "vin": VIN,
        "plate": PLATE,
        "model": "G6 Max",
        "purchased_on": "2024-03-14",
        "colour": "white",
    }


def test_a_car_that_is_not_known_has_an_empty_history(town: Town) -> None:
    solved(town, model="G6", plate=PLATE)
    found = history(town, plate="闽AD99999", vin=VIN)
    assert (found["incidents"], found["visits"]) == ([], [])
    assert set(found["vehicle"].values()) == {None}


def test_a_plate_that_went_to_another_car_leads_to_that_one_alone(town: Town) -> None:
    solved(town, plate=PLATE, vin=OTHER_VIN)
    mine = solved(town, plate=PLATE, vin=VIN)
    unnamed = solved(town, plate=PLATE)
    numbers = [it["number"] for it in history(town, plate=PLATE, vin=VIN)["incidents"]]
    assert numbers == [unnamed["number"], mine["number"]]
    assert len(history(town, plate=PLATE)["incidents"]) == 3


def test_by_the_vin_alone_whatever_the_plate_was(town: Town) -> None:
    solved(town, plate=PLATE, vin=VIN)
    solved(town, plate="闽AD54321", vin=VIN)
    assert len(history(town, vin=VIN.lower())["incidents"]) == 2


def test_what_was_merged_is_told_once(town: Town) -> None:
    kept = town.call(vehicle={"plate": PLATE})
    other = town.call(vehicle={"plate": "闽AD54321"})
    path = f"incidents/{other['id']}/merge"
    assert town["desk"].post(path, {"into": kept["id"]}).is_success
    assert history(town, plate="闽AD54321")["incidents"] == []


def test_a_car_must_be_named(town: Town) -> None:
    answer = town["hotline"].get("cars/history", params={"plate": " "})
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["code"] == "car.unnamed"


@pytest.mark.parametrize("who", ["R-01", "partner", "planner", "admin"])
def test_only_who_takes_calls_sees_it(town: Town, who: str) -> None:
    assert town[who].get("cars/history", params={"plate": PLATE}).status_code == 403


def test_the_twelve_newest_are_shown(town: Town) -> None:
    numbers = [solved(town, plate=PLATE)["number"] for _ in range(14)]
    shown = [it["number"] for it in history(town, plate=PLATE)["incidents"]]
    assert shown == numbers[:1:-1]


def test_who_was_erased_is_not_known_any_more(town: Town) -> None:
    incident = town.call(vehicle={"plate": PLATE, "vin": VIN}, caller={"phone": "13800001234"})
    path = f"incidents/{incident['id']}/solve-remotely"
    assert town["hotline"].post(path, {"note": "restarted"}).status_code == 200
    with town.service.runtime.database.write() as session:
        person = find(session, "town", "+8613800001234")
        erase(session, town.clock.now(), "town", person)
    assert history(town, plate=PLATE, vin=VIN)["incidents"] == []
