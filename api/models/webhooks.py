"""Webhooks, as administrators see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, Strict, StringConstraints

from field_app.wire import WireModel

Kind = Annotated[str, Strict(), StringConstraints(pattern=r"^[a-z_]{1,30}\.([a-z_]{1,30}|\*)$")]
"""A kind of event, ``incident.created``, or all of one noun, ``job.*``."""


class WebhookIn(WireModel):
    """An address to tell; without ``kinds`` it is told everything of the region."""

    url: Annotated[str, Strict(), StringConstraints(max_length=500, pattern=r"^[\x21-\x7e]+$")]
    kinds: Annotated[list[Kind], Field(max_length=50)] = Field(default_factory=list)


class WebhookOut(WireModel):
    """An address that is told what happens."""

    id: int
    url: str
    kinds: list[str]
    created_at: datetime
    delivered_at: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None
    n_waiting: int
    n_failed: int


class Webhooks(WireModel):
    """All of the region."""

    items: list[WebhookOut]


class WebhookSecret(WireModel):
    """What its receiver checks signatures with (Standard Webhooks).

    For a day after a change, until ``old_until``, the one before signs too.
    """

    secret: str
    old_until: datetime | None


class DeliveryOut(WireModel):
    """One event and how telling it goes; ``fault`` is the last attempt's."""

    id: int
    event_seq: int
    state: Literal["pending", "delivered", "failed"]
    n_attempts: int
    next_at: datetime
    ended_at: datetime | None
    status: int | None
    fault: str | None


class Deliveries(WireModel):
    """Newest first."""

    items: list[DeliveryOut]
