"""A slow, silent or cut network before PostgreSQL: nothing acknowledged is lost, all recover."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from queue import Queue

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from kernel import events
from kernel.database import Database
from kernel.election import Election
from kernel.events import Event
from kernel.following import Follower
from tests.support.postgis import PostgisServer
from tests.support.proxy import Proxy, proxy_to

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
PATIENCE_S = 30.0


@pytest.fixture
def direct(postgis_databases: PostgisServer) -> Iterator[Database]:
    """A database reached without the proxy."""
    url = postgis_databases.create()
    opened = Database(url)
    events.EventRow.__table__.create(opened.engine)  # type: ignore[attr-defined]
    yield opened
    opened.close()
    postgis_databases.drop(url)


@pytest.fixture
def proxy(direct: Database) -> Iterator[Proxy]:
    with proxy_to(direct.engine.url.port or 0) as running:
        yield running


@pytest.fixture
def far(direct: Database, proxy: Proxy) -> Iterator[Database]:
    """The same database behind the proxy."""
    url = make_url(direct.engine.url).set(port=proxy.port)
    opened = Database(url.render_as_string(hide_password=False))
    yield opened
    opened.close()


def append(database: Database, kind: str = "x") -> None:
    with database.write() as session:
        events.append(session, NOON, kind, region="demo")


def stored(database: Database) -> list[str]:
    with database.read() as session:
        assert events.audit(session).broken is None
        return [event.kind for event in events.read_after(session, 0, limit=10_000)]


def test_delay_is_only_slow(far: Database, proxy: Proxy, direct: Database) -> None:
    proxy.delay_s = 0.02
    append(far)
    assert stored(direct) == ["x"]


def test_after_a_cut_the_next_attempt_works(far: Database, proxy: Proxy, direct: Database) -> None:
    append(far, "before")
    proxy.cut()
    with pytest.raises(OperationalError):
        append(far, "during")
    proxy.heal()
    append(far, "after")
    assert stored(direct) == ["before", "after"]


def test_silence_delays_but_loses_nothing(far: Database, proxy: Proxy, direct: Database) -> None:
    append(far, "before")
    proxy.is_silent = True
    done = threading.Event()
    writer = threading.Thread(target=lambda: (append(far, "held up"), done.set()))
    writer.start()
    assert not done.wait(0.5)
    append(direct, "others go on")
    proxy.heal()
    assert done.wait(PATIENCE_S)
    writer.join()
    assert sorted(stored(direct)) == ["before", "held up", "others go on"]


def test_cuts_at_any_moment_lose_and_double_nothing(
    far: Database, proxy: Proxy, direct: Database
) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def write(name: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            try:
                append(far, f"{name}-{n}")
            except OperationalError:
                continue
            acknowledged.append(f"{name}-{n}")

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    pause = threading.Event()
    for _ in range(8):
        pause.wait(0.15)
        proxy.cut()
        pause.wait(0.05)
        proxy.heal()
    pause.wait(0.3)
    stop.set()
    for writer in writers:
        writer.join()
    kept = stored(direct)
    assert len(acknowledged) > 0
    assert set(acknowledged) <= set(kept)
    assert len(kept) == len(set(kept))


def test_a_follower_hears_what_it_missed(far: Database, proxy: Proxy, direct: Database) -> None:
    heard: Queue[Event] = Queue()
    far.on_commit(lambda told: [heard.put(event) for event in told] and None)
    with Follower(far, poll_s=0.1):
        append(direct, "one")
        assert heard.get(timeout=PATIENCE_S).kind == "one"
        proxy.cut()
        append(direct, "two")
        proxy.heal()
        assert heard.get(timeout=PATIENCE_S).kind == "two"
        proxy.is_silent = True
        append(direct, "three")
        proxy.heal()
        assert heard.get(timeout=PATIENCE_S).kind == "three"
    assert heard.empty()


def test_a_leader_in_silence_steps_down_before_another_is_elected(
    far: Database, proxy: Proxy, direct: Database
) -> None:
    away = Election(far.engine.url, "dispatcher north")
    here = Election(direct.engine.url, "dispatcher north")
    stop, elected = threading.Event(), threading.Event()
    both: list[bool] = []

    def lead() -> None:
        with here.lead(stop) as lost:
            both.append(away.is_leader)
            elected.set()
            lost.wait(PATIENCE_S)

    heir = threading.Thread(target=lead)
    with away.lead(stop) as lost:
        heir.start()
        assert not elected.wait(1.0)
        proxy.is_silent = True
        assert lost.wait(PATIENCE_S)
        assert elected.wait(PATIENCE_S)
        assert both == [False]
        proxy.heal()
    here.resign()
    heir.join()
