"""Hearing what other processes commit: the event table is the truth, NOTIFY only says "look now".

PostgreSQL only; a SQLite file has one process. Where the notifying connection is lost, events are
found by looking every ``poll_s`` until there is another one.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any, Self

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from kernel import events
from kernel.database import NEWS, Database
from kernel.postgres import connect

_log = structlog.get_logger(__name__)
_BATCH = 500


class Follower:
    """Tells the listeners of a database what other processes have committed.

    Attributes
    ----------
    seen_seq
        The newest event that this process knows of.
    looked_at
        Monotonic time of the last successful look at the table.
    """

    def __init__(self, database: Database, *, poll_s: float = 1.0) -> None:
        self._database = database
        self._poll_s = poll_s
        self._stop = threading.Event()
        self._listening: psycopg.Connection[Any] | None = None
        database.follow()
        with database.read() as session:
            self.seen_seq, _ = events.last(session)
        self.looked_at = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="follower", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._stop.set()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._wait()
                self._look()
            except (psycopg.Error, SQLAlchemyError, OSError) as error:
                _log.warning("events.unreachable", reason=str(error).splitlines()[0])
                self._hang_up()
                self._stop.wait(self._poll_s)
            except Exception:  # noqa: BLE001 - a listener's fault must not make this process deaf
                _log.exception("events.listener_failed")
        self._hang_up()

    def _wait(self) -> None:
        """Return at the next notice, at the latest after ``poll_s``."""
        if self._listening is None:
            self._listening = connect(self._database.engine.url)
            self._listening.execute(f"LISTEN {NEWS}")
            return  # look: something may have happened in between
        for _ in self._listening.notifies(timeout=min(self._poll_s, 0.5), stop_after=1):
            pass

    def _look(self) -> None:
        while not self._stop.is_set():
            with self._database.read() as session:
                found = events.read_after(session, self.seen_seq, limit=_BATCH)
            self.looked_at = time.monotonic()
            if not found:
                return
            self.seen_seq = found[-1].seq
            foreign = tuple(event for event in found if not self._database.wrote(event))
            if foreign:
                self._database.tell(foreign)

    def _hang_up(self) -> None:
        if self._listening is not None:
            with contextlib.suppress(psycopg.Error):
                self._listening.close()
            self._listening = None
