"""The schema of the database: brought up to date, taken back, compared with the models.

A database that is up to date already is seen without Alembic, which takes long to load.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from api.tables import metadata
from kernel.database import Database

__all__ = ["current", "differences", "downgrade", "head", "metadata", "upgrade"]

SCRIPTS = Path(__file__).parent / "migrations" / "versions"


def upgrade(database: Database, revision: str = "head") -> str | None:
    """Bring the schema up to ``revision`` in one transaction; return the revision it had before.

    Raises
    ------
    BadData
        When the database is newer than this program.
    """
    before = current(database)
    if revision == "head" and before == head():
        return before
    from api import migrating  # noqa: PLC0415 (see above)

    return migrating.upgrade(database, revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to ``revision`` (``base``: nothing is left) in one transaction."""
    from api import migrating  # noqa: PLC0415 (see above)

    migrating.downgrade(database, revision)


def differences(database: Database) -> list[Any]:
    """Return how the database differs from the models, as Alembic tells it; empty when equal."""
    from api import migrating  # noqa: PLC0415 (see above)

    return migrating.differences(database)


def current(database: Database) -> str | None:
    """Return the revision of the schema, ``None`` in an empty database."""
    with database.engine.begin() as connection:
        return _revision(connection)


@cache
def head() -> str:
    """Return the newest revision: files are named after theirs, ``v0004_access.py`` is 0004."""
    return max(path.name[1:5] for path in SCRIPTS.glob("v[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)
