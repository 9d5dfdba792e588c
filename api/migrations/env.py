"""Run by Alembic, on the connection that `api.migrating` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from api.migrating import compared
from api.tables import metadata

connection: Connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata(),
    include_object=compared,
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
