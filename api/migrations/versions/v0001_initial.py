"""All tables of the first version."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import kernel.database
import kernel.geometry
from kernel.geometry import spatial_index_drop_sql, spatial_index_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SPATIAL = (("incidents", "position"),)
"""Columns with a spatial index: GiST on PostGIS, an R*Tree kept by triggers on SQLite."""


def upgrade() -> None:
    op.create_table(
        "contractors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("callout_cny", sa.Float(), nullable=False),
        sa.Column("cny_per_km", sa.Float(), nullable=False),
        sa.Column("answer_s", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "name", name="contractor_name_in_region"),
    )
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
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", kernel.database.UtcDateTime(), nullable=False),
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
    op.create_table(
        "idempotent_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("principal", sa.String(length=60), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", kernel.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("principal", "key", name="answer_key_of_principal"),
    )
    op.create_index(op.f("ix_idempotent_answers_at"), "idempotent_answers", ["at"], unique=False)
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("case_ref", sa.String(length=200), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=30), nullable=True),
        sa.Column("received_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("target_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("promised_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("promise_reason", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("eta_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("eta_low_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("eta_high_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("arrived_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("closed_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("risk", sa.String(length=20), nullable=False),
        sa.Column("urban", sa.Boolean(), nullable=False),
        sa.Column("area", sa.String(length=120), nullable=False),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
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
    op.create_table(
        "login_attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("n_failures", sa.Integer(), nullable=False),
        sa.Column("last_at", kernel.database.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_table(
        "regions",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.CheckConstraint("plan_version >= 0", name="region_plan_version"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "service_centres",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
        sa.Column("skills", sa.JSON(), nullable=False),
        sa.Column("opening_hours", sa.String(length=120), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "name", name="centre_name_in_region"),
    )
    op.create_table(
        "alarms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("raised_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("acknowledged_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "appointments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=6), nullable=False),
        sa.Column("booked_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("window_start_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("window_end_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("return_start_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("return_end_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("duration_s", sa.Integer(), nullable=False),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
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
        sa.Column("cancelled_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "incident_calls",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("received_at", kernel.database.UtcDateTime(), nullable=False),
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
    op.create_table(
        "plans",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("cost_cny", sa.Float(), nullable=False),
        sa.Column("terms", sa.JSON(), nullable=False),
        sa.Column("engine", sa.String(length=40), nullable=False),
        sa.Column("decision_s", sa.Float(), nullable=False),
        sa.Column("plan", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["regions.name"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "version", name="plan_version_in_region"),
    )
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
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=True),
        sa.Column("position_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("kwh", sa.Float(), nullable=False),
        sa.Column("kwh_capacity", sa.Float(), nullable=False),
        sa.Column("shift_start_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("shift_end_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("home", kernel.geometry.PositionColumn(), nullable=True),
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
    op.create_table(
        "jobs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
        sa.Column("place_text", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("target_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("earliest_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("latest_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("lock", sa.Integer(), nullable=False),
        sa.Column("planned_unit_id", sa.Integer(), nullable=True),
        sa.Column("planned_option", sa.String(length=80), nullable=True),
        sa.Column("planned_sequence", sa.Integer(), nullable=True),
        sa.Column("planned_arrival_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("option", sa.String(length=80), nullable=True),
        sa.Column("created_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("ordered_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("accepted_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("rolling_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("arrived_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("loaded_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("done_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "owner_links",
        sa.Column("key", sa.String(length=43), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("created_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "ratings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("appointment_id", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", kernel.database.UtcDateTime(), nullable=False),
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
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("crew_id", sa.Integer(), nullable=True),
        sa.Column("start_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("end_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("ended_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "unit_positions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("position", kernel.geometry.PositionColumn(), nullable=False),
        sa.Column("accuracy_m", sa.Float(), nullable=True),
        sa.Column("speed_kph", sa.Float(), nullable=True),
        sa.Column("heading_deg", sa.Float(), nullable=True),
        sa.Column("purge_at", kernel.database.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unit_id", "at", name="unit_position_once"),
    )
    op.create_index(
        op.f("ix_unit_positions_purge_at"), "unit_positions", ["purge_at"], unique=False
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=True),
        sa.Column("contractor_id", sa.Integer(), nullable=True),
        sa.Column("secret_hash", sa.String(length=200), nullable=True),
        sa.Column("disabled_at", kernel.database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["contractor_id"], ["contractors.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["units.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("region", "login", name="user_login_in_region"),
    )
    op.create_table(
        "contractor_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("region", sa.String(length=60), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("contractor_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("offered_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("answered_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("eta_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("reject_reason", sa.Text(), nullable=True),
        sa.Column("arrived_at", kernel.database.UtcDateTime(), nullable=True),
        sa.Column("done_at", kernel.database.UtcDateTime(), nullable=True),
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
    op.create_table(
        "technician_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("client_id", sa.String(length=80), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("received_at", kernel.database.UtcDateTime(), nullable=False),
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
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("expires_at", kernel.database.UtcDateTime(), nullable=False),
        sa.Column("revoked_at", kernel.database.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index(op.f("ix_tokens_expires_at"), "tokens", ["expires_at"], unique=False)
    op.create_index(op.f("ix_tokens_user_id"), "tokens", ["user_id"], unique=False)
    for table, column in SPATIAL:
        for statement in spatial_index_sql(table, column, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    for table, column in SPATIAL:
        for statement in spatial_index_drop_sql(table, column, op.get_bind().dialect.name):
            op.execute(statement)
    op.drop_index(op.f("ix_tokens_user_id"), table_name="tokens")
    op.drop_index(op.f("ix_tokens_expires_at"), table_name="tokens")
    op.drop_table("tokens")
    op.drop_index(op.f("ix_technician_events_job_id"), table_name="technician_events")
    op.drop_table("technician_events")
    op.drop_index(
        "offer_one_taken_per_incident",
        table_name="contractor_offers",
        sqlite_where=sa.text("state IN ('accepted', 'arrived')"),
        postgresql_where=sa.text("state IN ('accepted', 'arrived')"),
    )
    op.drop_index(
        "offer_one_open_per_contractor",
        table_name="contractor_offers",
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
    op.drop_index(op.f("ix_contractor_offers_region"), table_name="contractor_offers")
    op.drop_index(op.f("ix_contractor_offers_contractor_id"), table_name="contractor_offers")
    op.drop_table("contractor_offers")
    op.drop_table("users")
    op.drop_index(op.f("ix_unit_positions_purge_at"), table_name="unit_positions")
    op.drop_table("unit_positions")
    op.drop_index(
        "shift_one_running_per_unit",
        table_name="shifts",
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_index(
        "shift_one_running_per_crew",
        table_name="shifts",
        sqlite_where=sa.text("ended_at IS NULL AND crew_id IS NOT NULL"),
        postgresql_where=sa.text("ended_at IS NULL AND crew_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_shifts_unit_id"), table_name="shifts")
    op.drop_table("shifts")
    op.drop_table("ratings")
    op.drop_index(op.f("ix_owner_links_incident_id"), table_name="owner_links")
    op.drop_index(op.f("ix_owner_links_appointment_id"), table_name="owner_links")
    op.drop_table("owner_links")
    op.drop_index(
        "job_one_active_per_unit",
        table_name="jobs",
        sqlite_where=sa.text("state IN ('ordered', 'rolling', 'on_site', 'loaded')"),
        postgresql_where=sa.text("state IN ('ordered', 'rolling', 'on_site', 'loaded')"),
    )
    op.drop_index("job_by_state", table_name="jobs")
    op.drop_index(op.f("ix_jobs_planned_unit_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_incident_id"), table_name="jobs")
    op.drop_index(op.f("ix_jobs_appointment_id"), table_name="jobs")
    op.drop_table("jobs")
    op.drop_index(op.f("ix_units_region"), table_name="units")
    op.drop_table("units")
    op.drop_table("plans")
    op.drop_index(op.f("ix_incident_calls_incident_id"), table_name="incident_calls")
    op.drop_table("incident_calls")
    op.drop_index(op.f("ix_appointments_window_start_at"), table_name="appointments")
    op.drop_index(op.f("ix_appointments_region"), table_name="appointments")
    op.drop_table("appointments")
    op.drop_index(op.f("ix_alarms_region"), table_name="alarms")
    op.drop_index(
        "alarm_one_open_per_kind",
        table_name="alarms",
        sqlite_where=sa.text("acknowledged_at IS NULL AND incident_id IS NOT NULL"),
        postgresql_where=sa.text("acknowledged_at IS NULL AND incident_id IS NOT NULL"),
    )
    op.drop_table("alarms")
    op.drop_table("service_centres")
    op.drop_table("regions")
    op.drop_table("login_attempts")
    op.drop_index(op.f("ix_incidents_received_at"), table_name="incidents")
    op.drop_index(op.f("ix_incidents_caller_phone"), table_name="incidents")
    op.drop_index(
        "incident_one_open_per_vin",
        table_name="incidents",
        sqlite_where=sa.text("state <> 'closed' AND vin IS NOT NULL"),
        postgresql_where=sa.text("state <> 'closed' AND vin IS NOT NULL"),
    )
    op.drop_index(
        "incident_one_open_per_plate",
        table_name="incidents",
        sqlite_where=sa.text("state <> 'closed' AND plate IS NOT NULL"),
        postgresql_where=sa.text("state <> 'closed' AND plate IS NOT NULL"),
    )
    op.drop_index("incident_by_state", table_name="incidents")
    op.drop_table("incidents")
    op.drop_index(op.f("ix_idempotent_answers_at"), table_name="idempotent_answers")
    op.drop_table("idempotent_answers")
    op.drop_index(op.f("ix_events_region"), table_name="events")
    op.drop_index(op.f("ix_events_incident_id"), table_name="events")
    op.drop_table("events")
    op.drop_table("crews")
    op.drop_table("contractors")
