"""One set of models, two databases: PostgreSQL with PostGIS, or one SQLite file.

A write session is one transaction, committed once at the edge of a request or task; a read session
cannot write, and the database itself enforces it. Writers queue up, on SQLite by ``BEGIN
IMMEDIATE``, on PostgreSQL by a lock that every writer of events takes first: events are numbered in
the order of their commits, and no two writers can wait for each other.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Connection, DateTime, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator, TypeEngine

from kernel.damaged import read_json
from kernel.errors import InvalidInput
from kernel.geometry import bound, load_postgis
from kernel.written import Written

if TYPE_CHECKING:
    from kernel.events import Event

CommitListener = Callable[[tuple["Event", ...]], None]

WRITE_LOCK = 0x726F6164
"""Key ("road") of the PostgreSQL advisory lock that writers of events hold."""

NEWS = "roadflare_events"
"""Channel on which PostgreSQL tells other processes the newest sequence number at each commit."""

_BUSY_TIMEOUT_S = 30
# A writer that was cut off must not hold up all others; none works longer than this.
_WRITER_SETTINGS = f"-c lock_timeout={_BUSY_TIMEOUT_S}s -c idle_in_transaction_session_timeout=30s"


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
    """One transaction, in which a row that is asked for by its key is read once.

    Attributes
    ----------
    appended
        The events it has written so far.
    has_turn
        Whether it is the only writer of events until it ends.
    """

    appended: list[Event]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appended = []
        self.has_turn = False
        self._read: list[object] = []

    def take_turn(self) -> None:
        """Wait until no other transaction writes events; does nothing where that is so already."""
        if not self.has_turn:
            self.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
            self.has_turn = True

    def keep(self, row: object) -> None:
        """Hold on to a row: a session forgets what nobody holds and asks for it again."""
        self._read.append(row)


@event.listens_for(WriteSession, "loaded_as_persistent")
@event.listens_for(WriteSession, "pending_to_persistent")
def _keep(session: WriteSession, row: object) -> None:
    session.keep(row)


class Database:
    """The database of one installation.

    Parameters
    ----------
    url
        ``sqlite:///path/file.sqlite`` or ``postgresql+psycopg://…`` (plain ``postgresql://`` is
        understood too).

    Attributes
    ----------
    n_told
        Grows with every transaction that listeners are told of, of this process and of others.
    written
        Counts the transactions of this process by the tables that they wrote to.

    Raises
    ------
    InvalidInput
        For a URL of another kind, or SQLite in memory (it cannot be shared between threads).
    """

    def __init__(self, url: str) -> None:
        self.engine = _open_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        one_state = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        self._readers = self.engine.execution_options(
            roadflare_write=False, **({} if self.is_sqlite else one_state)
        )
        self._writers = self.engine.execution_options(roadflare_write=True)
        self._listeners: list[CommitListener] = []
        self.n_told = 0
        self.written = Written(self.engine)
        self._write_turn = threading.Lock()
        self._own: dict[int, Event] | None = None

    @contextmanager
    def read(self) -> Iterator[ReadSession]:
        """Yield a session that sees one consistent state and cannot write."""
        with ReadSession(self._readers, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, appends: bool = True) -> Iterator[WriteSession]:
        """Yield the session of one transaction; commits at the end, rolls back on any exception.

        Parameters
        ----------
        appends
            Whether events may be appended. Without, writers on PostgreSQL need not queue up: for
            what comes often and is no event, such as positions.
        """
        with self._turn(), WriteSession(self._writers, expire_on_commit=False) as session:
            session.has_turn = self.is_sqlite  # by ``BEGIN IMMEDIATE``
            if appends:
                session.take_turn()
            yield session
            tables = self.written.take(session)
            self._commit(session)
            self.written.committed(tables)
        if session.appended:
            self.tell(tuple(session.appended))

    def _commit(self, session: WriteSession) -> None:
        """Commit; other processes are told when it is done (PostgreSQL sends it at the commit)."""
        if self.is_sqlite or not session.appended:
            session.commit()
            return
        newest = session.appended[-1].seq
        session.execute(
            text("SELECT pg_notify(:channel, :seq)"), {"channel": NEWS, "seq": str(newest)}
        )
        own = self._own if self._own is not None else {}
        own.update((event.seq, event) for event in session.appended)  # before others can see them
        try:
            session.commit()
        except BaseException:
            for event in session.appended:
                own.pop(event.seq, None)
            raise

    def follow(self) -> None:
        """Remember from now on which events this process commits, until `wrote` asks for them."""
        self._own = {}

    def wrote(self, event: Event) -> bool:
        """Return, once, whether this process committed the event (and told its listeners)."""
        if self._own is None or self._own.get(event.seq) != event:
            return False
        del self._own[event.seq]
        return True

    def tell(self, happened: tuple[Event, ...]) -> None:
        """Tell the listeners of this process what was committed, here or elsewhere."""
        self.n_told += 1
        for listener in tuple(self._listeners):
            listener(happened)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Queue writers of this process fairly on SQLite instead of polling its file lock."""
        if not self.is_sqlite:
            yield
            return
        with self._write_turn:
            yield

    def on_commit(self, listener: CommitListener) -> None:
        """Call ``listener`` with the events of each committed transaction of this process.

        Those of other processes come too where a `kernel.following.Follower` runs.
        """
        self._listeners.append(listener)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def read_url(url: str) -> URL:
    """Return a database's address in parts.

    Raises
    ------
    InvalidInput
        When it is none; it is not repeated, since there may be a password in it.
    """
    try:
        return make_url(url)
    except ArgumentError:
        raise InvalidInput.one(
            "/database",
            "database.url",
            "This is no address of a database.",
            "Give sqlite:///FILE or postgresql://HOST/NAME.",
        ) from None


def _open_engine(url: str) -> Engine:
    parsed = read_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        if parsed.database in (None, "", ":memory:"):
            raise InvalidInput.one(
                "/database", "database.memory", f"{url!r} names no file.", "Give sqlite:///FILE."
            )
        engine = create_engine(
            parsed,
            hide_parameters=True,  # they hold names and numbers, and errors end up in logs
            json_deserializer=read_json,  # SQLite takes any text; PostgreSQL takes JSON alone
            connect_args={"timeout": _BUSY_TIMEOUT_S},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        from kernel.postgres import CONNECTION, SERVER_SIDE  # noqa: PLC0415 (not for SQLite)

        load_postgis()
        return create_engine(
            parsed,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=10,
            max_overflow=30,
            connect_args=CONNECTION | {"options": f"{SERVER_SIDE} {_WRITER_SETTINGS}"},
        )
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
        "synchronous=full",  # what was answered survives a power cut: 0.3 ms a commit
        f"busy_timeout={_BUSY_TIMEOUT_S * 1000}",
        "foreign_keys=on",
        "secure_delete=on",  # what was erased is overwritten in the file too
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
