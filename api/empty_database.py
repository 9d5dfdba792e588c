"""New SQLite files start as a copy of an empty, migrated one: that is faster than migrating.

The copy lies in the data folder, under a name that changes with the migrations.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from api import schema
from kernel.database import Database, read_url


def open_migrated(url: str, data_dir: Path) -> Database:
    """Return a database with the newest schema.

    Raises
    ------
    BadData
        When it is newer than this program.
    """
    parsed = read_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return _migrated(url)
    file, blank = Path(parsed.database), data_dir / f"empty-{_fingerprint()}.sqlite"
    new = not file.exists()
    if new and blank.exists():
        _copy(blank, file)
    database = _migrated(url)
    if new and not blank.exists():
        _keep(database, blank)
    return database


def _migrated(url: str) -> Database:
    database = Database(url)
    try:
        schema.upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def _fingerprint() -> str:
    """Return a name for the schema that the migrations make."""
    digest = hashlib.sha256()
    for path in sorted(schema.SCRIPTS.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _copy(source: Path, target: Path) -> None:
    """Copy a file so that nobody sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(target)
    shutil.copyfile(source, partial)
    partial.rename(target)


def _keep(database: Database, blank: Path) -> None:
    blank.parent.mkdir(parents=True, exist_ok=True)
    partial = _beside(blank)
    partial.unlink()
    # Outside a transaction; the engine would begin one.
    connection = database.engine.raw_connection()
    try:
        connection.cursor().execute("VACUUM INTO ?", (str(partial),))
    finally:
        connection.close()
    partial.rename(blank)


def _beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    os.close(handle)
    return Path(name)
