"""Posts from files, and what is said when a file is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.coverage.posts import Post, read_posts
from kernel.errors import BadData, InvalidInput
from kernel.position import Position

EXPECTED = (Post("North", "tow", Position(113.5, 22.5)),)


def write(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_json_and_geojson_say_the_same(tmp_path: Path) -> None:
    row = {"name": "North", "kind": "tow", "lon": 113.5, "lat": 22.5}
    feature = {
        "type": "Feature",
        "properties": {"name": "North", "kind": "tow"},
        "geometry": {"type": "Point", "coordinates": [113.5, 22.5]},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    assert read_posts(write(tmp_path, "a.csv", "name,kind,lon,lat\nNorth,tow,113.5,22.5\n")) == (
        EXPECTED
    )
    assert read_posts(write(tmp_path, "a.json", json.dumps([row]))) == EXPECTED
    assert read_posts(write(tmp_path, "b.json", json.dumps({"posts": [row]}))) == EXPECTED
    assert read_posts(write(tmp_path, "a.geojson", json.dumps(collection))) == EXPECTED


def test_every_wrong_row_is_named(tmp_path: Path) -> None:
    text = "name,kind,lon,lat\nA,tow,113.5,122.5\nB,tow,113.5,22.5\nC,tow,x,22.5\n"
    with pytest.raises(InvalidInput) as caught:
        read_posts(write(tmp_path, "a.csv", text))
    assert [fault.pointer for fault in caught.value.faults] == ["/0", "/2"]


@pytest.mark.parametrize("text", ["", "{", '{"type": "Polygon"}', "[1]"])
def test_other_files_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadData, match=r"a\.json"):
        read_posts(write(tmp_path, "a.json", text))


def test_no_post_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no post"):
        read_posts(write(tmp_path, "a.json", "[]"))
