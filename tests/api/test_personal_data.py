"""Numbers are masked, words lie beside the log, a person can be exported and erased."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, get_args

import pytest
import structlog
from sqlalchemy import select

from api.housekeeping import tidy
from api.personal_data import erase, export, find
from api.redaction import RedactingFilter, redact, redacted
from dispatch.disclosure import OTHERWISE, WITH_THE_JOB_IN_HAND, Viewer, may_ask, shown_phone
from fleet.positions import KEPT
from kernel import events, private_details
from kernel.database import Base
from kernel.errors import Conflict, NotFound
from kernel.events import verify_chain
from tests.support.service import Town, a_call

ON_BOTH_DATABASES = True

PHONE = "+8613812340001"
VIN = "LSVAA2180E2123456"
PERSONAL = (
    "13812340001", "王先生", "闽AD20001", VIN, VIN[-6:], "my daughter is ill",
    "behind the red gate", "her brother is deaf",
)  # fmt: skip


def test_every_viewer_has_a_rule() -> None:
    assert set(get_args(Viewer)) == set(OTHERWISE) == set(WITH_THE_JOB_IN_HAND)


@pytest.mark.parametrize(
    ("viewer", "in_hand", "seen"),
    [
        ("call_taker", False, "138****0001"),
        ("dispatcher", True, "138****0001"),
        ("technician", True, PHONE),
        ("technician", False, "138****0001"),
        ("provider", True, PHONE),
        ("provider", False, None),
        ("planner", True, None),
        ("admin", True, None),
        ("owner", True, None),
        ("webhook", False, None),
    ],
)
def test_who_sees_what_of_a_number(viewer: Viewer, in_hand: bool, seen: str | None) -> None:
    assert shown_phone(viewer, PHONE, in_hand=in_hand) == seen
    assert may_ask(viewer) == (viewer in ("call_taker", "dispatcher"))


def test_asking_for_a_number_is_kept(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}/caller"
    assert town["hotline"].post(path, {"reason": "call back"}).json()["phone"] == PHONE
    with town.service.runtime.database.read() as session:
        (event,) = events.read_after(session, 0, kinds=["caller.revealed"])
        kept = private_details.read(session, event.payload["said"])
    assert kept == {"reason": "call back", "asked_by": "热线"}
    timeline = town["desk"].get(f"incidents/{incident['id']}").json()["timeline"]
    assert timeline[-1]["kind"] == "caller.revealed"


def whole_scenario(town: Town) -> dict[str, Any]:
    """Serve one person's call and let the person, a crew and a contractor say things."""
    town.start_shifts()
    car = {"plate": "闽AD20001", "vin": VIN, "model": "G6", "colour": "red"}
    said = {"location_note": "behind the red gate", "symptom": "my daughter is ill"}
    first = town.call(vehicle=car, **said)
    noted = {"note": "her brother is deaf"}
    headers = {"Idempotency-Key": "note", "If-Match": "*"}
    town["hotline"].request("PATCH", f"incidents/{first['id']}", json=noted, headers=headers)
    town.decide()
    code, job = town.unit_with_job()
    town.press(code, "declined", job["job_id"], reason="phoned 13812340001: my daughter is ill")
    town.decide()
    town["desk"].post(f"incidents/{first['id']}/contractor-offer", {})
    for offer in town["partner"].get("provider/offers").json()["items"]:
        path = f"provider/offers/{offer['id']}/reject"
        town["partner"].post(path, {"reason": "王先生 was rude"})
    key = first["track_url"].rpartition("/")[2]
    again = {"Idempotency-Key": "x"}
    town.nobody.post(f"track/{key}/cancel", {"reason": "my daughter is ill"}, headers=again)
    town["hotline"].post(f"incidents/{first['id']}/caller", {"reason": "王先生 asked"})
    return first


def log_of_events(town: Town) -> str:
    with town.service.runtime.database.read() as session:
        found = events.read_after(session, 0, limit=5000)
    return json.dumps([event.payload for event in found], ensure_ascii=False)


def everything(town: Town) -> str:
    """Return all values of all tables, stored answers as text too."""
    with town.service.runtime.database.read() as session:
        return "\n".join(
            f"{table.name}: {value.decode(errors='replace') if isinstance(value, bytes) else value}"
            for table in Base.metadata.sorted_tables
            for row in session.execute(select(table))
            for value in row
        )


def raw_file(town: Town) -> str:
    """Return a SQLite database as it lies on the disk, pages that are free again too."""
    database = town.service.runtime.database
    if not database.is_sqlite:
        return ""  # PostgreSQL's own vacuum overwrites dead rows in its time
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return Path(str(database.engine.url.database)).read_bytes().decode(errors="replace")


