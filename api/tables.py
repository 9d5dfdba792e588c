"""All tables: the modules whose tables register themselves when they are imported."""

from __future__ import annotations

from sqlalchemy import MetaData

import api.store
import dispatch.store
import fleet.store
import kernel.events
from kernel.database import Base

STORES = (kernel.events, fleet.store, dispatch.store, api.store)


def metadata() -> MetaData:
    """Return the tables of all `STORES`."""
    return Base.metadata
