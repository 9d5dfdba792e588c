"""Which carriageway a caller is on: told by a heading, a road's number, a kilometre post."""

from __future__ import annotations

import pytest
import shapely

from dispatch.locate import Found, Locator
from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import InvalidInput
from kernel.position import Position
from routing.dijkstra_engine import DijkstraEngine
from routing.snap_hints import SnapHint
from sla.areas import ServiceAreas
from tests.routing.drawn import METRES_PER_DEGREE, draw, near

#  D ◀── C   the G4, 20 m apart, joined at both ends
#  A ──▶ B
PLACES = {"A": (20_000, 0), "B": (21_000, 0), "C": (21_000, 20), "D": (20_000, 20)}


class Gazetteer:
    """Knows one kilometre post, 12 m off its carriageway as drawn."""

    def search(self, text: str, *, limit: int = 5) -> list[Found]:
        return []

    def kilometre_post(self, ref: str, km: float, direction: str) -> Found:
        heading_deg = {"east": 90.0, "west": 270.0}[direction]
        return Found("post", near(20_500, 12), 1.0, SnapHint(heading_deg=heading_deg, road=ref))

    def describe(self, position: Position) -> str:
        return "here"


@pytest.fixture(scope="module")
def locator() -> Locator:
    drawn = draw("A>B 'G4'; B-C; C>D 'G4'; D-A", places=PLACES)
    for label in ("AB", "CD"):
        drawn.network.edge_class[drawn.edge[label]] = HIGHWAY_CLASSES.index("motorway")
    for label in ("BC", "CB", "DA", "AD"):
        drawn.network.edge_class[drawn.edge[label]] = HIGHWAY_CLASSES.index("residential")
    everywhere = {"name": ["all"], "kind": ["urban"], "target_s": [1800],
                  "geometry": [shapely.box(-1, -1, 1, 1)]}  # fmt: skip
    return Locator(ServiceAreas(everywhere), DijkstraEngine(drawn.network), Gazetteer())


def pin(x_m: float, y_m: float, **more) -> dict:
    position = near(x_m, y_m)
    return {"lon": position.lon, "lat": position.lat, "datum": "WGS-84"} | more


def north_m(located) -> float:
    return located.place.position.lat * METRES_PER_DEGREE


def test_a_pin_alone_stays_where_it_is(locator):
    assert north_m(locator.locate(pin(20_500, 8))) == pytest.approx(8)


@pytest.mark.parametrize(("heading_deg", "y_m"), [(95, 8), (265, 20)])
def test_an_ecall_heading_moves_the_pin_to_its_carriageway(locator, heading_deg, y_m):
    located = locator.locate(pin(20_500, 8, heading_deg=heading_deg))
    assert north_m(located) == pytest.approx(y_m, abs=1e-3)
    assert located.on_motorway


def test_a_road_number_moves_the_pin_off_the_road_beside(locator):
    located = locator.locate(pin(20_995, 7, road="G4"))
    assert (located.on_motorway, round(north_m(located), 3)) == (True, 0.0)


@pytest.mark.parametrize(("direction", "y_m"), [("east", 0), ("west", 12)])
def test_a_kilometre_post_knows_its_direction(locator, direction, y_m):
    located = locator.locate({"ref": "G4", "km": 12.0, "direction": direction})
    assert north_m(located) == pytest.approx(y_m, abs=1e-3)


@pytest.mark.parametrize(
    ("more", "pointer"),
    [({"heading_deg": 400}, "heading_deg"), ({"heading_deg": "N"}, "heading_deg"),
     ({"road": " "}, "road"), ({"road": 5}, "road")],
)  # fmt: skip
def test_hints_that_are_none(locator, more, pointer):
    with pytest.raises(InvalidInput) as caught:
        locator.locate(pin(20_500, 8, **more))
    assert [fault.pointer for fault in caught.value.faults] == [f"/location/{pointer}"]
