"""Whatever is asked, an error that names it or an explicit "no way", never a wrong number."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from geo_data.check import check_network
from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm
from kernel.errors import BadData, InvalidInput, OutsideNetwork, Unreachable
from kernel.position import Position
from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S, Snapped
from routing.weights import CLOSED_MS, MAX_EDGE_MS
from tests.routing.drawn import draw, near

ENGINES = pytest.mark.parametrize("make", [DijkstraEngine, open_engine], ids=["dijkstra", "opened"])
ROADS = "A-B 10s; B-C 20s; C-A 30s; X-Y 5s"  # X-Y is an island


def one(edge: int, fraction: float) -> Snapped:
    return Snapped(np.array([edge]), np.array([fraction]), np.zeros(1))


@pytest.mark.parametrize(("lon", "lat"), [(np.nan, 0), (0, np.inf), (181, 0), (0, -90.5)])
def test_positions_that_are_none(lon, lat):
    with pytest.raises(InvalidInput):
        Position(lon, lat)


@ENGINES
@pytest.mark.parametrize("position", [Position(90, 45), near(5000, 0)])
def test_outside_the_map(make, position):
    with pytest.raises(OutsideNetwork, match="from the nearest road"):
        make(draw(ROADS).network).snap([near(0, 0), position])


@ENGINES
@pytest.mark.parametrize("fraction", [np.nan, -0.1, 1.1, np.inf])
def test_fractions_that_are_none(make, fraction):
    engine = make(draw(ROADS).network)
    here, nowhere = one(0, 0.5), one(0, fraction)
    for source, target in ((here, nowhere), (nowhere, here)):
        with pytest.raises(InvalidInput, match="Fraction"):
            engine.matrix(source, target)
        with pytest.raises(InvalidInput, match="Fraction"):
            engine.route(source, target)


@ENGINES
@pytest.mark.parametrize("edge", [-1, 8, 10**6])
def test_edges_of_another_map(make, edge):
    engine = make(draw(ROADS).network)
    with pytest.raises(InvalidInput, match=f"Edge {edge} is not one of the 8"):
        engine.matrix(one(0, 0.5), one(edge, 0.5))


@ENGINES
def test_an_island_is_unreachable_and_snaps_nobody(make):
    drawn = draw(ROADS)
    engine = make(drawn.network)
    mainland, island = drawn.at("AB 0.5", "BC 0.5"), drawn.at("XY 0.5", "YX 0.25")
    assert (engine.matrix(mainland, island) == UNREACHABLE_S).all()
    assert (engine.matrix(island, mainland) == UNREACHABLE_S).all()
    assert engine.matrix(island, island).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(Unreachable):
        engine.route(mainland.pick([0]), island.pick([0]))
    spot = drawn.network.shape(drawn.edge["XY"]).mean(axis=0)
    label = drawn.labels(engine.snap([Position(*spot)]).edge)[0]
    assert label not in ("XY", "YX")


@ENGINES
def test_the_same_place_twice_takes_no_time(make):
    drawn = draw(ROADS)
    engine = make(drawn.network)
    here = drawn.at("AB 0.5")
    assert engine.matrix(here, here).tolist() == [[0]]
    route = engine.route(here, here)
    assert (route.duration_s, route.length_m) == (0, 0)
    assert len(route.points) == 2
    assert np.isfinite(route.elapsed_s).all()


@ENGINES
@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("edge_length_m", 0.0, "length_m"),
        ("edge_length_m", -5.0, "length_m"),
        ("edge_length_m", np.nan, "length_m"),
        ("edge_length_m", 1e12, "hours"),
        ("edge_speed_kph", 0.0, "speed_kph"),
        ("edge_speed_kph", -30.0, "speed_kph"),
        ("edge_speed_kph", np.inf, "speed_kph"),
        ("edge_speed_kph", 1e-9, "hours"),
    ],
)
def test_roads_without_a_sensible_time(make, column, value, told):
    network = draw(ROADS).network
    getattr(network, column)[2] = value
    with pytest.raises(BadData, match=rf"Edge 2 .*{told}"):
        make(network)


@ENGINES
@pytest.mark.parametrize("time_ms", [0, -1, MAX_EDGE_MS + 1, int(CLOSED_MS) - 1])
def test_times_of_edges_that_are_none(make, time_ms):
    engine = make(draw(ROADS).network)
    edge_ms = engine.current.edge_ms.astype(np.int64)
    edge_ms[3] = time_ms
    with pytest.raises(InvalidInput, match=f"{time_ms} ms is no time"):
        engine.metric(edge_ms)
    with pytest.raises(InvalidInput, match=f"{time_ms} ms is no time"):
        engine.current.updated(np.array([3]), np.array([time_ms]))


@ENGINES
def test_times_of_edges_that_are_not_whole_or_too_few(make):
    engine = make(draw(ROADS).network)
    for wrong in (engine.current.edge_ms + 0.5, engine.current.edge_ms[1:]):
        with pytest.raises(InvalidInput, match="was given for 8 edges"):
            engine.metric(wrong)
    with pytest.raises(InvalidInput, match="edges 0 to 7"):
        engine.current.updated(np.array([8]), np.array([1]))


@ENGINES
def test_a_metric_of_another_engine(make):
    drawn = draw(ROADS)
    foreign = make(draw("A-B").network).current
    engine = make(drawn.network)
    with pytest.raises(InvalidInput, match="another engine"):
        engine.matrix(drawn.at("AB"), drawn.at("BC"), metric=foreign)
    with pytest.raises(InvalidInput, match="another engine"):
        engine.use(foreign)


@ENGINES
def test_closures_are_driven_around_and_may_cut_off(make):
    drawn = draw(ROADS)
    engine = make(drawn.network)
    source, target = drawn.at("CA 0.5"), drawn.at("BC 0.5")
    assert engine.matrix(source, target)[0, 0] == 25, "back over C"
    shut = [drawn.edge[label] for label in ("AC", "CB")]
    metric = engine.current.updated(np.array(shut), np.full(2, CLOSED_MS))
    assert engine.matrix(source, target, metric=metric)[0, 0] == 35, "on over A"
    everything = engine.metric(np.full(drawn.network.n_edges, CLOSED_MS))
    assert engine.matrix(source, target, metric=everything)[0, 0] == UNREACHABLE_S
    with pytest.raises(Unreachable):
        engine.route(source, target, metric=everything)


@ENGINES
def test_more_than_fits_a_sum_of_days(make):
    """Edges of a whole day each: a sum past 24 days would not fit 32 bits of milliseconds."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcd"
    roads = "; ".join(f"{a}-{b} 1s" for a, b in pairwise(letters))
    drawn = draw(roads)
    engine = make(drawn.network)
    metric = engine.metric(np.full(drawn.network.n_edges, MAX_EDGE_MS))
    found = engine.matrix(drawn.at("AB"), drawn.at("BC", "JK", "UV", "cd"), metric=metric)[0]
    days = np.array([1, 9, 20, 28])
    exact = found == days * 86_400
    assert exact[0]
    assert (exact | (found == UNREACHABLE_S)).all(), "the time, or no answer: never another one"


def truncated(path: Path, share: float, folder: Path) -> Path:
    data = path.read_bytes()
    cut = folder / path.name
    cut.write_bytes(data[: int(share * len(data))])
    return cut


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_truncated_extract(helsinki_pbf, tmp_path, share):
    with pytest.raises(BadData, match=r"Helsinki\.osm\.pbf"):
        read_osm(truncated(helsinki_pbf, share, tmp_path))


def test_a_network_with_a_junction_nowhere_is_named(town_network: RoadNetwork):
    lon = town_network.node_lon.copy()
    lon[0] = np.nan
    with pytest.raises(BadData, match="node_lon has values that are not finite"):
        check_network(replace(town_network, node_lon=lon))
