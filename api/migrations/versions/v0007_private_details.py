"""What people said, beside the event log instead of in it: it can be erased, the log cannot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "private_details",
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("seal"),
    )
    for column in ("incident_id", "appointment_id"):
        op.create_index(f"ix_private_details_{column}", "private_details", [column], unique=False)


def downgrade() -> None:
    """Drop it, with what people said."""
    op.drop_table("private_details")
