from __future__ import annotations

import struct

import pytest
import shapely

from geo_data.spatialite import read_blobs
from kernel.errors import BadData


def blob(geometry: shapely.Geometry) -> bytes:
    wkb = shapely.to_wkb(geometry, byte_order=1)
    header = struct.pack("<BBi4dB", 0, 1, 4326, *geometry.bounds, 0x7C)
    return header + wkb[1:] + b"\xfe"


def test_points_and_lines_come_back() -> None:
    shapes = [shapely.Point(-71.25, -29.9), shapely.LineString([(0, 0), (1, 2), (3, 4)])]
    assert list(read_blobs(map(blob, shapes))) == shapes


def test_parts_of_a_multi_geometry_are_marked_differently() -> None:
    shape = shapely.MultiPolygon([shapely.box(0, 0, 1, 1)])
    data = bytearray(blob(shape))
    data[39 + 8] = 0x69  # SpatiaLite's mark where WKB repeats the byte order
    assert read_blobs([bytes(data)])[0] == shape


@pytest.mark.parametrize("data", [b"", b"\x00" * 60, b"\x01" + b"\x00" * 60])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(BadData, match="not a little-endian SpatiaLite"):
        read_blobs([data])


def test_a_blob_cut_inside_is_refused() -> None:
    data = blob(shapely.LineString([(0, 0), (1, 2)]))
    with pytest.raises(BadData, match="cannot be read"):
        read_blobs([data[:50] + b"\xfe"])
