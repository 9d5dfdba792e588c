"""Being the only process on a SQLite file."""

from __future__ import annotations

from pathlib import Path

from kernel.database import read_url
from kernel.process_lock import ProcessLock


def hold(url: str) -> ProcessLock | None:
    """Hold a database until the lock is closed; ``None`` for PostgreSQL, which is shared.

    Raises
    ------
    DatabaseInUse
        When another process holds the SQLite file.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return ProcessLock(Path(parsed.database))
