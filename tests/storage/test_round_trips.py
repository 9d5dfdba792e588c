"""What is stored comes back the same: on SQLite and on PostGIS alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.orm.exc import StaleDataError

from dispatch.core.model import Lock
from dispatch.job import Job, JobState
from dispatch.job_option import Destination, JobKind, JobOption, ServiceTime
from dispatch.store import (
    IncidentRow,
    JobRow,
    get_job,
    incident_row,
    job_of_incident,
    jobs_of,
    photos_of_incidents,
)
from fleet.model import PositionReport, UnitKind, UnitSpec
from fleet.positions import take_positions, trail
from fleet.shifts import start_shift
from fleet.states import UnitMove, UnitState
from fleet.store import get_unit, move_unit, put_unit
from kernel.database import Database
from kernel.errors import NotFound
from kernel.position import Position
from kernel.words import Words
from tests.storage.rows import NOW, PLACE, REGION, incident, job, photo, stored, unit_id

BEIJING = timezone(timedelta(hours=8))
TOW = JobOption(
    name="tow:3",
    kind=JobKind.TOW,
    label=Words("拖车", "tow"),
    needs=frozenset({"tow", "flatbed"}),
    service=ServiceTime(900, 1320),
    price_cny=80.0,
    kwh=1.5,
    destination=Destination("西区", Position(113.2, 23.1), 600, 3),
)


def test_positions_keep_every_digit(database: Database) -> None:
    exact = Position(113.26435912345678, -29.959043912345678)
    with database.write() as session:
        call = stored(session, incident(position=exact))
    with database.read() as session:
        assert incident_row(session, call).position == exact


def test_places_are_indexed_and_follow_a_move(database: Database) -> None:
    with database.write() as session:
        call = stored(session, incident())
    with database.write() as session:
        incident_row(session, call).position = Position(120.0, 30.0)
    with database.read() as session:
        box = {"west": 119.9, "south": 29.9, "east": 120.1, "north": 30.1}
        if database.is_sqlite:
            query = (
                "SELECT id FROM incidents_position_rtree WHERE max_x >= :west AND min_x <= :east"
                " AND max_y >= :south AND min_y <= :north"
            )
        else:
            query = (
                "SELECT id FROM incidents WHERE position &&"
                " ST_MakeEnvelope(:west, :south, :east, :north, 4326)"
            )
        assert session.scalars(text(query), box).all() == [call]


def test_times_come_back_aware_in_utc_whatever_zone_they_were_in(database: Database) -> None:
    local = datetime(2026, 3, 2, 16, 0, 0, 123456, tzinfo=BEIJING)
    with database.write() as session:
        call = stored(session, incident(received_at=local))
    with database.read() as session:
        stored_at = incident_row(session, call).received_at
        assert stored_at == local
        assert stored_at.tzinfo is UTC
        same = select(IncidentRow.id).where(IncidentRow.received_at == local)
        assert session.scalars(same).all() == [call]


def test_words_days_and_unknowns_come_back(database: Database) -> None:
    with database.write() as session:
        row = incident(purchased_on=date(2024, 2, 29), drivable=None, safe_place=False)
        row.promise_reason = {"zh": "附近救援车辆均在忙", "en": "busy"}
        call = stored(session, row)
    with database.read() as session:
        row = incident_row(session, call)
        assert (row.purchased_on, row.drivable, row.safe_place) == (date(2024, 2, 29), None, False)
        assert row.promise_reason == {"zh": "附近救援车辆均在忙", "en": "busy"}
        unknown = select(IncidentRow.id).where(IncidentRow.promise_reason.is_(None))
        assert session.scalars(unknown).all() == []


def test_a_job_comes_back_with_its_options(database: Database) -> None:
    with database.write() as session:
        call = stored(session, incident())
        row = job(incident_id=call, options=[TOW.as_json()], declined_by=[7], lock=Lock.UNIT.value)
        job_id = stored(session, row)
    with database.read() as session:
        read: Job = get_job(session, job_id)
        assert read.options == (TOW,)
        assert read.option_named("tow:3") == TOW
        assert (read.lock, read.declined_by, read.position) == (Lock.UNIT, {7}, PLACE)
        assert jobs_of(session, REGION, states=[JobState.OPEN]) == (read,)
        assert jobs_of(session, REGION, states=[JobState.DONE]) == ()


def test_a_picture_comes_back_byte_by_byte_and_only_when_asked_for(database: Database) -> None:
    with database.write() as session:
        first = stored(session, incident())
        gone = {"state": "closed", "outcome": "merged", "closed_at": NOW, "merged_into": first}
        joined = stored(session, incident(**gone))
        stored(session, incident(**gone | {"merged_into": joined}))
        every_byte = bytes(range(256))
        stored(session, photo(incident_id=first, picture=every_byte))
        stored(session, photo(incident_id=joined, client_id="a-2"))
        stored(session, photo(incident_id=joined + 1, client_id="a-3"))
        other = stored(session, incident())
        stored(session, photo(incident_id=other, client_id="a-4"))
    with database.read() as session:
        found = photos_of_incidents(session, [first, joined])
        assert {key: [it.client_id for it in rows] for key, rows in found.items()} == {
            first: ["a-1", "a-2", "a-3"],
            joined: ["a-2", "a-3"],
        }
        row = found[first][0]
        assert "picture" in inspect(row).unloaded
        assert row.picture == every_byte
        assert photos_of_incidents(session, []) == {}


def test_the_job_that_counts_is_the_newest_unfinished_one(database: Database) -> None:
    with database.write() as session:
        call = stored(session, incident())
        unit = unit_id(session)
        assert job_of_incident(session, call) is None
        stored(session, job(incident_id=call, state="failed", unit_id=unit))
        open_id = stored(session, job(incident_id=call))
        last_id = stored(session, job(incident_id=call, state="done", unit_id=unit))
        counting = job_of_incident(session, call)
        assert counting is not None
        assert counting.id == open_id
        session.get_one(JobRow, open_id).state = "cancelled"
        counting = job_of_incident(session, call)
        assert counting is not None
        assert counting.id == last_id


def test_a_job_changed_meanwhile_is_not_overwritten(database: Database) -> None:
    with database.write() as session:
        job_id = stored(session, job(incident_id=stored(session, incident())))
    with database.write() as session:
        row = session.get_one(JobRow, job_id)
        session.execute(text("UPDATE jobs SET version = version + 1"))
        row.priority = 2
        with pytest.raises(StaleDataError):
            session.flush()
        session.rollback()


def test_what_is_not_there_is_not_found(database: Database) -> None:
    with database.read() as session:
        for read in (get_job, get_unit, incident_row):
            with pytest.raises(NotFound):
                read(session, 12345)


def test_a_unit_its_trail_and_its_state_are_the_same_on_both(database: Database) -> None:
    with database.write() as session:
        spec = UnitSpec("T-01", "Tow", REGION, UnitKind.TOW, skills=frozenset({"tow"}), home=PLACE)
        unit = put_unit(session, NOW, spec)
        start_shift(session, NOW, unit.id)
        report = PositionReport(NOW + timedelta(seconds=30), 113.3, 23.1, speed_kph=42.5)
        later = NOW + timedelta(minutes=1)
        assert take_positions(session, later, unit.id, [report]).moved
        assert take_positions(session, later, unit.id, [report]).n_accepted == 1
        move_unit(session, unit.id, UnitMove.ROLL)
    with database.read() as session:
        unit = get_unit(session, unit.id)
        assert (unit.state, unit.position) == (UnitState.ROLLING, Position(113.3, 23.1))
        assert unit.position_at == report.at
        assert trail(session, unit.id, NOW, later) == ((report.at, Position(113.3, 23.1)),)
