"""Photos of the fault by owners, of the steps of jobs by technicians."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INDEXED = ("incident_id", "appointment_id", "purge_at")


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("sender", sa.String(length=40), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("step", sa.String(length=20), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("purge_at", UtcDateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("n_bytes", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("picture", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="photo_of_one_thing"
        ),
        sa.CheckConstraint("(unit_id IS NULL) = (job_id IS NULL)", name="photo_of_a_units_job"),
        sa.CheckConstraint("width > 0 AND height > 0 AND n_bytes > 0", name="photo_is_a_picture"),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("sender", "client_id", name="photo_once"),
    )
    for name in _INDEXED:
        op.create_index(f"ix_photos_{name}", "photos", [name], unique=False)


def downgrade() -> None:
    """Drop it, with all pictures."""
    op.drop_table("photos")
