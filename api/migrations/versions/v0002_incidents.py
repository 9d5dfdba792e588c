"""Regions, incidents, appointments and their owners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime
from kernel.geometry import PositionColumn, spatial_index_drop_sql, spatial_index_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    _regions()
    _incidents()
    _index_incidents()
    _incident_calls()
    _appointments()
    _owner_links()
    _ratings()


def downgrade() -> None:
    """Drop them, with all that is in them."""
    for statement in spatial_index_drop_sql("incidents", "position", op.get_bind().dialect.name):
        op.execute(statement)
    op.drop_table("ratings")
    op.drop_table("owner_links")
    op.drop_table("appointments")
    op.drop_table("incident_calls")
    op.drop_table("incidents")
    op.drop_table("regions")


def _regions() -> None:
    op.create_table(
        "regions",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("plan_version >= 0", name="region_plan_version"),
        sa.PrimaryKeyConstraint("name"),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("case_ref", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("target_at", UtcDateTime(), nullable=False),
        sa.Column("promised_at", UtcDateTime(), nullable=False),
        sa.Column("promise_reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("eta_at", UtcDateTime(), nullable=True),
        sa.Column("eta_low_at", UtcDateTime(), nullable=True),
        sa.Column("eta_high_at", UtcDateTime(), nullable=True),
        sa.Column("arrived_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("risk", sa.String(length=20), nullable=False),
        sa.Column("urban", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=120), nullable=False),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("place_confidence", sa.Float(), nullable=False),
        sa.Column("place_source", sa.String(length=20), nullable=False),
        sa.Column("place_note", sa.Text(), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("caller_phone", sa.String(length=20), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=True),
        sa.Column("plate", sa.String(length=20), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("purchased_on", sa.Date(), nullable=True),
        sa.Column("colour", sa.String(length=200), nullable=True),
        sa.Column("fault", sa.String(length=30), nullable=False),
        sa.Column("scenario", sa.Text(), nullable=True),
        sa.Column("symptom", sa.Text(), nullable=True),
        sa.Column("effect", sa.Text(), nullable=True),
        sa.Column("state_of_charge_pct", sa.Float(), nullable=True),
        sa.Column("drivable", sa.Boolean(), nullable=True),
        sa.Column("safe_place", sa.Boolean(), nullable=True),
        sa.Column("n_people", sa.Integer(), nullable=True),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("entitlement", sa.JSON(), nullable=False),
        sa.Column("triage", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.Integer(), nullable=True),
        sa.Column("n_calls", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(outcome = 'merged') = (merged_into IS NOT NULL)", name="incident_merged"
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name="incident_closed_at"
        ),
        sa.CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="incident_outcome"),
        sa.ForeignKeyConstraint(["merged_into"], ["incidents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def _index_incidents() -> None:
    op.create_index("incident_by_state", "incidents", ["region", "state"], unique=False)
    op.create_index(
        "incident_one_open_per_plate",
        "incidents",
        ["plate"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND plate IS NOT NULL"),
        postgresql_where=sa.text("state <> 'closed' AND plate IS NOT NULL"),
    )
    op.create_index(
        "incident_one_open_per_vin",
        "incidents",
        ["vin"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed' AND vin IS NOT NULL"),
        postgresql_where=sa.text("state <> 'closed' AND vin IS NOT NULL"),
    )
    op.create_index(op.f("ix_incidents_caller_phone"), "incidents", ["caller_phone"], unique=False)
    op.create_index(op.f("ix_incidents_received_at"), "incidents", ["received_at"], unique=False)
    for statement in spatial_index_sql("incidents", "position", op.get_bind().dialect.name):
        op.execute(statement)


def _incident_calls() -> None:
    op.create_table(
        "incident_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("case_ref", sa.String(length=200), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("caller_phone", sa.String(length=20), nullable=False),
        sa.Column("said", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        op.f("ix_incident_calls_incident_id"), "incident_calls", ["incident_id"], unique=False
    )


def _appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("booked_at", UtcDateTime(), nullable=False),
        sa.Column("window_start_at", UtcDateTime(), nullable=False),
        sa.Column("window_end_at", UtcDateTime(), nullable=False),
        sa.Column("return_start_at", UtcDateTime(), nullable=True),
        sa.Column("return_end_at", UtcDateTime(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("position", PositionColumn(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("place_note", sa.Text(), nullable=True),
        sa.Column("centre_id", sa.Integer(), nullable=True),
        sa.Column("caller_name", sa.String(length=200), nullable=True),
        sa.Column("caller_phone", sa.String(length=20), nullable=False),
        sa.Column("vin", sa.String(length=17), nullable=True),
        sa.Column("plate", sa.String(length=20), nullable=True),
        sa.Column("model", sa.String(length=200), nullable=True),
        sa.Column("colour", sa.String(length=200), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "return_start_at IS NULL OR return_start_at <= return_end_at",
            name="appointment_return_window",
        ),
        sa.CheckConstraint("window_start_at <= window_end_at", name="appointment_window"),
        sa.ForeignKeyConstraint(["centre_id"], ["service_centres.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("code"),
    )
    op.create_index(op.f("ix_appointments_region"), "appointments", ["region"], unique=False)
    op.create_index(
        op.f("ix_appointments_window_start_at"), "appointments", ["window_start_at"], unique=False
    )


def _owner_links() -> None:
    op.create_table(
        "owner_links",
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="link_to_one_thing"
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(
        op.f("ix_owner_links_appointment_id"), "owner_links", ["appointment_id"], unique=False
    )
    op.create_index(
        op.f("ix_owner_links_incident_id"), "owner_links", ["incident_id"], unique=False
    )


def _ratings() -> None:
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "(incident_id IS NULL) <> (appointment_id IS NULL)", name="rating_of_one_thing"
        ),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="rating_stars"),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointments.id"]),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("appointment_id"),
        sa.UniqueConstraint("incident_id"),
    )
