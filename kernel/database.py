"""One set of models, two databases: PostgreSQL with PostGIS, or one SQLite file.

A write session is one transaction, committed once at the edge of a request or task; a read session
cannot write, and the database itself enforces it. On SQLite writers queue up (``BEGIN IMMEDIATE``).
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, DateTime, Engine, create_engine, event
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from kernel.errors import InvalidInput
from kernel.geometry import bound, load_postgis

if TYPE_CHECKING:
    from kernel.events import Event

CommitListener = Callable[[tuple["Event", ...]], None]

_BUSY_TIMEOUT_S = 30


class Base(DeclarativeBase):
    """Root of all tables."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases; a naive one is refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return ``timestamptz`` on PostgreSQL, text without an offset on SQLite."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored form."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; give an aware datetime")
        utc = value.astimezone(UTC)
        return utc if dialect.name == "postgresql" else utc.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the aware datetime."""
        if value is None:
            return None
        stored: datetime = value
        return stored.replace(tzinfo=UTC) if stored.tzinfo is None else stored.astimezone(UTC)


class ReadSession(Session):
    """A session that only reads."""

    def flush(self, objects: Any = None) -> None:
        """Refuse to write."""
        if self.new or self.dirty or self.deleted:
            raise RuntimeError("this is a read session: take Database.write() to change rows")
        super().flush(objects)


class WriteSession(Session):
    """One transaction; ``appended`` are the events it has written so far."""

    appended: list[Event]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appended = []


class Database:
    """The database of one installation.

    Parameters
    ----------
    url
        ``sqlite:///path/file.sqlite`` or ``postgresql+psycopg://…`` (plain ``postgresql://`` is
        understood too).

    Raises
    ------
    InvalidInput
        For a URL of another kind, or SQLite in memory (it cannot be shared between threads).
    """

    def __init__(self, url: str) -> None:
        self.engine = _open_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._readers = self.engine.execution_options(
            roadflare_write=False, **({} if self.is_sqlite else {"postgresql_readonly": True})
        )
        self._writers = self.engine.execution_options(roadflare_write=True)
        self._listeners: list[CommitListener] = []
        self._write_turn = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Yield a session that sees one consistent state and cannot write."""
        with ReadSession(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[WriteSession]:
        """Yield the session of one transaction; commits at the end, rolls back on any exception."""
        with self._turn(), WriteSession(self._writers, expire_on_commit=False) as session:
            yield session
            session.commit()
        if session.appended:
            events = tuple(session.appended)
            for listener in tuple(self._listeners):
                listener(events)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Queue writers of this process fairly on SQLite instead of polling its file lock."""
        if not self.is_sqlite:
            yield
            return
        with self._write_turn:
            yield

    def on_commit(self, listener: CommitListener) -> None:
        """Call ``listener`` with the events of each committed transaction of this process."""
        self._listeners.append(listener)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _open_engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise InvalidInput.one(
                "/database", "database.memory", f"{url!r} names no file.", "Give sqlite:///FILE."
            )
        engine = create_engine(parsed, connect_args={"timeout": _BUSY_TIMEOUT_S})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        load_postgis()
        return create_engine(parsed, pool_pre_ping=True)
    raise InvalidInput.one(
        "/database",
        "database.kind",
        f"{parsed.drivername!r} is not a database Roadflare knows.",
        "Give sqlite:///FILE or postgresql://HOST/NAME.",
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # BEGIN is ours, see _begin_sqlite
    for pragma in (
        "journal_mode=wal",
        "synchronous=normal",
        f"busy_timeout={_BUSY_TIMEOUT_S * 1000}",
        "foreign_keys=on",
    ):
        connection.execute(f"PRAGMA {pragma}")
    for index, name in enumerate(("min_x", "min_y", "max_x", "max_y")):
        connection.create_function(
            f"geo_{name}", 1, partial(_bound_of, index=index), deterministic=True
        )


def _bound_of(wkb: bytes | None, index: int) -> float | None:
    return bound(wkb, index)


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("roadflare_write", True)
    connection.exec_driver_sql(f"PRAGMA query_only={'off' if write else 'on'}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
