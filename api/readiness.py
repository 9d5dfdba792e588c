"""Whether a process can do its work now."""

from __future__ import annotations

import time

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from api import schema
from api.world import World

DEAF_AFTER_S = 10.0
"""A process that has not managed to look at the event table for this long is not ready."""


def readiness(world: World, *, closing: bool = False) -> list[str]:
    """Return why work cannot be taken, as lines for people; none when it can."""
    if closing:
        return ["stopping"]
    database = world.context.database
    try:
        with database.read() as session:
            session.execute(text("SELECT 1"))
        revision = schema.current(database)
    except SQLAlchemyError as error:
        return [f"the database does not answer: {type(error).__name__}"]
    reasons = []
    if revision != schema.head():
        reasons.append(f"the schema is {revision}, this program needs {schema.head()}")
    follower = world.follower
    if follower is not None and time.monotonic() - follower.looked_at > DEAF_AFTER_S:
        reasons.append("events of other processes are not heard")
    return reasons
