"""The live demo's fleet, kept as a database from one start to the next.

Hashing two dozen secrets is slow on purpose, and they are the same ones at every start. So the
first start keeps a copy of its database as soon as the fleet is in it, and later ones begin with
that. Light to import: it is asked before the server is started.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

_MIGRATIONS = Path(__file__).parents[2] / "api" / "migrations" / "versions"
_SECRETS = frozenset({"pin", "user", "secret"})
_OF_TODAY = frozenset({"shift_start_at", "shift_end_at"})


def digest_of(fleet: dict[str, Any]) -> str:
    """Return a name for a body of ``PUT /fleet``, whenever its shifts are."""
    text = json.dumps(_without(fleet, _OF_TODAY), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def without_secrets(fleet: dict[str, Any]) -> dict[str, Any]:
    """Return a body that leaves everybody's secrets as they are."""
    return _without(fleet, _SECRETS) | {"users": []}


def begin_with(data_dir: Path, city: str, database: Path) -> str | None:
    """Copy the kept database of a city to ``database`` and return the digest of its fleet.

    Returns ``None`` and copies nothing where none is kept for the present schema.
    """
    for kept in _kept(data_dir, city):
        shutil.copyfile(kept, database)
        return kept.stem.rpartition("-")[2]
    return None


def keep(database: Path, data_dir: Path, city: str, digest: str) -> None:
    """Keep a copy of a database in use, without anybody's tokens, in place of older ones."""
    older = [*_kept(data_dir, city)]
    target = data_dir / f"{_stem(city)}-{digest}.sqlite"
    partial = target.with_suffix(".part")
    partial.unlink(missing_ok=True)
    with closing(sqlite3.connect(database)) as source:
        source.execute("VACUUM INTO ?", (str(partial),))
    with closing(sqlite3.connect(partial)) as copy, copy:
        copy.execute("DELETE FROM tokens")
    partial.replace(target)
    for one in older:
        if one != target:
            one.unlink(missing_ok=True)


def _kept(data_dir: Path, city: str) -> Iterator[Path]:
    yield from sorted(data_dir.glob(f"{_stem(city)}-*.sqlite"))


def _stem(city: str) -> str:
    """Return how the file's name begins; it changes with the schema."""
    schema = hashlib.sha256()
    for path in sorted(_MIGRATIONS.glob("*.py")):
        schema.update(path.read_bytes())
    return f"demo-fleet-{city}-{schema.hexdigest()[:16]}"


def _without(fleet: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    return {
        kind: [{key: it for key, it in one.items() if key not in names} for one in members]
        for kind, members in fleet.items()
    }
