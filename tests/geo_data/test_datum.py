from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geo_data.datum import (
    CHINA,
    Datum,
    TypedCoordinate,
    bd09_to_wgs84,
    gcj02_to_bd09,
    in_china,
    wgs84_to_gcj02,
)
from kernel.errors import InvalidInput
from kernel.position import Position, distance_m

WEST, SOUTH, EAST, NORTH = CHINA
inside = st.tuples(st.floats(WEST + 0.02, EAST - 0.02), st.floats(SOUTH + 0.02, NORTH - 0.02)).map(
    lambda place: Position(*place)
)
anywhere = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(lambda place: Position(*place))
shifted = st.sampled_from([Datum.GCJ_02, Datum.BD_09])


@pytest.mark.parametrize(
    ("wgs84", "gcj02"),
    [  # (lon, lat); from eviltransform's own tests, which use WGS-84's axis: centimetres
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),  # Shanghai
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),  # Shenzhen
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),  # Beijing
        ((116.404, 39.915), (116.41024449916938, 39.91640428150164)),  # coordtransform
    ],
)
def test_published_values_of_gcj02(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    assert wgs84_to_gcj02(wgs84) == pytest.approx(gcj02, abs=1e-6)


def test_published_values_of_bd09() -> None:
    assert gcj02_to_bd09((116.404, 39.915)) == pytest.approx(
        (116.41036949371029, 39.92133699351021), abs=1e-12
    )
    # eviltransform's own way back is a rough one: off by some metres.
    assert bd09_to_wgs84((120.019809, 29.199786)) == pytest.approx(
        (120.00877901149691, 29.196131605295484), abs=1e-4
    )


@given(place=inside, datum=shifted)
def test_there_and_back_is_exact_in_china(place: Position, datum: Datum) -> None:
    there = TypedCoordinate.of(place, datum)
    assert distance_m(there.position(), place) < 0.001


@given(place=inside)
def test_the_offset_is_what_people_see_on_their_maps(place: Position) -> None:
    gcj02 = TypedCoordinate.of(place, Datum.GCJ_02)
    assert distance_m(Position(gcj02.lon, gcj02.lat), place) < 1500


@given(place=anywhere, datum=shifted)
def test_nothing_moves_outside_china(place: Position, datum: Datum) -> None:
    assume(not in_china(place.lon, place.lat))
    there = TypedCoordinate.of(place, datum)
    assert (there.lon, there.lat) == (place.lon, place.lat)
    assert there.position() == place


@given(place=inside)
def test_between_the_two_chinese_datums(place: Position) -> None:
    gcj02 = TypedCoordinate.of(place, Datum.GCJ_02)
    bd09 = gcj02.to(Datum.BD_09)
    assert (bd09.lon, bd09.lat) == pytest.approx(gcj02_to_bd09((gcj02.lon, gcj02.lat)), abs=1e-9)
    back = bd09.to(Datum.GCJ_02)
    assert (back.lon, back.lat) == pytest.approx((gcj02.lon, gcj02.lat), abs=1e-9)


def test_the_demo_city_is_untouched() -> None:
    assert TypedCoordinate(-71.25, -29.9, Datum.GCJ_02).position() == Position(-71.25, -29.9)


def test_a_datum_given_as_text_is_understood() -> None:
    assert TypedCoordinate(1, 2, "BD-09").datum is Datum.BD_09  # type: ignore[arg-type]


@pytest.mark.parametrize("datum", ["", "wgs84", "CGCS2000", None])
def test_an_unknown_datum_is_refused_with_the_known_ones(datum: object) -> None:
    with pytest.raises(InvalidInput, match="WGS-84, GCJ-02, BD-09"):
        TypedCoordinate(1, 2, datum)  # type: ignore[arg-type]


@pytest.mark.parametrize(("lon", "lat"), [(31.2, 121.5), (float("nan"), 0), (181, 0)])
def test_a_coordinate_that_is_none_is_refused(lon: float, lat: float) -> None:
    with pytest.raises(InvalidInput, match="not within"):
        TypedCoordinate(lon, lat, Datum.GCJ_02)
