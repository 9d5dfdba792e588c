"""Forgetting what has had its time: tokens, answers, failures, trails, photos, deliveries."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from api.idempotency import purge_answers
from api.login_guard import purge_attempts
from api.retention import forget_old
from api.sessions import purge_sessions
from api.webhooks.outbox import purge_deliveries
from dispatch.photos import purge_photos
from fleet.positions import purge_trail
from kernel.clock import Clock
from kernel.database import Database, WriteSession

EVERY_S = 600.0
_log = structlog.get_logger("api")


def tidy(session: WriteSession, now: datetime, *, keep_personal: timedelta | None = None) -> None:
    """Forget everything that is due; twice, or in two processes at once, is harmless.

    ``keep_personal`` is how long incidents and visits lead back to people; ``None``: always.
    """
    purge_sessions(session, now)
    purge_attempts(session, now)
    purge_answers(session, now)
    purge_trail(session, now)
    purge_photos(session, now)
    purge_deliveries(session, now)
    if keep_personal is not None:
        forget_old(session, now, keep_personal)


class Housekeeper:
    """Tidies up every ``every_s`` in a thread of its own, until it is closed."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        keep_personal: timedelta | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self._database = database
        self._clock = clock
        self._keep_personal = keep_personal
        self._every_s = every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                with self._database.write() as session:
                    tidy(session, self._clock.now(), keep_personal=self._keep_personal)
            except SQLAlchemyError as error:
                _log.warning("housekeeping.failed", reason=type(error).__name__)
