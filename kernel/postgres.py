"""Plain connections to PostgreSQL, for what SQLAlchemy's pool is not made for."""

from __future__ import annotations

from typing import Any

import psycopg
from sqlalchemy.engine import URL

CONNECTION = {
    "connect_timeout": 5,
    "application_name": "roadflare",
    # A peer that is gone without a word is noticed within seconds.
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "tcp_user_timeout": 6000,
}
SERVER_SIDE = "-c tcp_keepalives_idle=3 -c tcp_keepalives_interval=1 -c tcp_keepalives_count=3"
"""The same, asked of the server for its end of the connection."""


def connect(url: URL, *, server_settings: str = "") -> psycopg.Connection[Any]:
    """Open a connection that commits each statement by itself.

    Parameters
    ----------
    url
        As SQLAlchemy writes it.
    server_settings
        More settings of the session, ``-c name=value``.

    Raises
    ------
    psycopg.OperationalError
        When the server cannot be reached.
    """
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    options = f"{SERVER_SIDE} {server_settings}".strip()
    return psycopg.connect(plain, autocommit=True, options=options, **CONNECTION)  # type: ignore[arg-type]
