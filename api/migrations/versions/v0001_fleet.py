"""Events, units and who works with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime
from kernel.geometry import PositionColumn

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _events()
    _contractors()
    _crews()
    _service_centres()
    _units()
    _shifts()
    _unit_positions()


def downgrade() -> None:
    """Drop them, with all that is in them."""
    op.drop_table("unit_positions")
    op.drop_table("shifts")
    op.drop_table("units")
    op.drop_table("service_centres")
    op.drop_table("crews")
    op.drop_table("contractors")
    op.drop_table("events")


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_index(op.f("ix_events_incident_id"), "events", ["incident_id"], unique=False)
    op.create_index(op.f("ix_events_region"), "events", ["region"], unique=False)
    op.create_index(op.f("ix_events_unit_id"), "events", ["unit_id"], unique=False)


def _contractors() -> None:
    op.create_table(
        "contractors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("callout_cny", sa.Float(), nullable=False),
        sa.Column("cny_per_km", sa.Float(), nullable=False),
        sa.Column("answer_s", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "name", name="contractor_name_in_region"),
    )


def _crews() -> None:
    op.create_table(
        "crews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "code", name="crew_code_in_region"),
    )


def _service_centres() -> None:
    op.create_table(
        "service_centres",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("opening_hours", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "name", name="centre_name_in_region"),
    )


def _units() -> None:
    op.create_table(
        "units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("ownership", sa.String(length=20), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("crew_skills", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("equipment", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("position", PositionColumn(), nullable=True),
        sa.Column("position_at", UtcDateTime(), nullable=True),
        sa.Column("kwh", sa.Float(), nullable=False),
        sa.Column("kwh_capacity", sa.Float(), nullable=False),
        sa.Column("shift_start_at", UtcDateTime(), nullable=True),
        sa.Column("shift_end_at", UtcDateTime(), nullable=True),
        sa.Column("home", PositionColumn(), nullable=True),
        sa.Column("contractor_id", sa.Integer(), nullable=True),
        sa.Column("crew_id", sa.Integer(), nullable=True),
        sa.Column("plate", sa.String(length=20), nullable=True),
        sa.CheckConstraint(
            "(ownership = 'contractor') = (contractor_id IS NOT NULL)", name="unit_ownership"
        ),
        sa.CheckConstraint("kwh >= 0 AND kwh <= kwh_capacity", name="unit_kwh_in_stock"),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractors.id"]),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "code", name="unit_code_in_region"),
    )
    op.create_index(op.f("ix_units_region"), "units", ["region"], unique=False)


def _shifts() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("crew_id", sa.Integer(), nullable=True),
        sa.Column("start_at", UtcDateTime(), nullable=False),
        sa.Column("end_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["crew_id"], ["crews.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_shifts_unit_id"), "shifts", ["unit_id"], unique=False)
    op.create_index(
        "shift_one_running_per_crew",
        "shifts",
        ["crew_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL AND crew_id IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND crew_id IS NOT NULL"),
    )
    op.create_index(
        "shift_one_running_per_unit",
        "shifts",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _unit_positions() -> None:
    op.create_table(
        "unit_positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_kph", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("purge_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "at", name="unit_position_once"),
    )
    op.create_index(
        op.f("ix_unit_positions_purge_at"), "unit_positions", ["purge_at"], unique=False
    )
