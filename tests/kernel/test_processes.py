"""Several processes on one PostgreSQL database: what one commits, others hear; one leads."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue

import pytest
from sqlalchemy import text

from kernel import events
from kernel.database import Database
from kernel.election import Election
from kernel.events import Event
from kernel.following import Follower
from tests.support.postgis import PostgisServer

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20.0


@pytest.fixture
def url(postgis_databases: PostgisServer) -> Iterator[str]:
    made = postgis_databases.create()
    database = Database(made)
    events.EventRow.__table__.create(database.engine)  # type: ignore[attr-defined]
    database.close()
    yield made
    postgis_databases.drop(made)


@pytest.fixture
def pair(url: str) -> Iterator[tuple[Database, Database]]:
    here, there = Database(url), Database(url)
    yield here, there
    here.close()
    there.close()


def append(database: Database, kind: str, n: int = 1) -> None:
    with database.write() as session:
        for _ in range(n):
            events.append(session, NOON, kind, region="demo")


def test_what_another_process_commits_is_heard_once_and_in_order(
    pair: tuple[Database, Database],
) -> None:
    here, there = pair
    heard: Queue[Event] = Queue()
    here.on_commit(lambda told: [heard.put(event) for event in told] and None)
    with Follower(here, poll_s=PATIENCE_S):
        append(there, "a")
        append(here, "own")
        append(there, "b", 2)
        kinds = [heard.get(timeout=PATIENCE_S) for _ in range(4)]
    assert sorted((it.seq, it.kind) for it in kinds) == [(1, "a"), (2, "own"), (3, "b"), (4, "b")]
    assert heard.empty()


def test_without_a_notice_the_table_is_looked_at(pair: tuple[Database, Database]) -> None:
    here, there = pair
    heard: Queue[Event] = Queue()
    here.on_commit(lambda told: [heard.put(event) for event in told] and None)
    with Follower(here, poll_s=0.05):
        with there.engine.begin() as connection:  # as a writer that never notifies
            connection.execute(text("SELECT 1"))
        with there.write() as session:
            events.append(session, NOON, "silent", region="demo")
            unheard, session.appended = session.appended, []
        assert [heard.get(timeout=PATIENCE_S).kind] == [it.kind for it in unheard]


def test_a_follower_outlives_its_connection(pair: tuple[Database, Database]) -> None:
    here, there = pair
    heard: Queue[Event] = Queue()
    here.on_commit(lambda told: [heard.put(event) for event in told] and None)
    with Follower(here, poll_s=0.05):
        append(there, "before")
        assert heard.get(timeout=PATIENCE_S).kind == "before"
        with there.engine.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        append(there, "after")
        assert heard.get(timeout=PATIENCE_S).kind == "after"


def test_readers_see_one_state(pair: tuple[Database, Database]) -> None:
    here, there = pair
    with here.read() as session:
        assert events.last(session)[0] == 0
        append(there, "later")
        assert events.last(session)[0] == 0


def test_one_leads_and_the_next_takes_over_when_it_gives_up(url: str) -> None:
    database = Database(url)
    first = Election(database.engine.url, "dispatcher north")
    second = Election(database.engine.url, "dispatcher north")
    elsewhere = Election(database.engine.url, "dispatcher south")
    led, stop = threading.Event(), threading.Event()

    def follow(_lost: threading.Event) -> None:
        led.set()
        stop.wait(PATIENCE_S)

    waiting = threading.Thread(target=second.whenever_elected, args=(follow, stop))
    with first.lead(stop) as lost, elsewhere.lead(stop):
        assert first.is_leader
        assert elsewhere.is_leader
        waiting.start()
        assert not led.wait(1.0)
        assert not second.is_leader
        assert not lost.is_set()
    assert led.wait(PATIENCE_S)
    assert second.is_leader
    stop.set()
    waiting.join()
    database.close()


LEADER = """
import sys, threading
from sqlalchemy.engine import make_url
from kernel.election import Election
with Election(make_url(sys.argv[1]), "dispatcher north").lead(threading.Event()):
    print("leads", flush=True)
    threading.Event().wait()
"""


def test_a_killed_leader_is_replaced_within_five_seconds(url: str) -> None:
    program = [sys.executable, "-c", LEADER, url]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as leader:
        assert leader.stdout is not None
        assert "leads\n" in leader.stdout
        database = Database(url)
        elected = threading.Event()

        def lead() -> None:
            with Election(database.engine.url, "dispatcher north").lead(threading.Event()):
                elected.set()

        heir = threading.Thread(target=lead)
        heir.start()
        assert not elected.wait(1.0)
        leader.kill()
        died_at = time.monotonic()
        assert elected.wait(PATIENCE_S)
        assert time.monotonic() - died_at < 5.0  # the promise itself, not the speed of a machine
        heir.join()
        database.close()


def test_a_leader_whose_session_is_ended_knows_it(url: str) -> None:
    database = Database(url)
    with Election(database.engine.url, "x").lead(threading.Event()) as lost:
        with database.engine.begin() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND pid <> pg_backend_pid()"
                )
            )
        assert lost.wait(PATIENCE_S)
    database.close()
