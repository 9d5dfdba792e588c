"""SpatiaLite geometry blobs, read without SpatiaLite.

A blob is ``00``, byte order, SRID (int32), bounding box (4 float64), ``7C``, then the geometry as
in WKB but without its own byte-order mark, then ``FE``; the parts of a multi-geometry carry
``69`` where WKB has a byte-order mark, and GEOS reads any odd first byte there as little-endian.
Source: SpatiaLite's "BLOB-Geometry" description (gaia-gis.it, BLOB-Geometry).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray

from kernel.errors import BadData

_HEADER_BYTES = 39
_START, _LITTLE_ENDIAN, _GEOMETRY, _END = 0x00, 0x01, 0x7C, 0xFE


def read_blobs(blobs: Iterable[bytes]) -> NDArray[np.object_]:
    """Return the shapely geometries of SpatiaLite blobs, object[n].

    Raises
    ------
    BadData
        When a blob is not a little-endian SpatiaLite geometry.
    """
    bodies = [_as_wkb(blob) for blob in blobs]
    try:
        geometries: NDArray[np.object_] = shapely.from_wkb(np.array(bodies, dtype=object))
    except shapely.GEOSException as error:
        raise BadData(f"A geometry blob cannot be read ({error}).") from error
    return geometries


def _as_wkb(blob: bytes) -> bytes:
    framed = (
        len(blob) > _HEADER_BYTES
        and blob[0] == _START
        and blob[1] == _LITTLE_ENDIAN
        and blob[_HEADER_BYTES - 1] == _GEOMETRY
        and blob[-1] == _END
    )
    if not framed:
        raise BadData(f"{blob[:8].hex()}… is not a little-endian SpatiaLite geometry.")
    return b"\x01" + blob[_HEADER_BYTES:-1]
