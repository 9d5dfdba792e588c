"""Small writes of many threads in one transaction: one commit, one wait for the disk, for all.

Whoever writes while nobody does, writes at once. Whoever comes meanwhile waits, and the first of
them then writes for all who wait. Each has a savepoint of its own, so that one that is refused
takes nothing of the others along; nobody is answered before the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from sqlalchemy.exc import DBAPIError

from kernel.database import Database, WriteSession

MOST = 64
"""So many writes share a transaction at most: others wait for it to end."""

T = TypeVar("T")


@dataclass(slots=True)
class _Write:
    act: Callable[[WriteSession], Any]
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None


class WritesTogether:
    """Shares transactions among writes that append no events, of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: list[_Write] = []
        self._turn = threading.Lock()
        self._leading = threading.Lock()

    def write(self, act: Callable[[WriteSession], T]) -> T:
        """Return what ``act`` returns, once it is committed; raise what it raises.

        Where the transaction itself fails, all who shared it get that error.
        """
        mine = _Write(act)
        with self._turn:
            self._waiting.append(mine)
        while not mine.is_done:
            with self._leading:
                if not mine.is_done:
                    self._lead()
        if mine.error is not None:
            raise mine.error
        return cast(T, mine.result)

    def _lead(self) -> None:
        with self._turn:
            batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
        try:
            # A transaction that locks several rows takes its place among the writers of events:
            # each of those locks several too, in an order of its own (decision record 0010).
            with self._database.write(appends=len(batch) > 1, counts=False) as session:
                self._run(session, batch)
        except BaseException as error:  # noqa: BLE001 - raised by each of those it concerns
            for one in batch:
                one.error = one.error or error
        finally:
            for one in batch:
                one.is_done = True

    @staticmethod
    def _run(session: WriteSession, batch: Sequence[_Write]) -> None:
        if len(batch) == 1:
            batch[0].result = batch[0].act(session)
            return
        for one in batch:
            try:
                with session.begin_nested():
                    one.result = one.act(session)
            except DBAPIError:
                raise  # the database itself: nothing of this transaction is kept
            except Exception as error:  # noqa: BLE001 - raised by its own thread
                one.error = error
