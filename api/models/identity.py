"""Logging in, and who one is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict

from field_app.wire import ShortText, WireModel

Role = Literal["call_taker", "dispatcher", "technician", "provider", "planner", "admin"]
"""What a token may do."""


class LoginIn(WireModel):
    """A user name (technicians: the unit's code) and its secret (technicians: the PIN)."""

    user: ShortText
    secret: Annotated[str, Strict(), Field(min_length=1, max_length=200)]


class RefreshIn(WireModel):
    """The refresh token of the last answer; it is used up by this."""

    refresh_token: Annotated[str, Strict(), Field(min_length=1, max_length=200)]


class LoginOut(WireModel):
    """A bearer token and what it stands for; ``refresh_token`` gives the next one, once."""

    token: str
    refresh_token: str
    refresh_expires_at: datetime
    role: Role
    name: str
    region: str
    unit_id: int | None
    expires_at: datetime


class Me(WireModel):
    """Whom the token stands for."""

    role: Role
    name: str
    region: str
    unit_id: int | None
    contractor_id: int | None
    expires_at: datetime


class ClockOut(WireModel):
    """The service's time; ``speed`` is how much faster than the wall clock it runs."""

    now: datetime
    speed: float


class UserOut(WireModel):
    """Somebody who may log in."""

    id: int
    user: str
    name: str
    role: Role
    unit_id: int | None
    contractor_id: int | None
    disabled_at: datetime | None
    n_sessions: int


class Users(WireModel):
    """The users of the region, by login."""

    items: list[UserOut]
