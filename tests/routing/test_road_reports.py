from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from kernel.errors import InvalidInput, OutsideNetwork
from routing.engine import open_engine
from routing.overlay import CLOSED_KPH
from routing.road_reports import Effect, RoadReport, Where, edges_at, lines_of, overlay_of
from tests.routing.drawn import draw, near

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)

#  C - D      every street 1 km
#  |   |
#  A - B
PLACES = {"A": (0.0, 0.0), "B": (1000.0, 0.0), "C": (0.0, 1000.0), "D": (1000.0, 1000.0)}


@pytest.fixture(scope="module")
def square():
    drawn = draw("A-B; A-C; B-D; C-D", places=PLACES)
    drawn.network.edge_way_id[:] = [1, 1, 2, 2, 3, 3, 3, 3]
    return drawn, open_engine(drawn.network)


def corners(*places) -> tuple[tuple[float, float], ...]:
    return tuple((near(x, y).lon, near(x, y).lat) for x, y in places)


def report(where: Where, effect=Effect.CLOSED, value=None, *, number=1, until=None) -> RoadReport:
    return RoadReport(
        id=number, where=where, effect=effect, value=value, until=until,
        made_at=NOON, made_by="desk",
    )  # fmt: skip


def test_ways_are_closed_in_both_directions(square):
    drawn, engine = square
    assert sorted(drawn.labels(edges_at(engine, Where(way_ids=(1, 2))))) == ["AB", "AC", "BA", "CA"]


def test_an_area_takes_every_road_it_touches(square):
    drawn, engine = square
    across = corners((-50, 400), (1050, 400), (1050, 600), (-50, 600))  # no junction lies in it
    assert sorted(drawn.labels(edges_at(engine, Where(area=across)))) == ["AC", "BD", "CA", "DB"]


def test_a_spot_is_the_road_it_lies_on(square):
    drawn, engine = square
    spot = near(500, 20)
    assert sorted(drawn.labels(edges_at(engine, Where(at=spot)))) == ["AB", "BA"]
    westward = Where(at=spot, heading_deg=270.0)
    assert drawn.labels(edges_at(engine, westward)) == ["BA"]


def test_roads_that_are_none(square):
    _, engine = square
    with pytest.raises(InvalidInput, match="Way 77 is no car road"):
        edges_at(engine, Where(way_ids=(1, 77)))
    with pytest.raises(InvalidInput, match="touches no road"):
        edges_at(engine, Where(area=corners((200, 200), (800, 200), (800, 800))))
    with pytest.raises(OutsideNetwork, match="from the nearest road"):
        edges_at(engine, Where(at=near(500, 500)))


@pytest.mark.parametrize(
    "area", [((0, 0), (1, 1)), ((0, 0), (1, 1), (0, 1), (1, 0)), ((0, 0), (0, 0), (0, 0))]
)
def test_areas_that_are_none(area):
    with pytest.raises(InvalidInput, match="make no area"):
        Where(area=area)


def test_which_roads_must_be_said_once():
    with pytest.raises(InvalidInput, match="not said, or said twice"):
        Where()
    with pytest.raises(InvalidInput, match="not said, or said twice"):
        Where(way_ids=(1,), at=near(0, 0))


@pytest.mark.parametrize(
    "where",
    [
        Where(way_ids=(4, 5)),
        Where(area=((0.0, 0.0), (0.1, 0.0), (0.0, 0.1))),
        Where(at=near(5, 5), heading_deg=12.5),
        Where(at=near(5, 5)),
    ],
)
def test_a_place_is_read_as_it_was_written(where):
    assert Where.read(where.document()) == where


@pytest.mark.parametrize(
    ("effect", "value"),
    [
        ("closed", 0.0), ("factor", None), ("factor", 0.01), ("factor", 2.1), ("speed", None),
        ("speed", 0.5), ("speed", 201.0), ("speed", float("nan")), ("factor", float("inf")),
    ],
)  # fmt: skip
def test_values_that_no_road_has(effect, value):
    with pytest.raises(InvalidInput, match="is no value of"):
        report(Where(way_ids=(1,)), Effect(effect), value)


def test_what_is_over_before_it_begins():
    with pytest.raises(InvalidInput, match="would have ended 0 min ago"):
        report(Where(way_ids=(1,)), until=NOON)


def test_it_counts_until_its_end():
    found = report(Where(way_ids=(1,)), until=NOON + timedelta(hours=1))
    assert found.counts_at(NOON + timedelta(minutes=59))
    assert not found.counts_at(NOON + timedelta(hours=1))
    assert report(Where(way_ids=(1,))).counts_at(NOON + timedelta(days=900))


def test_the_later_report_of_a_road_counts_but_a_closure_before_all(square):
    drawn, engine = square
    slow = report(Where(way_ids=(3,)), Effect.FACTOR, 0.5, number=1)
    shut = report(Where(way_ids=(2, 3)), number=2)
    fast = report(Where(way_ids=(1, 2)), Effect.SPEED, 30.0, number=3)
    crawl = report(Where(way_ids=(1,)), Effect.FACTOR, 0.25, number=4)
    overlay = overlay_of(engine, [crawl, fast, shut, slow])  # whatever order they come in
    closed = [drawn.edge[label] for label in ("AC", "CA", "BD", "DB", "CD", "DC")]
    assert overlay.speed_kph == dict.fromkeys(closed, CLOSED_KPH)
    assert overlay.factor == {drawn.edge["AB"]: 0.25, drawn.edge["BA"]: 0.25}


def test_a_report_of_roads_that_are_gone_leaves_the_others_in_force(square):
    drawn, engine = square
    overlay = overlay_of(engine, [report(Where(way_ids=(99,))), report(Where(way_ids=(1,)))])
    assert sorted(drawn.labels(overlay.speed_kph)) == ["AB", "BA"]


def test_a_road_is_drawn_once(square):
    drawn, _ = square
    lines = lines_of(drawn.network, np.array([drawn.edge[e] for e in ("AB", "BA", "DC")]))
    assert len(lines) == 2
    assert lines[0][0] == pytest.approx((near(0, 0).lon, near(0, 0).lat), abs=1e-6)
