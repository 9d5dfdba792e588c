"""Writes that share a transaction: all kept, one refusal alone, a lost database for all."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kernel.database import Database, WriteSession
from kernel.together import WritesTogether


class NoteBase(DeclarativeBase):
    """Root of this test's table."""


class NoteRow(NoteBase):
    """Table of this test."""

    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)


@pytest.fixture
def database(any_database_url: str) -> Iterator[Database]:
    opened = Database(any_database_url)
    NoteBase.metadata.create_all(opened.engine)
    yield opened
    opened.close()


def kept(database: Database) -> set[int]:
    with database.read() as session:
        return set(session.scalars(select(NoteRow.id)))


class Crowd:
    """Threads that write at once: the first holds the transaction until all others wait."""

    def __init__(self, database: Database, *, refused: int = -1, breaks: int = -1) -> None:
        self.together = WritesTogether(database)
        self.refused, self.breaks = refused, breaks
        self.go = threading.Event()
        self.sessions: set[WriteSession] = set()
        self.errors: dict[int, BaseException] = {}

    def run(self, n: int) -> None:
        first = threading.Thread(target=self._write, args=(0,))
        first.start()
        others = [threading.Thread(target=self._write, args=(i,)) for i in range(1, n)]
        for one in others:
            one.start()
        while len(self.together._waiting) < n - 1:
            threading.Event().wait(0.001)
        self.go.set()
        for one in (first, *others):
            one.join()

    def _write(self, number: int) -> None:
        def act(session: WriteSession) -> int:
            if number == 0:
                assert self.go.wait(30)
            self.sessions.add(session)  # itself: a number may come again
            session.add(NoteRow(id=number + 1))
            session.flush()
            if number == self.refused:
                raise ValueError("not this one")
            if number == self.breaks:
                raise OperationalError("COMMIT", {}, Exception("disk full"))
            return number

        try:
            assert self.together.write(act) == number
        except (ValueError, OperationalError) as error:
            self.errors[number] = error


def test_who_waits_shares_one_transaction(database: Database) -> None:
    crowd = Crowd(database)
    crowd.run(12)
    assert kept(database) == set(range(1, 13))
    assert len(crowd.sessions) == 2


def test_a_refused_write_takes_nobody_along(database: Database) -> None:
    crowd = Crowd(database, refused=5)
    crowd.run(12)
    assert set(crowd.errors) == {5}
    assert kept(database) == set(range(1, 13)) - {6}


def test_where_the_database_fails_nobody_is_told_yes(database: Database) -> None:
    crowd = Crowd(database, breaks=5)
    crowd.run(12)
    assert set(crowd.errors) == set(range(1, 12))
    assert kept(database) == {1}
