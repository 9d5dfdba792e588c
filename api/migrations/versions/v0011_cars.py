"""Incidents and visits found by their car; closed incidents that are to be forgotten."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = {"incident": "incidents", "appointment": "appointments"}
_COLUMNS = ("plate", "vin")
_TO_FORGET = "incident_to_forget"
_LEADS_BACK = sa.text("state = 'closed' AND caller_phone <> ''")


def upgrade() -> None:
    """Index both tables by plate and by VIN, and incidents by when they ended."""
    op.create_index(
        _TO_FORGET,
        "incidents",
        ["closed_at"],
        unique=False,
        sqlite_where=_LEADS_BACK,
        postgresql_where=_LEADS_BACK,
    )
    for noun, table in _TABLES.items():
        for column in _COLUMNS:
            op.create_index(f"{noun}_by_{column}", table, [column], unique=False)


def downgrade() -> None:
    """Drop the indexes."""
    op.drop_index(_TO_FORGET, "incidents")
    for noun, table in _TABLES.items():
        for column in _COLUMNS:
            op.drop_index(f"{noun}_by_{column}", table)
