"""Opening OSM files: one place where a broken file turns into a clear error."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import osmium

from kernel.errors import BadData, NotFound

OSM_SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2", ".osm.xml", ".xml")
_REMEDY = "Download the extract again and check its size, then repeat the import."


def existing_osm_file(path: Path | str) -> Path:
    """Return the path after checking that it names a non-empty file of a kind we can read.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it is empty or has a foreign suffix.
    """
    path = Path(path)
    if not path.is_file():
        raise NotFound("file", str(path), remedy="Give the path of an OSM extract.")
    if not path.name.endswith(OSM_SUFFIXES):
        raise BadData(
            f"{path} is not named like an OSM extract.",
            remedy=f"Give a file that ends in one of {', '.join(OSM_SUFFIXES)}.",
        )
    if path.stat().st_size == 0:
        raise BadData(f"{path} is empty.", remedy=_REMEDY)
    return path


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever the OSM library says about a broken file into `BadData`."""
    try:
        yield
    except (RuntimeError, osmium.InvalidLocationError, UnicodeDecodeError) as error:
        raise BadData(f"{path} is not a readable OSM extract ({error}).", remedy=_REMEDY) from error


def file_hash(path: Path, *salt: object) -> str:
    """Return the SHA-256 hex digest of a file's bytes and of ``salt`` (e.g. a reader's version)."""
    digest = hashlib.sha256(repr(salt).encode())
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
