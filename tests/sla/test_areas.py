from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from kernel.errors import BadData
from kernel.position import Position
from sla.areas import ServiceArea, ServiceAreas, areas_from_geojson

#   0    1    2    3   lon
#   |city|ring     |
#        |park| inside the ring, with a shorter target than the ring
CITY = ("city", "urban", 1800, shapely.box(0, 0, 1, 1))
RING = ("ring", "other", 3600, shapely.box(1, 0, 3, 1))
PARK = ("park", "motorway", 1200, shapely.box(1, 0, 2, 1))


def table(*rows: tuple[str, str, object, object], crs: str = "EPSG:4326") -> gpd.GeoDataFrame:
    name, kind, target_s, geometry = zip(*rows, strict=True)
    columns = {"name": name, "kind": kind, "target_s": target_s}
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs)


def test_the_area_under_a_position_holds() -> None:
    areas = ServiceAreas(table(CITY, RING))
    assert areas.at(Position(0.5, 0.5)) == ServiceArea("city", "urban", 1800)
    assert areas.at(Position(2.5, 0.5)) == ServiceArea("ring", "other", 3600)
    assert areas.at(Position(5.0, 0.5)) is None


def test_where_areas_overlap_or_touch_the_shortest_target_holds() -> None:
    areas = ServiceAreas(table(RING, PARK, CITY))
    assert areas.at(Position(1.5, 0.5)) == ServiceArea("park", "motorway", 1200)
    assert areas.at(Position(1.0, 0.5)) == ServiceArea("park", "motorway", 1200)


def test_elsewhere_holds_where_no_area_is() -> None:
    elsewhere = ServiceArea("elsewhere", "other", 5400)
    assert ServiceAreas(table(CITY), elsewhere).at(Position(9, 9)) == elsewhere


def test_only_the_urban_kind_is_urban() -> None:
    areas = ServiceAreas(table(CITY, RING)).areas
    assert [area.urban for area in areas] == [True, False]


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ([("a", "urban", 0, shapely.box(0, 0, 1, 1))], "positive"),
        ([("a", "urban", float("nan"), shapely.box(0, 0, 1, 1))], "positive"),
        ([("a", "urban", 60, shapely.Point(0, 0))], "is Point"),
        ([("a", "urban", 60, shapely.Polygon())], "encloses"),
        ([("a", "urban", 60, None)], "nothing"),
        ([("bow", "urban", 60, shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]))], "Self-inter"),
        ([("a", "urban", 60, shapely.box(22, 110, 23, 114))], "longitude before latitude"),
    ],
)
def test_a_broken_area_is_refused(
    rows: list[tuple[str, str, object, object]], complaint: str
) -> None:
    with pytest.raises(BadData, match=complaint):
        ServiceAreas(table(*rows))


def test_another_projection_and_missing_columns_are_refused() -> None:
    with pytest.raises(BadData, match="4326"):
        ServiceAreas(table(CITY, crs="EPSG:3857"))
    with pytest.raises(BadData, match="target_s"):
        ServiceAreas(table(CITY).drop(columns="target_s"))


def test_geojson_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    areas = ServiceAreas(table(CITY, RING))
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps(areas.to_geojson()), encoding="utf-8")
    assert areas_from_geojson(path).areas == areas.areas
    assert areas_from_geojson(areas.to_geojson()).at(Position(0.5, 0.5)) == areas.areas[0]


def test_what_is_no_geojson_is_refused(tmp_path: Path) -> None:
    (tmp_path / "areas.geojson").write_text("{}", encoding="utf-8")
    with pytest.raises(BadData, match="cannot be read"):
        areas_from_geojson(tmp_path / "areas.geojson")
    with pytest.raises(BadData, match="cannot be read"):
        areas_from_geojson({"type": "FeatureCollection"})
