"""Jobs, plans and all that is told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime
from kernel.geometry import PositionColumn

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _plans()
    _jobs()
    _contractor_offers()
    _technician_events()
    _alarms()


def downgrade() -> None:
    """Drop them, with all that is in them."""
    op.drop_table("alarms")
    op.drop_table("technician_events")
    op.drop_table("contractor_offers")
    op.drop_table("jobs")
    op.drop_table("plans")


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cost_cny", sa.Float(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("decision_s", sa.Float(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["regions.name"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "version", name="plan_version_in_region"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("target_at", UtcDateTime(), nullable=False),
        sa.Column("earliest_at", UtcDateTime(), nullable=True),
        sa.Column("latest_at", UtcDateTime(), nullable=True),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.Column("planned_unit_id", sa.Integer(), nullable=True),
        sa.Column("planned_option", sa.String(length=80), nullable=True),
        sa.Column("planned_sequence", sa.Integer(), nullable=True),
        sa.Column("planned_arrival_at", UtcDateTime(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("option", sa.String(length=80), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("rolling_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("loaded_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("declined_by", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "NOT (state IN ('ordered', 'rolling', 'on_site', 'loaded')) OR unit_id IS NOT NULL",
            name="job_active_has_unit",
        ),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="job_serves_one_thing"
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.ForeignKeyConstraint(["planned_unit_id"], ["units.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_jobs_appointment_id"), "jobs", ["appointment_id"], unique=False)
    op.create_index(op.f("ix_jobs_incident_id"), "jobs", ["incident_id"], unique=False)
    op.create_index(op.f("ix_jobs_planned_unit_id"), "jobs", ["planned_unit_id"], unique=False)
    op.create_index("job_by_state", "jobs", ["region", "state"], unique=False)
    op.create_index(
        "job_one_active_per_unit",
        "jobs",
        ["unit_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('ordered', 'rolling', 'on_site', 'loaded')"),
        postgresql_where=sa.text("state IN ('ordered', 'rolling', 'on_site', 'loaded')"),
    )


def _contractor_offers() -> None:
    op.create_table(
        "contractor_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("contractor_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("eta_at", UtcDateTime(), nullable=True),
        sa.Column("reject_reason", sa.Text(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "state <> 'rejected' OR reject_reason IS NOT NULL", name="offer_rejected_has_reason"
        ),
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'arrived', 'done') OR eta_at IS NOT NULL",
            name="offer_accepted_has_eta",
        ),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractors.id"]),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_contractor_offers_contractor_id"),
        "contractor_offers",
        ["contractor_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_contractor_offers_region"), "contractor_offers", ["region"], unique=False
    )
    op.create_index(
        "offer_one_open_per_contractor",
        "contractor_offers",
        ["incident_id", "contractor_id"],
        unique=True,
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.create_index(
        "offer_one_taken_per_incident",
        "contractor_offers",
        ["incident_id"],
        unique=True,
        sqlite_where=sa.text("state IN ('accepted', 'arrived')"),
        postgresql_where=sa.text("state IN ('accepted', 'arrived')"),
    )


def _technician_events() -> None:
    op.create_table(
        "technician_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "client_id", name="technician_event_once"),
    )
    op.create_index(
        op.f("ix_technician_events_job_id"), "technician_events", ["job_id"], unique=False
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("raised_at", UtcDateTime(), nullable=False),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "alarm_one_open_per_kind",
        "alarms",
        ["incident_id", "kind"],
        unique=True,
        sqlite_where=sa.text("acknowledged_at IS NULL AND incident_id IS NOT NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL AND incident_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_alarms_region"), "alarms", ["region"], unique=False)
