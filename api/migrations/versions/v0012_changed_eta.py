"""When a contractor comes by what it said last, beside what it said first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """No ETA of before has changed."""
    op.add_column("contractor_offers", sa.Column("changed_eta_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Drop it; what was said first stands."""
    op.drop_column("contractor_offers", "changed_eta_at")
