"""The loop that tells: wakes at commits, spreads events, makes what is due, several at a time."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from api.webhooks import outbox
from api.webhooks.outbox import Due, Outcome
from api.webhooks.sending import Sender
from api.webhooks.store import WebhookRow
from kernel.clock import Clock
from kernel.database import Database
from kernel.events import Event

LOOK_EVERY_S = 2.0
AT_ONCE = 4
_log = structlog.get_logger("api")


class Teller:
    """Delivers the webhooks of one region; several processes may do so side by side."""

    def __init__(self, database: Database, clock: Clock, region: str, sender: Sender) -> None:
        self._database = database
        self._clock = clock
        self._region = region
        self._sender = sender
        self._news = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._pool: ThreadPoolExecutor | None = None
        self._told_last = 0

    def start(self) -> None:
        """Deliver in a thread of its own until `close`."""
        self._database.on_commit(self._heard)
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; an attempt under way may still be repeated by the next process."""
        self._stop.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=5)
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._sender.close()

    def run_due(self) -> int:
        """Tell what is due now; return how many attempts were made."""
        if not self._has_hooks():
            return 0
        now = self._clock.now()
        with self._database.write(appends=False) as session:
            outbox.spread(session, now, self._region)
            due = outbox.claim(session, now, self._region, AT_ONCE, after=self._told_last)
            self._told_last = due[-1].webhook_id if due else 0
        if len(due) == 1:
            self._attempt(due[0])
        elif due:
            self._pool = self._pool or ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook")
            list(self._pool.map(self._attempt, due))
        return len(due)

    def _attempt(self, due: Due) -> None:
        outcome = self._sender.send(due, self._clock.now())
        self._settle(due, outcome)
        if not outcome.is_success:
            _log.warning(
                "webhook.failed",
                webhook_id=due.webhook_id,
                seq=due.event.seq,
                n_attempts=due.n_attempts,
                fault=outcome.fault,
            )

    def _settle(self, due: Due, outcome: Outcome) -> None:
        with self._database.write(appends=not outcome.is_success) as session:
            outbox.settle(session, self._clock.now(), due, outcome)

    def _has_hooks(self) -> bool:
        query = select(WebhookRow.id).where(
            WebhookRow.region == self._region, WebhookRow.disabled_at.is_(None)
        )
        with self._database.read() as session:
            return session.scalars(query.limit(1)).first() is not None

    def _heard(self, _events: tuple[Event, ...]) -> None:
        self._news.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._news.clear()
            try:
                while not self._stop.is_set() and self.run_due():
                    pass
            except SQLAlchemyError as error:
                _log.warning("webhooks.database", reason=type(error).__name__)
            self._news.wait(LOOK_EVERY_S)