def test_the_event_log_holds_no_words_of_people(town: Town) -> None:
    whole_scenario(town)
    logged = log_of_events(town)
    for personal in (*PERSONAL, "asked", "rude"):
        assert personal not in logged
    assert '"said": "' in logged


def test_a_person_is_exported_whole(town: Town) -> None:
    incident = whole_scenario(town)
    with town.service.runtime.database.read() as session:
        found = export(session, find(session, "town", PHONE))
    text = json.dumps(found, ensure_ascii=False)
    assert all(personal in text for personal in PERSONAL)
    assert [row["id"] for row in found["incidents"]] == [incident["id"]]
    assert {"incidents", "calls", "words", "reports", "events"} <= {
        k for k, v in found.items() if v
    }


def test_who_only_called_about_a_car_is_given_nothing_of_its_owner(town: Town) -> None:
    """A passer-by and the owner call for one car: each gets their own words, and no others."""
    car = {"plate": "闽AD20001", "vin": VIN}
    town.call(vehicle=car, location_note="behind the red gate")
    passer_by = {"name": "李女士", "phone": "13812340002"}
    answer = town["hotline"].post(
        "incidents", a_call(1, vehicle=car, caller=passer_by, symptom="it smokes")
    )
    assert answer.json()["n_calls"] == 2

    def exported(phone: str) -> str:
        with town.service.runtime.database.read() as session:
            return json.dumps(export(session, find(session, "town", phone)), ensure_ascii=False)

    told = exported("+8613812340002")
    assert "李女士" in told
    assert "it smokes" in told
    for personal in ("13812340001", "王先生", "red gate"):
        assert personal not in told
    told = exported(PHONE)
    assert "王先生" in told
    assert "red gate" in told
    for personal in ("13812340002", "李女士"):
        assert personal not in told


def test_staff_see_the_reason_of_a_refusal_until_it_is_erased(town: Town) -> None:
    town.start_shifts()
    incident = town.call()
    path = f"incidents/{incident['id']}"
    town.decide()
    code, job = town.unit_with_job()
    assert town.press(code, "declined", job["job_id"], reason="no jack on board").is_success

    def shown() -> dict[str, Any]:
        timeline = town["hotline"].get(path).json()["timeline"]
        log = town["hotline"].get("events/log?limit=500").json()["items"]
        return {
            "timeline": [it["text"] for it in timeline if it["kind"] == "job.declined"],
            "log": [it["payload"].get("words") for it in log if it["kind"] == "job.declined"],
        }

    assert shown() == {
        "timeline": [
            {"zh": f"{code} 拒单：no jack on board", "en": f"{code} declined: no jack on board"}
        ],
        "log": [{"reason": "no jack on board"}],
    }
    units = town["desk"].get(f"{path}/candidates").json()["items"]
    (told,) = (it["forbidden"]["text"]["en"] for it in units if it["unit_code"] == code)
    assert told == "Its technician has declined this job: no jack on board"
    owner = town.nobody.get(f"track/{incident['track_url'].rpartition('/')[2]}").text
    assert "no jack" not in owner

    cancelled = town["desk"].post(f"{path}/cancel", {"reason": "towed by a friend"})
    assert "Cancelled: towed by a friend" in cancelled.text
    with town.service.runtime.database.write() as session:
        erase(session, town.clock.now(), "town", find(session, "town", PHONE))
    assert shown() == {
        "timeline": [{"zh": f"{code} 拒单", "en": f"{code} declined"}],
        "log": [None],
    }
    assert "friend" not in town["hotline"].get(path).text


def test_a_person_is_erased_everywhere_and_the_log_still_verifies(
    town: Town, all_logs: StringIO
) -> None:
    incident = whole_scenario(town)
    held = everything(town)  # or the search below would prove nothing
    assert [personal for personal in PERSONAL if personal not in held] == []
    other = town.call(caller={"name": "李女士", "phone": "13812340002"})
    database = town.service.runtime.database
    before = log_of_events(town)
    with database.write() as session:
        counts = erase(session, town.clock.now(), "town", find(session, "town", PHONE))
    assert counts["incidents"] == counts["links"] == 1
    left = everything(town)
    logged = all_logs.getvalue()
    assert "request" in logged
    for personal in PERSONAL:
        assert personal not in left, personal
        assert personal not in logged, personal
        assert personal not in raw_file(town), personal
    key = incident["track_url"].rpartition("/")[2]
    assert key not in left
    assert town.nobody.get(f"track/{key}").status_code == 404
    with database.read() as session:
        assert verify_chain(session) is None
        assert private_details.broken_seals(session) == []
        with pytest.raises(NotFound):
            find(session, "town", PHONE)
    assert log_of_events(town).startswith(before[:-1])  # nothing of the log was touched
    shown = town["desk"].get(f"incidents/{incident['id']}").json()
    assert (shown["caller"]["phone"], shown["vehicle"]["plate"]) == ("****", None)
    assert town["desk"].get(f"incidents/{other['id']}").json()["caller"]["phone"] == "138****0002"


