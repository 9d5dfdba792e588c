"""Streams of a running service: whole events for staff, bare notices for phones and owners."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool

from api.identity import Principal, token_holds
from api.models.events import EventOut
from api.runtime import Runtime
from api.streams import EventStream, Fits, May, Reader, always, sse, told
from kernel import events
from kernel.events import Event


def while_logged_in(runtime: Runtime, who: Principal) -> May:
    """Let a stream go on as long as the token that opened it holds."""

    def look() -> bool:
        with runtime.database.read() as session:
            return token_holds(session, who.token_id, runtime.clock.now())

    async def may() -> bool:
        return runtime.known.holds(who.token_id) or await run_in_threadpool(look)

    return may


def stream_events(
    runtime: Runtime, read: Reader, *, fits: Fits, after: int | None, may: May = always
) -> EventStream:
    """Stream events in full; ``after`` is the last one seen, ``None``: begin with the next."""

    def show(event: Event) -> bytes:
        return runtime.feed.once(event, _whole)

    return _stream(runtime, _Chosen(read, fits, show), after, may)


def stream_changes(
    runtime: Runtime,
    read: Reader,
    *,
    name: str,
    after: int | None,
    may: May = always,
    fits: Fits | None = None,
) -> EventStream:
    """Stream one bare ``name`` for each event read: that something changed, not what."""

    def show(event: Event) -> bytes:
        return sse("{}", seq=event.seq, kind=name)

    return _stream(runtime, _Chosen(read, fits, show), after, may)


def event_out(event: Event) -> EventOut:
    """Return an event as staff see it."""
    return EventOut(
        seq=event.seq,
        at=event.at,
        region=event.region,
        kind=event.kind,
        incident_id=event.incident_id,
        job_id=event.job_id,
        unit_id=event.unit_id,
        payload=event.payload,
    )


def _whole(event: Event) -> bytes:
    return sse(event_out(event).model_dump_json(), seq=event.seq, kind=event.kind)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Which events a stream shows, and how."""

    read: Reader
    fits: Fits | None
    show: Callable[[Event], bytes]


def _stream(runtime: Runtime, chosen: _Chosen, after: int | None, may: May) -> EventStream:
    if after is None:
        with runtime.database.read() as session:
            after, _ = events.last(session)
    settings = runtime.settings
    chunks = told(
        runtime.feed,
        chosen.read,
        chosen.show,
        after=after,
        heartbeat_s=settings.heartbeat_s,
        may=may,
        fits=chosen.fits,
    )
    return EventStream(chunks, slow_client_s=settings.slow_client_s)
