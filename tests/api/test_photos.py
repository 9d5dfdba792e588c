"""Photos by owners and technicians: at the wrong time, twice, by the wrong person, forgotten."""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import select, update

from api.housekeeping import tidy
from api.personal_data import erase, export, find
from dispatch.photos import purge_photos
from dispatch.store import PhotoRow
from kernel import events
from kernel.database import Base
from tests.api.test_every_write import APPOINTMENT
from tests.support.pictures import NO_PICTURES, drawn, with_exif
from tests.support.service import Client, Town, owner_of

ON_BOTH_DATABASES = True

PHONE = "+8613812340001"
ACCIDENT = {"fault": "accident", "symptom": "front hit"}


def send(
    client: Client, path: str, picture: bytes | None = None, client_id: str = "c1", **query: Any
) -> httpx.Response:
    """Send a photo; other parameters into the query."""
    return client.request(
        "POST",
        path,
        params={"client_id": client_id, **query},
        content=drawn() if picture is None else picture,
        headers={"Content-Type": "image/jpeg"},
    )


def by_owner(town: Town, case: dict[str, Any], **more: Any) -> httpx.Response:
    client, page = owner_of(town, case)
    return send(client, f"{page}/photos", **more)


def by_unit(town: Town, code: str, job: dict[str, Any], step: str, **more: Any) -> httpx.Response:
    return send(town[code], "field/photos", job_id=job["job_id"], step=step, **more)


@pytest.fixture
def towed(town: Town) -> tuple[Town, dict[str, Any], dict[str, Any]]:
    """A town in which T-01 has an order to tow, with the incident and the job."""
    town.start_shifts()
    incident = town.call(**ACCIDENT)
    town.decide()
    job = town["T-01"].get("field/jobs").json()["current"]
    assert job["kind"] == "tow"
    return town, incident, job


def walk(town: Town, job: dict[str, Any], *kinds: str, **more: Any) -> None:
    for kind in kinds:
        town.clock.advance(60)
        result = town.press("T-01", kind, job["job_id"], **more).json()["results"][0]
        assert result["status"] == "applied", result


def card(town: Town, incident: dict[str, Any]) -> dict[str, Any]:
    return dict(town["desk"].get(f"incidents/{incident['id']}").json())


