"""All tables: the modules whose tables register themselves when they are imported."""

from __future__ import annotations

from sqlalchemy import MetaData

import api.store
import api.webhooks.store
import dispatch.store
import fleet.store
import kernel.events
import kernel.private_details
import routing.store
from kernel.database import Base

STORES = (
    kernel.events,
    kernel.private_details,
    fleet.store,
    dispatch.store,
    routing.store,
    api.store,
    api.webhooks.store,
)


def metadata() -> MetaData:
    """Return the tables of all `STORES`."""
    return Base.metadata