def test_who_waits_for_help_is_not_erased(town: Town) -> None:
    town.call()
    database = town.service.runtime.database
    with pytest.raises(Conflict), database.write() as session:
        erase(session, town.clock.now(), "town", find(session, "town", PHONE))


def test_changed_words_are_found(town: Town) -> None:
    with town.service.runtime.database.write() as session:
        seal = private_details.keep(session, town.clock.now(), {"reason": "a"}, incident_id=1)
        assert private_details.broken_seals(session) == []
        session.get_one(private_details.PrivateDetailRow, seal).body = {"reason": "b"}
        session.flush()
        assert private_details.broken_seals(session) == [seal]


def test_trails_are_purged_with_proof(town: Town) -> None:
    town.start_shifts("R-01")
    fixes = [{"at": town.now, "lon": 119.61, "lat": 25.36}]
    assert town["R-01"].post("field/positions", {"positions": fixes}).json()["accepted"] == 1
    with town.service.runtime.database.write() as session:
        tidy(session, town.clock.now() + KEPT - timedelta(seconds=1))
        assert events.read_after(session, 0, kinds=["trail.purged"]) == []
        tidy(session, town.clock.now() + KEPT)
        (event,) = events.read_after(session, 0, kinds=["trail.purged"])
    assert event.payload["n_positions"] == 1
    assert event.payload["n_overdue_left"] == 0
    assert event.payload["kept_days"] == 30
    assert "119" not in json.dumps(event.payload)


# ---------------------------------------------------------------------------------- logs


@pytest.mark.parametrize(
    "text",
    [
        "caller +8613812340001 waits", "caller 138 1234 0001", "13812340001",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345",
        "/t/Zk3xW9aQ1bT7yU5mN2cV8dF4gH6jK0pL",
        "at (119.61432, 25.36543)", "{'lon': 119.61432, 'lat': 25.36543}", "lat=25.36",
        "postgresql://user:hunter22@host/db", "token='short-secret'",
    ],
)  # fmt: skip
def test_what_looks_personal_is_redacted(text: str) -> None:
    left = redacted(text)
    for secret in (
        "1381234",
        "138 1234",
        "0001",
        "abcdefgh",
        "Zk3xW",
        ".614",
        ".36",
        "hunter22",
        "short-s",
    ):
        assert secret not in left, left


@pytest.mark.parametrize(
    "text", ["plan.committed version=12", "2026-06-01T04:00:00Z", "decision_s=0.213 n=4", "R-0012"]
)
def test_what_operators_need_is_left(text: str) -> None:
    assert redacted(text) == text


@pytest.fixture
def all_logs() -> Iterator[StringIO]:
    """Yield everything that is logged at any level, as it is configured for `roadflare serve`."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(RedactingFilter())
    root = logging.getLogger()
    level, before = root.level, structlog.get_config()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        logger_factory=structlog.PrintLoggerFactory(written),
        cache_logger_on_first_use=False,
    )
    yield written
    structlog.configure(**before)
    root.setLevel(level)
    root.removeHandler(handler)


def test_no_log_of_a_whole_scenario_holds_anything_personal(town: Town, all_logs: StringIO) -> None:
    incident = whole_scenario(town)
    town.nobody.post("login", {"user": "desk", "secret": "13812340001"})
    town["desk"].get("geocode", params={"q": "王先生 behind the red gate"})
    with pytest.raises(RuntimeError), town.service.runtime.database.write() as session:
        structlog.get_logger("api").error("failed", detail=f"{PHONE} at (119.61432, 25.36543)")
        raise RuntimeError(session)
    logged = all_logs.getvalue()
    assert "request" in logged
    secrets = [client.token for client in town.people.values() if client.token]
    secrets.append(incident["track_url"].rpartition("/")[2])
    for personal in (*PERSONAL, *secrets, "119.6", "25.36", "three-word-secret"):
        assert personal not in logged, personal
