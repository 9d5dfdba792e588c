"""What the database itself refuses, whoever asks: on SQLite and on PostGIS alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from dispatch.store import AlarmRow, OwnerLinkRow, RatingRow, TechnicianEventRow
from fleet.store import ShiftRow, UnitRow
from kernel import events
from kernel.database import Database, WriteSession
from tests.storage.rows import (
    NOW,
    REGION,
    appointment,
    contractor_id,
    incident,
    job,
    offer,
    photo,
    stored,
    unit_id,
)

ACTIVE = ("ordered", "rolling", "on_site", "loaded")


def refused(session: WriteSession, row: Any) -> None:
    with pytest.raises(IntegrityError), session.begin_nested():
        session.add(row)


@pytest.mark.parametrize("second", ACTIVE)
def test_a_unit_has_one_active_job(database: Database, second: str) -> None:
    with database.write() as session:
        unit, call = unit_id(session), stored(session, incident())
        stored(session, job(incident_id=call, state="rolling", unit_id=unit))
        refused(session, job(incident_id=call, state=second, unit_id=unit))


def test_done_planned_and_other_units_jobs_do_not_count(database: Database) -> None:
    with database.write() as session:
        unit, call = unit_id(session), stored(session, incident())
        stored(session, job(incident_id=call, state="rolling", unit_id=unit))
        stored(session, job(incident_id=call, state="done", unit_id=unit))
        stored(session, job(incident_id=call, state="open", planned_unit_id=unit))
        other = unit_id(session, "T-02")
        stored(session, job(incident_id=call, state="rolling", unit_id=other))


@pytest.mark.parametrize("state", ACTIVE)
def test_an_active_job_has_a_unit(database: Database, state: str) -> None:
    with database.write() as session:
        refused(session, job(incident_id=stored(session, incident()), state=state))


def test_a_job_serves_one_incident_or_one_appointment(database: Database) -> None:
    with database.write() as session:
        call, visit = stored(session, incident()), stored(session, appointment())
        refused(session, job())
        refused(session, job(incident_id=call, appointment_id=visit))


@pytest.mark.parametrize("key", [{"vin": "1M8GDM9AXKP042788"}, {"plate": "粤BD12345"}])
def test_a_car_has_one_open_incident(database: Database, key: dict[str, str]) -> None:
    with database.write() as session:
        stored(session, incident(state="closed", outcome="towed", closed_at=NOW, **key))
        stored(session, incident(**key))
        refused(session, incident(state="rolling", **key))


def test_unknown_cars_do_not_collide(database: Database) -> None:
    with database.write() as session:
        assert stored(session, incident()) != stored(session, incident())


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "closed"},
        {"state": "closed", "outcome": "towed"},
        {"outcome": "towed", "closed_at": NOW},
        {"state": "closed", "outcome": "merged", "closed_at": NOW},
        {"merged_into": 999, "state": "closed", "outcome": "merged", "closed_at": NOW},
    ],
    ids=["no outcome", "no time", "open", "merged into nothing", "merged into nobody"],
)
def test_a_closed_incident_says_how_and_when(database: Database, changes: dict[str, Any]) -> None:
    with database.write() as session:
        refused(session, incident(**changes))


def test_a_unit_has_one_running_shift(database: Database) -> None:
    with database.write() as session:
        unit = unit_id(session)
        stored(session, ShiftRow(unit_id=unit, start_at=NOW, ended_at=NOW))
        stored(session, ShiftRow(unit_id=unit, start_at=NOW))
        refused(session, ShiftRow(unit_id=unit, start_at=NOW))


@pytest.mark.parametrize("kwh", [-0.1, 0.1])
def test_stock_is_never_negative_nor_overfull(database: Database, kwh: float) -> None:
    with database.write() as session:
        unit = unit_id(session)
    with database.write() as session, pytest.raises(IntegrityError), session.begin_nested():
        session.get_one(UnitRow, unit).kwh = kwh


def test_a_technician_event_is_stored_once(database: Database) -> None:
    def event(unit: int) -> TechnicianEventRow:
        return TechnicianEventRow(
            unit_id=unit, client_id="a-1", kind="arrived", at=NOW, received_at=NOW, status="applied"
        )

    with database.write() as session:
        stored(session, event(unit_id(session)))
        stored(session, event(unit_id(session, "T-02")))
        refused(session, event(1))


def test_a_photo_is_of_one_thing_and_kept_once(database: Database) -> None:
    with database.write() as session:
        call, visit = stored(session, incident()), stored(session, appointment())
        unit, work = unit_id(session), stored(session, job(incident_id=call))
        refused(session, photo())
        refused(session, photo(incident_id=call, appointment_id=visit))
        refused(session, photo(incident_id=call, unit_id=unit))
        refused(session, photo(incident_id=call, job_id=work))
        refused(session, photo(incident_id=call, width=0))
        refused(session, photo(incident_id=call, n_bytes=0))
        stored(session, photo(incident_id=call))
        refused(session, photo(appointment_id=visit))
        stored(session, photo(incident_id=call, client_id="a-2"))
        stored(session, photo(incident_id=call, sender="unit:1", unit_id=unit, job_id=work))


def test_an_incident_is_taken_by_one_contractor(database: Database) -> None:
    with database.write() as session:
        call = stored(session, incident())
        north, south = contractor_id(session), contractor_id(session, "South")
        taken = {"incident_id": call, "state": "accepted", "eta_at": NOW}
        stored(session, offer(incident_id=call, contractor_id=north))
        refused(session, offer(incident_id=call, contractor_id=north))
        stored(session, offer(contractor_id=north, **taken))
        refused(session, offer(contractor_id=south, **taken))


@pytest.mark.parametrize("state", ["accepted", "rejected"])
def test_an_answer_comes_with_its_eta_or_reason(database: Database, state: str) -> None:
    with database.write() as session:
        call, north = stored(session, incident()), contractor_id(session)
        refused(session, offer(incident_id=call, contractor_id=north, state=state))


def test_an_alarm_of_a_kind_is_open_once_per_incident(database: Database) -> None:
    def alarm(**changes: Any) -> AlarmRow:
        return AlarmRow(
            region=REGION, incident_id=call, kind="late", text={}, raised_at=NOW, **changes
        )

    with database.write() as session:
        call = stored(session, incident())
        stored(session, alarm(acknowledged_at=NOW))
        stored(session, alarm())
        refused(session, alarm())


@pytest.mark.parametrize("make", [OwnerLinkRow, RatingRow])
def test_links_and_ratings_belong_to_one_thing(
    database: Database, make: Callable[..., Any]
) -> None:
    more: dict[str, Any] = (
        {"key": "k", "created_at": NOW, "expires_at": NOW}
        if make is OwnerLinkRow
        else {"stars": 5, "at": NOW}
    )
    with database.write() as session:
        call, visit = stored(session, incident()), stored(session, appointment())
        refused(session, make(**more))
        refused(session, make(incident_id=call, appointment_id=visit, **more))


@pytest.mark.parametrize("stars", [0, 6])
def test_stars_are_one_to_five(database: Database, stars: int) -> None:
    with database.write() as session:
        call = stored(session, incident())
        refused(session, RatingRow(incident_id=call, stars=stars, at=NOW))


def test_windows_run_forwards_and_codes_are_unique(database: Database) -> None:
    earlier = NOW - timedelta(hours=1)
    with database.write() as session:
        refused(session, appointment(window_end_at=earlier))
        refused(session, appointment(return_start_at=NOW, return_end_at=earlier))
        stored(session, appointment())
        refused(session, appointment())


@pytest.mark.parametrize("change", ["UPDATE events SET kind = 'x'", "DELETE FROM events"])
def test_events_are_never_changed(database: Database, change: str) -> None:
    with database.write() as session:
        events.append(session, NOW, "plan.kept", region=REGION)
    with pytest.raises(IntegrityError, match="never changed"), database.write() as session:
        session.execute(text(change))
    with database.read() as session:
        assert [it.kind for it in events.read_after(session, 0)] == ["plan.kept"]
