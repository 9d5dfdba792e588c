"""Pushes without content: which phone, desk or incident has news."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import select

from api.store import UserRow
from fleet.store import UnitRow
from kernel.database import Database
from kernel.events import Event

Notify = Callable[[str], None]


class Notices:
    """Tells what each commit is about: ``unit:CODE``, ``contractor:USER``, ``incident:ID``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listeners: list[Notify] = []
        self._codes: dict[int, str] = {}
        database.on_commit(self._committed)

    def on_notice(self, listener: Notify) -> None:
        """Call ``listener`` with each topic, in the thread that committed."""
        self._listeners.append(listener)

    def _committed(self, events: tuple[Event, ...]) -> None:
        if not self._listeners:
            return
        for topic in dict.fromkeys(topic for event in events for topic in self._topics(event)):
            for listener in tuple(self._listeners):
                listener(topic)

    def _topics(self, event: Event) -> Iterator[str]:
        if event.unit_id is not None:
            yield f"unit:{self._code(event.unit_id)}"
        for login in self._desks(event.payload.get("contractor_id")):
            yield f"contractor:{login}"
        if event.incident_id is not None:
            yield f"incident:{event.incident_id}"

    def _code(self, unit_id: int) -> str:
        if unit_id not in self._codes:
            with self._database.read() as session:
                code = session.scalar(select(UnitRow.code).where(UnitRow.id == unit_id))
            self._codes[unit_id] = code or str(unit_id)
        return self._codes[unit_id]

    def _desks(self, contractor_id: int | None) -> list[str]:
        if contractor_id is None:
            return []
        with self._database.read() as session:
            query = select(UserRow.login).where(UserRow.contractor_id == contractor_id)
            return list(session.scalars(query.order_by(UserRow.id)))
