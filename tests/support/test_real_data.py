from __future__ import annotations

from pathlib import Path


def test_shared_data_has_extracts(shared_data: Path) -> None:
    assert (shared_data / "osm").is_dir()


def test_helsinki_is_an_extract(helsinki_pbf: Path) -> None:
    assert b"OSMHeader" in helsinki_pbf.read_bytes()[:32]
