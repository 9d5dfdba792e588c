"""Whatever is read often is found by an index, however much has ended since the first day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NEW = (
    ("incident_by_state", "incidents", ["region", "state", "received_at"], None),
    ("incident_by_outcome", "incidents", ["outcome", "closed_at"], None),
    ("incident_by_merged_into", "incidents", ["merged_into"], "merged_into IS NOT NULL"),
    ("job_by_unit", "jobs", ["unit_id", "state"], None),
    ("job_by_planned_unit", "jobs", ["planned_unit_id", "state"], None),
    ("offer_by_contractor", "contractor_offers", ["contractor_id", "state"], None),
    ("ix_alarms_incident_id", "alarms", ["incident_id"], None),
    ("alarm_by_kind", "alarms", ["kind", "raised_at"], None),
    ("alarm_unseen", "alarms", ["region", "kind"], "acknowledged_at IS NULL"),
    ("ix_events_job_id", "events", ["job_id"], None),
    ("ix_ratings_at", "ratings", ["at"], None),
)
_OLD = (
    ("incident_by_state", "incidents", ["region", "state"], None),
    ("ix_jobs_planned_unit_id", "jobs", ["planned_unit_id"], None),
    ("ix_contractor_offers_contractor_id", "contractor_offers", ["contractor_id"], None),
    ("ix_alarms_region", "alarms", ["region"], None),
)
_Indexes = tuple[tuple[str, str, list[str], str | None], ...]


def upgrade() -> None:
    """Replace what is read whole by what is read in part."""
    _replace(_OLD, _NEW)


def downgrade() -> None:
    """Go back."""
    _replace(_NEW, _OLD)


def _replace(old: _Indexes, new: _Indexes) -> None:
    for name, table, _, _ in old:
        op.drop_index(name, table)
    for name, table, columns, only in new:
        where = None if only is None else sa.text(only)
        op.create_index(
            name, table, columns, unique=False, sqlite_where=where, postgresql_where=where
        )
