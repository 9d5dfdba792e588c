"""Server-sent events on the raw protocol: resuming, heartbeats, leaving, being slow."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from anyio.from_thread import BlockingPortal
from starlette.concurrency import run_in_threadpool

from api.streams import EventFeed, EventStream, sse, told
from kernel import events
from kernel.database import Base, Database
from kernel.events import Event
from tests.support.service import API, NOON, OpenTown, Town

ON_BOTH_DATABASES = True


class Listener:
    """Reads one stream of an application until it has seen enough, then hangs up."""

    def __init__(self, town: Town, path: str, token: str | None, **headers: str) -> None:
        self._app = town.service.app
        path, _, query = path.partition("?")
        given = headers if token is None else headers | {"authorization": f"Bearer {token}"}
        self._scope = {
            "type": "http",
            "method": "GET",
            "path": f"{API}/{path}",
            "raw_path": f"{API}/{path}".encode(),
            "query_string": query.encode(),
            "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items()],
            "client": ("127.0.0.1", 1),
            "server": ("town", 80),
            "scheme": "http",
            "http_version": "1.1",
            "root_path": "",
        }
        self.status = 0
        self.headers: dict[str, str] = {}
        self.text = ""
        self._done = anyio.Event()

    async def listen(self, n_events: int) -> list[dict[str, str]]:
        """Return the first events of the stream."""

        async def receive() -> dict[str, Any]:
            await self._done.wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                self.status = message["status"]
                self.headers = {k.decode(): v.decode() for k, v in message["headers"]}
                return
            self.text += message["body"].decode()
            if len(self.events()) >= n_events:
                self._done.set()

        with anyio.fail_after(30):
            await self._app(self._scope, receive, send)
        return self.events()

    def events(self) -> list[dict[str, str]]:
        blocks = [block for block in self.text.split("\n\n") if "data:" in block]
        return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


def test_a_stream_resumes_after_the_last_event_seen(town: Town, portal: BlockingPortal) -> None:
    town.start_shifts()
    town.call()
    log = town["desk"].get("events/log").json()["items"]
    listener = Listener(town, "events", town["desk"].token, last_event_id=str(log[1]["seq"]))
    found = portal.call(listener.listen, len(log) - 2)
    assert listener.headers["content-type"].startswith("text/event-stream")
    assert [event["id"] for event in found] == [str(event["seq"]) for event in log[2:]]
    assert [event["event"] for event in found] == [event["kind"] for event in log[2:]]
    assert "13812340001" not in listener.text


def test_after_does_the_same_and_the_header_wins(town: Town, portal: BlockingPortal) -> None:
    town.call()
    for path, headers in (("events?after=1", {}), ("events?after=0", {"last_event_id": "1"})):
        listener = Listener(town, path, town["desk"].token, **headers)
        assert portal.call(listener.listen, 1)[0]["id"] == "2"


def test_a_commit_wakes_the_stream(town: Town, portal: BlockingPortal) -> None:
    listener = Listener(town, "events", town["desk"].token)

    async def listen_and_call() -> list[dict[str, str]]:
        found: list[dict[str, str]] = []

        async def listen() -> None:
            found.extend(await listener.listen(1))

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listen)
            while "retry" not in listener.text:
                await anyio.lowlevel.checkpoint()
            await anyio.to_thread.run_sync(lambda: change(town))
        return found

    assert portal.call(listen_and_call)[0]["event"] == "unit.paused"


def change(town: Town) -> None:
    with town.service.runtime.database.write() as session:
        events.append(session, NOON, "unit.paused", region="town", unit_id=1)
        events.append(session, NOON, "unit.paused", region="elsewhere", unit_id=1)


def test_another_regions_events_are_not_told(town: Town, portal: BlockingPortal) -> None:
    before = town["desk"].get("events/log").json()["items"][-1]["seq"]
    change(town)
    change(town)
    listener = Listener(town, f"events?after={before}", town["desk"].token)
    found = portal.call(listener.listen, 2)
    assert [int(event["id"]) - before for event in found] == [1, 3]


def test_phones_and_owners_learn_only_that_something_changed(
    town: Town, portal: BlockingPortal
) -> None:
    town.start_shifts()
    incident = town.call()
    town.decide()
    key = incident["track_url"].rpartition("/")[2]
    for path, token in ((f"track/{key}/events", None), ("field/stream", town["R-01"].token)):
        listener = Listener(town, path, token, last_event_id="0")
        found = portal.call(listener.listen, 2)
        assert {(event["event"], event["data"]) for event in found} == {("changed", "{}")}


def test_a_stream_number_must_be_one(shared_town: Town) -> None:
    for headers in ({"Last-Event-ID": "x"}, {"Last-Event-ID": "-1"}):
        assert shared_town["desk"].get("events", headers=headers).status_code == 422


def test_filters_narrow_a_stream(town: Town, portal: BlockingPortal) -> None:
    town.start_shifts()
    first, second = town.call(), town.call()
    query = f"after=0&incident_id={second['id']}&kind=incident.created&kind=promise.made"
    found = portal.call(Listener(town, f"events?{query}", town["desk"].token).listen, 2)
    assert [event["event"] for event in found] == ["incident.created", "promise.made"]
    assert f'"incident_id":{first["id"]},' not in str(found)


def test_a_stream_ends_with_its_token_and_its_link(
    open_town: OpenTown, portal: BlockingPortal
) -> None:
    town = open_town(heartbeat_s=0.05)
    town.seed()
    incident = town.call()
    key = incident["track_url"].rpartition("/")[2]
    ends: list[tuple[Listener, Callable[[], Any]]] = [
        (Listener(town, "events", town["desk"].token), lambda: town["desk"].post("logout")),
        (Listener(town, "field/stream", town["R-01"].token), lambda: town["R-01"].post("logout")),
        (
            Listener(town, f"track/{key}/events", None),
            lambda: town["hotline"].post(
                f"incidents/{incident['id']}/owner-link", {"action": "revoke"}
            ),
        ),
    ]

    async def listen_and(listener: Listener, end: Callable[[], Any]) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.listen, 10_000)
            while "retry" not in listener.text:
                await anyio.lowlevel.checkpoint()
            await anyio.to_thread.run_sync(end)

    for listener, end in ends:
        portal.call(listen_and, listener, end)  # comes back only when the stream has ended
        assert listener.status == 200


@pytest.fixture
def feed(tmp_path: Any) -> Any:
    database = Database(f"sqlite:///{tmp_path}/feed.sqlite")
    Base.metadata.create_all(database.engine)
    yield EventFeed(database)
    database.close()


def nothing(_seq: int) -> list[Event]:
    return []


def show(event: Event) -> bytes:
    return sse("{}", seq=event.seq)


def test_silence_is_broken_by_heartbeats(feed: EventFeed) -> None:
    async def first_chunks() -> list[bytes]:
        stream = told(feed, nothing, show, after=0, heartbeat_s=0.01)
        return [await anext(stream) for _ in range(3)]

    assert asyncio.run(first_chunks())[1:] == [b": ping\n\n", b": ping\n\n"]


def test_closing_the_feed_ends_the_stream(feed: EventFeed) -> None:
    async def all_chunks() -> int:
        n_chunks = 0
        async for _ in told(feed, nothing, show, after=0, heartbeat_s=0.01):
            n_chunks += 1
            feed.close()
        return n_chunks

    assert asyncio.run(all_chunks()) == 1


def paused(database: Database, *unit_ids: int) -> None:
    for unit_id in unit_ids:
        with database.write() as session:
            events.append(session, NOON, "unit.paused", region="town", unit_id=unit_id)


def test_one_reader_wakes_only_whom_it_concerns(feed: EventFeed) -> None:
    async def listen() -> list[int]:
        with (
            feed.listening(lambda it: it.unit_id == 1) as mine,
            feed.listening(lambda it: it.unit_id == 2) as other,
        ):
            await run_in_threadpool(paused, feed._database, 1)
            with anyio.fail_after(30):
                await mine.wait()
            assert not other.is_set()
        return [it.seq for it in feed.since(0) or []]

    assert asyncio.run(listen()) == [1]


def test_what_is_kept_is_told_without_the_table_and_what_is_not_with_it(feed: EventFeed) -> None:
    def never(_seq: int) -> list[Event]:
        raise AssertionError("nobody should have to read")

    async def first(read: Any, n: int, after: int) -> list[bytes]:
        def wanted(event: Event) -> bool:
            return event.unit_id == 1

        stream = told(feed, read, show, after=after, heartbeat_s=30, fits=wanted)
        return [await anext(stream) for _ in range(n + 1)][1:]

    paused(feed._database, 1, 2, 1)
    assert asyncio.run(first(never, 2, 0)) == [sse("{}", seq=1), sse("{}", seq=3)]
    again = EventFeed(feed._database)  # a process that starts now has kept nothing

    def from_table(seq: int) -> list[Event]:
        with feed._database.read() as session:
            return events.read_after(session, seq, unit_id=1, limit=200)

    async def resumed() -> list[bytes]:
        stream = told(again, from_table, show, after=0, heartbeat_s=30, fits=lambda _: False)
        with anyio.fail_after(30):
            return [await anext(stream) for _ in range(3)][1:]

    again.newest = 0
    again._committed(tuple(from_table(2)))  # 3 came early, 1 and 2 were never told
    assert again.since(0) == []
    again.newest = 3
    assert asyncio.run(resumed()) == [sse("{}", seq=1), sse("{}", seq=3)]


def test_a_slow_client_holds_up_nobody(feed: EventFeed) -> None:
    """One client takes nothing any more; another, on the same feed, hears everything at once."""

    def read(seq: int) -> list[Event]:
        with feed._database.read() as session:
            return events.read_after(session, seq, limit=200)

    heard: list[bytes] = []

    async def both() -> None:
        cut, done = anyio.Event(), anyio.Event()

        async def receive() -> Any:
            await anyio.sleep_forever()

        async def stuck(message: Any) -> None:
            if b"id" in message.get("body", b""):
                await anyio.sleep_forever()

        async def quick(message: Any) -> None:
            heard.append(message.get("body", b""))
            if sum(b"id: " in it for it in heard) == 50:
                done.set()

        async def serve(send: Any, patience_s: float, ended: anyio.Event | None) -> None:
            chunks = told(feed, read, show, after=0, heartbeat_s=30, fits=lambda _: True)
            await EventStream(chunks, slow_client_s=patience_s)({"type": "http"}, receive, send)
            if ended is not None:
                ended.set()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, stuck, 0.05, cut)
            tasks.start_soon(serve, quick, 30, None)
            await run_in_threadpool(paused, feed._database, *range(1, 51))
            with anyio.fail_after(30):
                await done.wait()
                await cut.wait()
            tasks.cancel_scope.cancel()

    asyncio.run(both())
    assert [it for it in heard if b"id: " in it] == [sse("{}", seq=n) for n in range(1, 51)]


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x"


def test_a_client_that_takes_nothing_is_left() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await anyio.sleep_forever()
        raise AssertionError

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) > 2:
            await anyio.sleep_forever()

    asyncio.run(EventStream(endless(), slow_client_s=0.01)({"type": "http"}, receive, send))
    assert all(message.get("more_body", True) for message in sent)  # left open: the server cuts it


def test_a_client_that_hangs_up_ends_the_stream() -> None:
    sent = 0

    async def receive() -> dict[str, Any]:
        while sent < 5:
            await anyio.lowlevel.checkpoint()
        return {"type": "http.disconnect"}

    async def send(_message: Any) -> None:
        nonlocal sent
        sent += 1
        await anyio.lowlevel.checkpoint()

    asyncio.run(EventStream(endless(), slow_client_s=5)({"type": "http"}, receive, send))
    assert sent < 20
