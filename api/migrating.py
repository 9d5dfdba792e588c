"""What `api.schema` does with Alembic; apart, because Alembic takes long to load."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from api.tables import metadata
from kernel.database import WRITE_LOCK, Database
from kernel.errors import BadData

_SCRIPTS = Path(__file__).parent / "migrations"
_SIDE_TABLES = "_rtree"


def compared(_item: Any, name: str | None, kind: str, reflected: Any, _other: Any) -> bool:
    """Leave what the database keeps for itself (spatial indexes, PostGIS) out of comparisons."""
    if kind == "table":
        return not reflected or (_SIDE_TABLES not in str(name) and name != "spatial_ref_sys")
    return not (kind == "index" and reflected and str(name).endswith("_gist"))


def upgrade(database: Database, revision: str = "head") -> str | None:
    """Bring the schema up to ``revision`` in one transaction; return the revision it had before.

    Raises
    ------
    BadData
        When the database is newer than this program.
    """
    with database.engine.begin() as connection:
        _queue_up(connection)
        before = MigrationContext.configure(connection).get_current_revision()
        if before is not None and before not in _known():
            raise BadData(
                f"The database has schema {before!r}, which this version does not know.",
                remedy="Install the version it was written with, or a newer one.",
            )
        if before != newest():
            command.upgrade(_config(connection), revision)
    return before


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to ``revision`` (``base``: nothing is left) in one transaction."""
    with database.engine.begin() as connection:
        _queue_up(connection)
        command.downgrade(_config(connection), revision)


def differences(database: Database) -> list[Any]:
    """Return how the database differs from the models, as Alembic tells it; empty when equal."""
    with database.engine.begin() as connection:
        options = {"include_object": compared, "compare_type": True}
        return list(
            compare_metadata(MigrationContext.configure(connection, opts=options), metadata())
        )


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _queue_up(connection: Connection) -> None:
    """Let one process at a time change the schema: several may start at once on PostgreSQL."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})


def newest() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _known() -> set[str]:
    return {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
