"""By when a contractor has to be there; offers found by incident."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INDEX = "ix_contractor_offers_incident_id"


def upgrade() -> None:
    """Offers made before ask for no time."""
    op.add_column("contractor_offers", sa.Column("needed_by_at", UtcDateTime(), nullable=True))
    op.create_index(_INDEX, "contractor_offers", ["incident_id"], unique=False)


def downgrade() -> None:
    """Drop both; offers stand as without a time."""
    op.drop_index(_INDEX, "contractor_offers")
    op.drop_column("contractor_offers", "needed_by_at")
