"""The price of leaving a part of the region without help, worked by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dispatch.coverage_price import Demand, Post, demand_of, end_prices
from dispatch.params import DispatchSettings, load_settings
from dispatch.snapshot import compose
from dispatch.world import read_world
from geo_data.city import load_city
from geo_data.city_import import import_town
from kernel.errors import InvalidInput
from tests.dispatch.scene import Scene, at

TOW, CHARGE = frozenset({"tow"}), frozenset({"tow", "charge"})
WEST_AND_EAST = np.array([[True, False], [False, True]])
SHARE = np.array([0.6, 0.4])


def prices(*posts: Post) -> list[tuple[float, ...]]:
    found = end_prices(WEST_AND_EAST, SHARE, posts, busy=0.5, coverage_cny=2.0)
    return [it.cny for coverages in found for it in coverages]


def test_alone_the_larger_part_is_the_better_place() -> None:
    assert prices(Post(TOW, 0)) == [(0.0, pytest.approx(100 * 2 * 0.5 * 0.2))]


def test_where_another_waits_one_more_is_worth_less() -> None:
    first, second = prices(Post(TOW, 0), Post(TOW, 0))
    assert first == second == (pytest.approx(100 * 2 * 0.5 * (0.4 - 0.5 * 0.6)), 0.0)


def test_only_those_with_the_same_rare_skill_count() -> None:
    charger, truck = prices(Post(CHARGE, 0), Post(TOW, 0))
    assert charger == (0.0, pytest.approx(20.0))
    assert truck == (pytest.approx(10.0), 0.0)


def test_without_a_skill_or_a_place_there_is_no_price() -> None:
    assert prices(Post(frozenset(), 0)) == []
    assert end_prices(np.zeros((0, 2), dtype=bool), SHARE, [], busy=0.5, coverage_cny=2.0) == []


def with_price(cny: float) -> DispatchSettings:
    settings = load_settings()
    return replace(settings, prices=replace(settings.prices, coverage_cny=cny))


def test_a_snapshot_prices_the_place_where_a_unit_ends(scene: Scene) -> None:
    scene.unit("R-01", 0)
    scene.call(60)
    demand = Demand((at(0), at(60)), SHARE)
    with scene.database.read() as session:
        world = read_world(session, scene.context)
    problem = compose(world, with_price(2.0), scene.context.roadside, demand).problem
    (coverage,) = problem.units[0].coverage
    far = problem.jobs[0].options[0].visits[0].place
    assert (coverage.cny[problem.units[0].start_place], coverage.cny[far]) == (0.0, 24.0)


def test_it_costs_nothing_until_it_has_a_price(scene: Scene) -> None:
    scene.unit("R-01", 0)
    scene.call(9)
    with scene.database.read() as session:
        world = read_world(session, scene.context)
    problem = compose(world, load_settings(), scene.context.roadside).problem
    assert problem.units[0].coverage == ()


def test_a_unit_is_busy_at_most_all_the_time() -> None:
    prices = load_settings().prices
    with pytest.raises(InvalidInput):
        replace(prices, coverage_busy=1.5)


def test_calls_are_expected_where_people_live(tmp_path: Path) -> None:
    import_town(tmp_path)
    city = load_city("town", tmp_path)
    demand = demand_of(city)
    assert demand.share.sum() == pytest.approx(1.0)
    assert (np.diff(demand.share) <= 0).all()
    west, south, east, north = city.bounds
    assert all(west < p.lon < east and south < p.lat < north for p in demand.positions)
