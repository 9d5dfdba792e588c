"""Incidents and visits found by their car."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TABLES = {"incident": "incidents", "appointment": "appointments"}
_COLUMNS = ("plate", "vin")


def upgrade() -> None:
    """Index both tables by plate and by VIN."""
    for noun, table in _TABLES.items():
        for column in _COLUMNS:
            op.create_index(f"{noun}_by_{column}", table, [column], unique=False)


def downgrade() -> None:
    """Drop the indexes."""
    for noun, table in _TABLES.items():
        for column in _COLUMNS:
            op.drop_index(f"{noun}_by_{column}", table)
