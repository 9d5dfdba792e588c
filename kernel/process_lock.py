"""One process per SQLite database: a lock on a file beside it, freed by the system on any death."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from kernel.errors import DatabaseInUse


class ProcessLock:
    """Holds ``<database>.lock`` until closed or until the process ends.

    Raises
    ------
    DatabaseInUse
        When another process holds it; the message names its process id.
    """

    def __init__(self, database: Path) -> None:
        path = database.with_name(database.name + ".lock")
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file: IO[str] = path.open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip() or "unknown"
            self._file.close()
            raise DatabaseInUse(
                f"{database} is in use by process {holder}.",
                remedy="Stop that process, give another --database, or use PostgreSQL, "
                "which several processes may share.",
            ) from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def close(self) -> None:
        """Free the database for another process."""
        self._file.close()
