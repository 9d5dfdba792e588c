"""Sessions: refresh tokens that are used once, and what logging in remembers of addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from kernel.database import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables; tokens that exist belong to no session."""
    _sessions()
    _refresh_tokens()
    with op.batch_alter_table("tokens") as table:
        table.add_column(sa.Column("session_id", sa.Integer(), nullable=True))
        table.create_foreign_key("token_of_session", "sessions", ["session_id"], ["id"])
        table.create_index("ix_tokens_session_id", ["session_id"], unique=False)
    with op.batch_alter_table("login_attempts") as table:
        table.add_column(sa.Column("succeeded_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Drop them; whoever is logged in must log in again when the token ends."""
    with op.batch_alter_table("login_attempts") as table:
        table.drop_column("succeeded_at")
    with op.batch_alter_table("tokens") as table:
        table.drop_index("ix_tokens_session_id")
        table.drop_constraint("token_of_session", type_="foreignkey")
        table.drop_column("session_id")
    op.drop_table("refresh_tokens")
    op.drop_table("sessions")


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_because", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"], unique=False)
    op.create_index("ix_sessions_ends_at", "sessions", ["ends_at"], unique=False)


def _refresh_tokens() -> None:
    op.create_table(
        "refresh_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["session_id"], ["sessions.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_index("ix_refresh_tokens_session_id", "refresh_tokens", ["session_id"], unique=False)
