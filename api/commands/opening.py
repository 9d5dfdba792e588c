"""Databases and files as commands open them: what cannot be used is said in one line."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import OperationalError

from api import schema
from kernel.database import Database, read_url
from kernel.errors import ExternalServiceError, NotFound

_REMEDY = "Give --database, or --data-dir and --city."


def open_database(url: str, *, upgrade: bool = True) -> Database:
    """Return a database that holds data; unless told otherwise, its schema is brought up to date.

    Raises
    ------
    NotFound
        When there is none. No file is made then.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").is_file():
        raise NotFound("database", parsed.database or url, remedy=_REMEDY)
    database = Database(url)
    if schema.current(database) is None:
        database.close()
        raise NotFound("database with data", _without_secret(url), remedy=_REMEDY)
    if upgrade:
        schema.upgrade(database)
    return database


def out_of_reach(error: Exception) -> ExternalServiceError | None:
    """Return what to say of a database or file that cannot be used; ``None`` for other errors."""
    if isinstance(error, OSError) and isinstance(error.filename, str):
        return ExternalServiceError(
            f"{error.filename!r} cannot be used: {error.strerror}.",
            remedy="Check the path, its rights, and whether the disk is full.",
        )
    if not isinstance(error, OperationalError) or error.statement is not None:
        return None
    reason = str(error.orig).strip().splitlines()[0]
    return ExternalServiceError(
        f"The database cannot be opened: {reason}.",
        remedy="Start it, or say where it is: --database, or --data-dir.",
    )


def _without_secret(url: str) -> str:
    return read_url(url).render_as_string(hide_password=True)
