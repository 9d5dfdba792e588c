"""One leader among many processes: whoever holds an advisory lock of PostgreSQL.

The lock belongs to a session. When its process dies, the system closes the connection and the lock
is free at once; when its machine or network goes without a word, PostgreSQL ends the session after
`SILENCE_S` without a heartbeat. The leader itself stops believing in its lead a little earlier, so
that two never lead at once. What they do is guarded once more: plans commit by compare-and-set.
"""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog
from sqlalchemy.engine import URL

from kernel.postgres import connect

SILENCE_S = 3.0
"""A leader not heard of for this long has lost its lead."""

_HEARTBEAT_S = 0.5
_BELIEF_S = SILENCE_S - 2 * _HEARTBEAT_S
_TRY_EVERY_S = 0.3
_CLASS = 0x72666C64
"""First half of the lock's key ("rfld"): tells these locks from all others of the database."""

_log = structlog.get_logger(__name__)


class Election:
    """One process's part in electing the leader of something, e.g. the dispatcher of a region."""

    def __init__(self, url: URL, name: str) -> None:
        self._url = url
        self._name = name
        self._key = zlib.crc32(name.encode()) - 2**31
        self._lost: threading.Event | None = None
        self._beaten_at = 0.0

    @property
    def is_leader(self) -> bool:
        """Return whether this process leads now."""
        lost = self._lost
        return lost is not None and not lost.is_set()

    @contextmanager
    def lead(self, stop: threading.Event) -> Iterator[threading.Event]:
        """Wait until elected, then yield an event that is set when the lead is lost.

        When ``stop`` is set before, the event yielded is set from the beginning. The lead is given
        up at the end of the block.
        """
        connection = self._elected(stop)
        lost = threading.Event()
        if connection is None:
            lost.set()
            yield lost
            return
        _log.info("election.won", name=self._name)
        self._lost, self._beaten_at = lost, time.monotonic()
        beat = threading.Thread(target=self._beat, args=(connection, lost), daemon=True)
        doubt = threading.Thread(target=self._doubt, args=(lost,), daemon=True)
        beat.start()
        doubt.start()
        try:
            yield lost
        finally:
            lost.set()
            beat.join(timeout=1.0)  # one that hangs ends with its connection
            _log.info("election.left", name=self._name)

    def whenever_elected(
        self, work: Callable[[threading.Event], None], stop: threading.Event
    ) -> None:
        """Do ``work(lost)`` whenever this process is elected, until ``stop`` is set."""
        while not stop.is_set():
            with self.lead(stop) as lost:
                if not lost.is_set():
                    work(lost)

    def resign(self) -> None:
        """Give the lead up, if this process has it."""
        if self._lost is not None:
            self._lost.set()

    def _elected(self, stop: threading.Event) -> psycopg.Connection[Any] | None:
        connection: psycopg.Connection[Any] | None = None
        while not stop.is_set():
            try:
                connection = connection or self._connect()
                if self._try(connection):
                    return connection
            except (psycopg.Error, OSError) as error:
                _log.warning("election.unreachable", name=self._name, reason=_line(error))
                _close(connection)
                connection = None
            stop.wait(_TRY_EVERY_S)
        _close(connection)
        return None

    def _connect(self) -> psycopg.Connection[Any]:
        silence_ms = round(SILENCE_S * 1000)
        return connect(self._url, server_settings=f"-c idle_session_timeout={silence_ms}")

    def _try(self, connection: psycopg.Connection[Any]) -> bool:
        keys = (_CLASS, self._key)
        row = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", keys).fetchone()
        return bool(row and row[0])

    def _beat(self, connection: psycopg.Connection[Any], lost: threading.Event) -> None:
        """Keep the session alive; body of a thread that may hang with the connection."""
        try:
            while not lost.wait(_HEARTBEAT_S):
                connection.execute("SELECT 1")
                self._beaten_at = time.monotonic()
        except (psycopg.Error, OSError) as error:
            _log.warning("election.lost", name=self._name, reason=_line(error))
        finally:
            lost.set()
            _close(connection)

    def _doubt(self, lost: threading.Event) -> None:
        """Give the lead up when heartbeats are not answered any more."""
        while not lost.wait(_HEARTBEAT_S / 2):
            if time.monotonic() - self._beaten_at > _BELIEF_S:
                _log.warning("election.lost", name=self._name, reason="no heartbeat was answered")
                lost.set()


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _close(connection: psycopg.Connection[Any] | None) -> None:
    if connection is not None:
        with contextlib.suppress(psycopg.Error, OSError):
            connection.close()
