from __future__ import annotations

import pytest

from geo_data.city import City
from geo_data.gazetteer import ensure_gazetteer, gazetteer_path
from geo_data.reverse import Describer
from geo_data.towns.drawing import degrees
from kernel.position import Position


@pytest.fixture(scope="module")
def describer(town: City) -> Describer:
    ensure_gazetteer(town).close()
    return Describer(town.network, gazetteer_path(town))


def at(x: float, y: float) -> Position:
    """Return a position in metres east and north of the town's origin."""
    return Position(*degrees((x, y)))


def test_a_house_by_the_street(describer: Describer) -> None:
    found = describer.describe(at(25, 480))
    assert found.street == "中山路"
    assert found.house == "中山路 1"
    assert found.crossing == "中山路 / 解放路"
    assert found.text["en"].startswith("中山路 1, ")
    assert found.text["zh"].endswith("米")


def test_the_middle_of_a_street_tells_how_far_the_crossing_is(describer: Describer) -> None:
    found = describer.describe(at(1700, 2000))
    assert found.street == "环城北路"
    assert found.street_m < 1
    assert found.crossing == "环城北路 / 迎宾大道"
    assert found.crossing_m == pytest.approx(200, rel=0.02)
    assert found.text == {
        "en": "环城北路, 200 m from 环城北路 / 迎宾大道",
        "zh": "环城北路，距环城北路 / 迎宾大道路口200米",
    }


def test_on_a_crossing(describer: Describer) -> None:
    found = describer.describe(at(4000, 1500))
    assert found.crossing == "学府路 / 东海路"
    assert found.text["en"].endswith("at 学府路 / 东海路")


def test_far_from_everything_there_are_only_numbers(describer: Describer) -> None:
    found = describer.describe(Position(119.0, 25.0))
    assert (found.street, found.house, found.crossing) == ("", "", "")
    assert found.text["en"] == "25.00000, 119.00000"


def test_the_demo_city(demo_city: City) -> None:
    ensure_gazetteer(demo_city).close()
    describer = Describer(demo_city.network, gazetteer_path(demo_city))
    found = describer.describe(Position(-71.2519, -29.9027))
    assert found.street
    assert " / " in found.crossing
    assert found.crossing_m < 200