def test_an_owners_photo_is_seen_by_owner_dispatcher_and_the_technician_at_work(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    before = town["T-01"].get("field/jobs").json()["version"]
    assert town["T-01"].get("field/jobs").json()["version"] == before
    answer = by_owner(town, incident, picture=with_exif(6))
    assert answer.status_code == 201, answer.text
    sent = answer.json()
    assert (sent["by"], sent["step"], sent["width"], sent["height"]) == ("owner", "fault", 48, 64)
    assert sent["label"] == {"zh": "车辆与故障", "en": "the car and its fault"}
    client, page = owner_of(town, incident)
    shown = client.get(page).json()
    assert [it["id"] for it in shown["photos"]] == [sent["id"]]
    assert shown["can_add_photos"]
    assert shown["timeline"][-1]["text"]["zh"] == "您发来了照片"
    seen = card(town, incident)
    assert [it["id"] for it in seen["photos"]] == [sent["id"]]
    assert (seen["timeline"][-1]["text"]["en"], seen["timeline"][-1]["unit_code"]) == (
        "The owner has sent photos", None,
    )  # fmt: skip
    listed = town["T-01"].get("field/jobs").json()
    assert [it["id"] for it in listed["current"]["photos"]] == [sent["id"]]
    assert listed["version"] != before
    for who, path in (
        (client, f"{page}/photos/{sent['id']}"),
        (town["hotline"], f"incidents/{incident['id']}/photos/{sent['id']}"),
        (town["T-01"], f"field/jobs/{job['job_id']}/photos/{sent['id']}"),
    ):
        got = who.get(path)
        assert got.status_code == 200, path
        assert got.headers["content-type"] == "image/jpeg"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["cache-control"].startswith("private")
        assert Image.open(BytesIO(got.content)).size == (48, 64)
        assert b"SPY" not in got.content
    with town.service.runtime.database.read() as session:
        (told,) = events.read_after(session, 0, kinds=["photo.added"])
    assert told.payload == {
        "photo_id": sent["id"], "step": "fault", "by": "owner", "at": town.now,
    }  # fmt: skip


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture_leaves_nothing(shared_town: Town, name: str) -> None:
    picture, code = NO_PICTURES[name]
    incident = shared_town.call()
    before = shared_town.n_rows()
    answer = by_owner(shared_town, incident, picture=picture)
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert fault["code"] == code
    assert fault["text"]["zh"] != fault["text"]["en"]
    assert shared_town.n_rows() == before


def test_more_than_a_megabyte_is_stopped_at_the_door(shared_town: Town) -> None:
    incident = shared_town.call()
    answer = by_owner(shared_town, incident, picture=drawn() + bytes(1_000_000))
    assert answer.status_code == 413


def test_a_repeat_is_harmless_and_others_may_use_the_same_id(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    first, again = by_owner(town, incident), by_owner(town, incident, picture=drawn(30, 30))
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert by_unit(town, "T-01", job, "before_loading").status_code == 201
    before = town.n_rows()
    same = by_unit(town, "T-01", job, "before_loading")
    assert same.is_success
    assert town.n_rows() == before
    with town.service.runtime.database.read() as session:
        assert len(events.read_after(session, 0, kinds=["photo.added"])) == 2


def test_an_owner_sends_no_more_than_twelve_and_all_no_more_than_24(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    answers = [by_owner(town, incident, client_id=f"c{n}").status_code for n in range(13)]
    assert answers == [201] * 12 + [409]
    client, page = owner_of(town, incident)
    assert not client.get(page).json()["can_add_photos"]
    answers = [by_unit(town, "T-01", job, "work", client_id=f"c{n}").status_code for n in range(13)]
    assert answers == [201] * 12 + [409]
    refused = by_unit(town, "T-01", job, "work", client_id="c99").json()
    assert "24" in refused["text"]["zh"]
    assert "24" in refused["text"]["en"]


def test_an_owner_sends_none_once_all_is_over(shared_town: Town) -> None:
    incident = shared_town.call()
    shared_town["desk"].post(f"incidents/{incident['id']}/solve-remotely", {"note": "runs"})
    before = shared_town.n_rows()
    answer = by_owner(shared_town, incident)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert incident["number"] in answer.json()["text"]["zh"]
    client, page = owner_of(shared_town, incident)
    assert client.get(page).json()["can_add_photos"] is False
    assert shared_town.n_rows() == before


def test_an_ended_link_opens_no_photo(town: Town) -> None:
    incident = town.call()
    sent = by_owner(town, incident).json()
    client, page = owner_of(town, incident)
    town["desk"].post(f"incidents/{incident['id']}/owner-link", {"action": "revoke"})
    assert client.get(f"{page}/photos/{sent['id']}").status_code == 404
    assert by_owner(town, incident, client_id="c2").status_code == 404


def test_nobody_sees_or_adds_what_is_anothers(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    other = town.call()
    sent = by_owner(town, incident).json()["id"]
    client, page = owner_of(town, other)
    for who, path in (
        (client, f"{page}/photos/{sent}"),
        (town["desk"], f"incidents/{other['id']}/photos/{sent}"),
        (town["R-01"], f"field/jobs/{job['job_id']}/photos/{sent}"),
        (town["T-01"], f"field/jobs/{job['job_id'] + 1}/photos/{sent}"),
    ):
        answer = who.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    before = town.n_rows()
    assert by_unit(town, "R-01", job, "work").status_code == 404
    assert by_unit(town, "T-01", {"job_id": 999_999}, "work").status_code == 404
    assert by_unit(town, "T-01", job, "fault").json()["faults"][0]["code"] == "photo.step"
    future = (town.clock.now() + timedelta(hours=1)).isoformat()
    late = by_unit(town, "T-01", job, "work", taken_at=future)
    assert late.json()["faults"][0]["code"] == "event.future"
    assert town.n_rows() == before


def test_owners_of_joined_incidents_see_their_own_and_staff_see_all(town: Town) -> None:
    first, second = town.call(), town.call()
    mine, theirs = by_owner(town, first).json()["id"], by_owner(town, second).json()["id"]
    town["desk"].post(f"incidents/{second['id']}/merge", {"into": first["id"]})
    late = by_owner(town, second, client_id="c2")
    assert late.status_code == 201
    assert {it["id"] for it in card(town, first)["photos"]} == {mine, theirs, late.json()["id"]}
    assert card(town, first)["timeline"][-1]["kind"] == "photo.added"
    for case, own, foreign in ((first, mine, theirs), (second, theirs, mine)):
        client, page = owner_of(town, case)
        assert client.get(f"{page}/photos/{own}").status_code == 200
        assert client.get(f"{page}/photos/{foreign}").status_code == 404
    path = f"incidents/{first['id']}/photos/{theirs}"
    assert town["desk"].get(path).status_code == 200


def test_a_photo_that_comes_when_the_job_is_long_over_is_taken(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    """The phone was in a tunnel: reports come first, then the pictures."""
    town, incident, job = towed
    taken_at = (town.clock.now() + timedelta(seconds=90)).isoformat()
    walk(town, job, "rolling", "arrived", "loaded", "done")
    assert card(town, incident)["state"] == "closed"
    assert {it["step"] for it in card(town, incident)["missing_photos"]} == {
        "before_loading", "after_unloading",
    }  # fmt: skip
    town.clock.advance(7200)
    answer = by_unit(town, "T-01", job, "before_loading", taken_at=taken_at)
    assert answer.status_code == 201, answer.text
    seen = card(town, incident)
    (photo,) = seen["photos"]
    assert (photo["unit_code"], photo["by"], photo["step"]) == (
        "T-01", "technician", "before_loading",
    )  # fmt: skip
    assert photo["taken_at"] == taken_at.replace("+00:00", "Z")
    assert photo["received_at"] > photo["taken_at"]
    assert [it["step"] for it in seen["missing_photos"]] == ["after_unloading"]
    client, page = owner_of(town, incident)
    assert (
        client.get(page).json()["timeline"][-1]["text"]["en"] == "Help has taken photos of your car"
    )
    assert client.get(f"{page}/photos/{photo['id']}").status_code == 404


def test_a_photo_of_who_had_the_job_before_is_taken(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    walk(town, job, "rolling")
    town.press("T-01", "declined", job["job_id"], reason="engine trouble")
    assert by_unit(town, "T-01", job, "work").status_code == 201
    assert [it["unit_code"] for it in card(town, incident)["photos"]] == ["T-01"]
    assert town["T-01"].get("field/jobs").json()["current"] is None


def test_a_clock_that_is_wrong_is_held_between_order_and_hearing(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    ordered = town.clock.now()
    town.clock.advance(600)
    ahead, old = town.clock.now() + timedelta(seconds=200), ordered - timedelta(days=400)
    by_unit(town, "T-01", job, "work", client_id="ahead", taken_at=ahead.isoformat())
    by_unit(town, "T-01", job, "work", client_id="old", taken_at=old.isoformat())
    times = [it["taken_at"] for it in card(town, incident)["photos"]]
    assert times == [f"{it:%Y-%m-%dT%H:%M:%SZ}" for it in (ordered, town.clock.now())]


def test_a_step_is_never_refused_for_a_missing_photo_and_the_card_says_why(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    asked = [(it["step"], it["before"], it["n"]) for it in job["evidence"]]
    assert asked == [("before_loading", "loaded", 1), ("after_unloading", "done", 1)]
    walk(town, job, "rolling", "arrived")
    assert card(town, incident)["missing_photos"] == []
    walk(town, job, "loaded", no_photo="unsafe")
    (missing,) = card(town, incident)["missing_photos"]
    assert missing == {
        "step": "before_loading",
        "label": {"zh": "装车前", "en": "before loading"},
        "unit_code": "T-01",
        "reason": {"zh": "现场不安全", "en": "not safe here"},
    }
    by_unit(town, "T-01", job, "after_unloading")
    walk(town, job, "done")
    assert [it["step"] for it in card(town, incident)["missing_photos"]] == ["before_loading"]
    again = town.press("T-01", "loaded", job["job_id"], no_photo="because")
    assert again.status_code == 422


def test_work_on_the_spot_asks_for_none(town: Town) -> None:
    town.start_shifts()
    town.call()
    town.decide()
    _, job = town.unit_with_job()
    assert (job["kind"], job["evidence"]) == ("repair", [])


def test_photos_of_a_visit(town: Town) -> None:
    visit = town["hotline"].post("appointments", APPOINTMENT).json()
    assert (visit["photos"], visit["missing_photos"]) == ([], [])
    sent = by_owner(town, visit)
    assert sent.status_code == 201, sent.text
    client, page = owner_of(town, visit)
    shown = client.get(page).json()
    assert [it["id"] for it in shown["photos"]] == [sent.json()["id"]]
    assert shown["timeline"][-1]["text"]["en"] == "You have sent photos"
    day = {"day": "2026-06-03"}
    (listed,) = town["desk"].get("appointments", params=day).json()["items"]
    assert [it["id"] for it in listed["photos"]] == [sent.json()["id"]]
    path = f"appointments/{visit['id']}/photos/{sent.json()['id']}"
    assert town["desk"].get(path).headers["content-type"] == "image/jpeg"
    assert town["desk"].get(path.replace("appointments", "incidents")).status_code == 404
    town["hotline"].post(f"appointments/{visit['id']}/cancel", {"reason": "ill"})
    assert by_owner(town, visit, client_id="c2").status_code == 409


# ---------------------------------------------------------------------------- personal data


def test_photos_are_deleted_when_their_time_has_come_and_an_event_proves_it(town: Town) -> None:
    incident = town.call()
    by_owner(town, incident)
    by_owner(town, incident, client_id="c2")
    now, database = town.clock.now(), town.service.runtime.database
    with database.write() as session:
        tidy(session, now + timedelta(days=179))
        assert len(session.scalars(select(PhotoRow)).all()) == 2
        session.execute(update(PhotoRow).where(PhotoRow.client_id == "c2").values(purge_at=now))
        tidy(session, now)
        tidy(session, now)
    with database.read() as session:
        assert [it.client_id for it in session.scalars(select(PhotoRow))] == ["c1"]
        (proof,) = events.read_after(session, 0, kinds=["photos.purged"])
    assert proof.region == "town"
    assert (proof.payload["n_photos"], proof.payload["n_overdue_left"]) == (1, 0)
    with database.write() as session:
        tidy(session, now + timedelta(days=181))
        assert session.scalars(select(PhotoRow)).all() == []


def test_a_photo_that_was_deleted_in_its_time_is_not_said_to_be_missing(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    walk(town, job, "rolling", "arrived")
    by_unit(town, "T-01", job, "before_loading")
    walk(town, job, "loaded", "done")
    with town.service.runtime.database.write() as session:
        assert purge_photos(session, town.clock.now() + timedelta(days=181)) == 1
    seen = card(town, incident)
    assert seen["photos"] == []
    assert [it["step"] for it in seen["missing_photos"]] == ["after_unloading"]


def test_a_persons_photos_are_exported_and_erased_with_everything(
    towed: tuple[Town, dict[str, Any], dict[str, Any]],
) -> None:
    town, incident, job = towed
    by_owner(town, incident)
    by_unit(town, "T-01", job, "before_loading")
    walk(town, job, "rolling", "arrived", "loaded", "done")
    other = town.call()
    by_owner(town, other)
    database = town.service.runtime.database
    with database.read() as session:
        found = export(session, find(session, "town", PHONE))
        kept = session.scalars(select(PhotoRow)).all()
        pictures = {row.picture for row in kept}
    text = json.dumps(found)
    assert [it["step"] for it in found["photos"]] == ["fault", "before_loading"]
    assert all(it["picture"].startswith("/9j/") for it in found["photos"])
    assert text.count("/9j/") == 2
    with database.write() as session:
        counts = erase(session, town.clock.now(), "town", find(session, "town", PHONE))
        assert counts["photos"] == 2
    with database.read() as session:
        left = session.scalars(select(PhotoRow)).all()
        assert [it.incident_id for it in left] == [other["id"]]
        logged = events.read_after(session, 0, limit=5000)
        said = json.dumps([it.payload for it in logged])
        assert not any(it.sha256 in said for it in kept)
    assert len(pictures) == 1
    assert card(town, incident)["photos"] == []


def test_pictures_lie_in_their_table_only(town: Town) -> None:
    """Neither stored answers nor events hold them."""
    by_owner(town, town.call())
    with town.service.runtime.database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                is_held = any(isinstance(it, bytes) and b"JFIF" in it for it in row)
                assert is_held == (table.name == "photos"), table.name
