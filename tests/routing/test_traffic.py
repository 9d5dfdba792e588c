from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest

from geo_data.network import HIGHWAY_CLASSES
from kernel.errors import InvalidInput, Unreachable
from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.overlay import NO_OVERLAY, Overlay
from routing.slices import Slice
from routing.speeds import SpeedTable
from routing.traffic import TrafficTimes, metric_bytes
from routing.travel_times import UNREACHABLE_S
from tests.routing.drawn import draw

NOON = datetime(2025, 5, 5, 12, tzinfo=UTC)  # a Monday
EIGHT = NOON.replace(hour=8)
PEAK = Slice("peak", frozenset(range(5)), 7 * 60, 9 * 60, {"default": 0.5})
TABLE = SpeedTable(slices=(PEAK,))

#  B        A to D over B takes 20 s, over C 30 s
# A D
#  C
DIAMOND = "A-B 10s; B-D 10s; A-C 15s; C-D 15s; D-E 5s; A-F 5s"
ENGINES = [DijkstraEngine, open_engine]


@pytest.fixture(params=ENGINES, ids=["dijkstra", "opened"])
def diamond(request):
    drawn = draw(DIAMOND)
    drawn.network.edge_class[:] = HIGHWAY_CLASSES.index("residential")
    return drawn, request.param(drawn.network)


def across(drawn, times) -> int:
    """Return the seconds from A to D: from the end of FA to the beginning of DE."""
    return int(times.matrix(drawn.at("FA 1"), drawn.at("DE"))[0, 0])


def test_the_departure_chooses_the_slice(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine, TABLE) as traffic:
        assert across(drawn, traffic.at(NOON)) == 20
        assert across(drawn, traffic.at(EIGHT)) == 40
        assert across(drawn, traffic.at(EIGHT + timedelta(days=5))) == 20


def test_the_vehicle_counts(diamond):
    drawn, engine = diamond
    drawn.network.edge_class[drawn.edge["BD"]] = HIGHWAY_CLASSES.index("motorway")
    with TrafficTimes(engine, TABLE) as traffic:
        assert across(drawn, traffic.at(NOON)) == 20
        assert across(drawn, traffic.at(NOON, "scooter")) == 30, "no motorway"
        with pytest.raises(InvalidInput, match="'tram' is no vehicle class"):
            traffic.at(NOON, "tram")


def test_without_a_table_it_is_the_engine(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine) as traffic:
        assert traffic.at(NOON).current is engine.current
        assert traffic.at(NOON, "tow_truck").current is engine.current, "equal ones are shared"
        assert traffic.at(NOON).network is drawn.network


def test_everything_is_asked_of_one_metric(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine, TABLE) as traffic:
        times = traffic.at(EIGHT)
        source, target = drawn.at("FA 1"), drawn.at("DE")
        assert times.route(source, target).duration_s == 40
        within = [bool(times.reach(source, limit)[drawn.edge["AB"]]) for limit in (19, 20)]
        assert within == [False, True]
        slow, free = (t.isochrone(source, [10]).geometry[0].area for t in (times, engine))
        assert slow < free
        assert (
            times.metric(times.current.edge_ms).edge_ms.tolist() == times.current.edge_ms.tolist()
        )
        with pytest.raises(InvalidInput, match="keep the metric"):
            times.use(engine.current)


def test_an_overlay_comes_into_force_for_all_slices(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine, TABLE) as traffic:
        traffic.prepare()
        before = traffic.at(NOON)
        version = traffic.put(NO_OVERLAY.with_closed([drawn.edge["BD"]]))
        assert traffic.wait(version, 20)
        assert (traffic.version, len(traffic.overlay)) == (version, 1)
        assert across(drawn, traffic.at(NOON)) == 30
        assert across(drawn, traffic.at(EIGHT)) == 60
        assert across(drawn, before) == 20, "who holds the old times keeps them"
        assert traffic.wait(traffic.put(NO_OVERLAY), 20)
        assert across(drawn, traffic.at(NOON)) == 20


def test_overlays_replace_each_other_and_meet_late_slices(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine, TABLE) as traffic:
        assert across(drawn, traffic.at(NOON)) == 20
        traffic.wait(traffic.put(NO_OVERLAY.with_closed([drawn.edge["AB"]])), 20)
        slow_c = NO_OVERLAY.with_speeds({drawn.edge["CD"]: 18.0})
        traffic.wait(traffic.put(slow_c.with_speeds({drawn.edge["AB"]: 12.0})), 20)
        assert across(drawn, traffic.at(NOON)) == 40, "30 s to B at a third of the speed"
        assert across(drawn, traffic.at(EIGHT)) == 50, "never asked before; BD takes 20 s then"


def test_who_departs_after_the_jam_does_not_meet_it(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine) as traffic:
        jam = Overlay(until=NOON).with_closed([drawn.edge["BD"]])
        assert traffic.wait(traffic.put(jam), 20)
        assert across(drawn, traffic.at(NOON - timedelta(minutes=1))) == 30
        assert across(drawn, traffic.at(NOON)) == 20


def test_no_way_is_said(diamond):
    drawn, engine = diamond
    with TrafficTimes(engine) as traffic:
        cut = NO_OVERLAY.with_closed([drawn.edge["BD"], drawn.edge["CD"]])
        assert traffic.wait(traffic.put(cut), 20)
        times = traffic.at(NOON)
        assert across(drawn, times) == UNREACHABLE_S
        with pytest.raises(Unreachable):
            times.route(drawn.at("FA 1"), drawn.at("DE"))


def test_an_overlay_that_does_not_fit_is_refused_at_once(diamond):
    _, engine = diamond
    with TrafficTimes(engine) as traffic:
        with pytest.raises(InvalidInput, match="Edge 99 is not one of"):
            traffic.put(NO_OVERLAY.with_closed([99]))
        assert traffic.version == 0


def test_readers_see_all_of_an_overlay_or_nothing_of_it(diamond):
    """One overlay halves all speeds, the next takes that back: A to D is 20 or 40, never 30."""
    drawn, engine = diamond
    half = NO_OVERLAY.with_speeds(dict.fromkeys(range(drawn.network.n_edges), 18.0))
    seen: set[int] = set()
    with TrafficTimes(engine) as traffic:
        done = threading.Event()

        def read() -> None:
            while not done.is_set():
                times = traffic.at(NOON)
                seen.add(across(drawn, times))
                route = times.route(drawn.at("FA 1"), drawn.at("DE"))
                assert route.duration_s == across(drawn, times)

        reader = threading.Thread(target=read)
        reader.start()
        try:
            for _ in range(5):
                assert traffic.wait(traffic.put(half), 20)
                assert across(drawn, traffic.at(NOON)) == 40
                assert traffic.wait(traffic.put(NO_OVERLAY), 20)
                assert across(drawn, traffic.at(NOON)) == 20
        finally:
            done.set()
            reader.join()
    assert seen <= {20, 40}
    assert seen


def test_closed_traffic_takes_no_overlay(diamond):
    drawn, engine = diamond
    traffic = TrafficTimes(engine)
    traffic.put(NO_OVERLAY)
    traffic.close()
    assert across(drawn, traffic.at(NOON)) == 20
    with pytest.raises(RuntimeError, match="closed"):
        traffic.put(NO_OVERLAY)


def test_memory_of_a_further_metric(diamond):
    drawn, engine = diamond
    other = engine.metric(2 * engine.current.edge_ms)
    assert metric_bytes(other, beside=engine.current) >= 4 * drawn.network.n_edges
    assert metric_bytes(engine.current, beside=engine.current) == 0
