"""Positions out of the forms in which databases hand out points."""

from types import SimpleNamespace

import pytest
import shapely
from sqlalchemy.dialects import postgresql, sqlite

from kernel.errors import InvalidInput
from kernel.geometry import PositionColumn
from kernel.position import Position

POINT = shapely.Point(121.473700123, -31.230400456)
PLACE = Position(121.473700123, -31.230400456)
EWKB = shapely.to_wkb(shapely.set_srid(POINT, 4326), include_srid=True)


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(shapely.to_wkb(POINT), id="wkb"),
        pytest.param(memoryview(shapely.to_wkb(POINT)), id="buffer"),
        pytest.param(shapely.to_wkb(POINT, byte_order=0), id="big-endian"),
        pytest.param(SimpleNamespace(data=EWKB.hex()), id="ewkb of GeoAlchemy2"),
        pytest.param(shapely.to_wkb(shapely.Point(PLACE.lon, PLACE.lat, 7.0)), id="with a height"),
    ],
)
def test_every_form_of_a_point_is_the_same_position(stored: object) -> None:
    for dialect in (sqlite.dialect(), postgresql.dialect()):
        assert PositionColumn().process_result_value(stored, dialect) == PLACE


def test_nothing_stays_nothing() -> None:
    assert PositionColumn().process_result_value(None, sqlite.dialect()) is None


def test_a_stored_place_that_is_none_is_told() -> None:
    with pytest.raises(InvalidInput):
        PositionColumn().process_result_value(shapely.to_wkb(shapely.Point(200, 0)), None)
