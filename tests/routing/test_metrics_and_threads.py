"""Questions go on while a metric is made, and each is answered from one metric."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from kernel.errors import InvalidInput
from routing.dijkstra_engine import DijkstraEngine
from routing.engine import open_engine
from routing.travel_times import Snapped
from routing.warm import toy_network, warm_up
from routing.weights import MAX_EDGE_MS

ENGINES = pytest.mark.parametrize("make", [open_engine, DijkstraEngine])


def everywhere(n_edges: int) -> Snapped:
    return Snapped(np.arange(n_edges, dtype=np.int32), np.full(n_edges, 0.5), np.zeros(n_edges))


def test_a_question_sees_one_set_of_times():
    engine = open_engine(toy_network())
    places = everywhere(engine.network.n_edges)
    metrics = [engine.metric(engine.current.edge_ms * (k + 1)) for k in range(4)]
    allowed = {engine.matrix(places, places, metric=m).tobytes() for m in metrics}
    allowed_one = {engine.matrix(places.pick([0]), places, metric=m).tobytes() for m in metrics}
    engine.use(metrics[0])
    stop = threading.Event()

    def swap() -> None:
        k = 0
        while not stop.is_set():
            k += 1
            engine.use(metrics[k % 4].updated(np.array([0]), metrics[k % 4].edge_ms[:1]))

    swapping = threading.Thread(target=swap)
    swapping.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            many = list(pool.map(lambda _: engine.matrix(places, places).tobytes(), range(40)))
            one = [
                task.result()
                for task in [
                    pool.submit(lambda: engine.matrix(places.pick([0]), places).tobytes())
                    for _ in range(40)
                ]
            ]
    finally:
        stop.set()
        swapping.join()
    assert set(many) <= allowed
    assert set(one) <= allowed_one


def test_routes_asked_from_many_threads_equal_those_asked_one_by_one():
    engine = open_engine(toy_network())
    places = everywhere(engine.network.n_edges)
    pairs = [(places.pick([i]), places.pick([47 - i])) for i in range(24)]
    expected = [engine.route(*pair).edges.tolist() for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        found = [r.edges.tolist() for r in pool.map(lambda pair: engine.route(*pair), pairs)]
    assert found == expected


@ENGINES
def test_a_metric_in_force_answers_and_the_old_one_is_kept(make):
    engine = make(toy_network())
    places = everywhere(engine.network.n_edges)
    free = engine.current
    slow = engine.metric(free.edge_ms * 2)
    before = engine.matrix(places, places)
    engine.use(slow)
    assert engine.current is slow
    assert (engine.matrix(places, places) == engine.matrix(places, places, metric=slow)).all()
    assert (engine.matrix(places, places, metric=free) == before).all()


@ENGINES
def test_a_metric_of_another_engine_is_refused(make):
    one, other = make(toy_network()), make(toy_network())
    with pytest.raises(InvalidInput, match="another engine"):
        one.use(other.current)


@ENGINES
@pytest.mark.parametrize(
    ("times", "said"),
    [
        (np.zeros(48, dtype=np.int32), "0 ms is no time"),
        (np.full(48, MAX_EDGE_MS + 1), "86400001 ms is no time"),
        (np.full(48, -5), "-5 ms is no time"),
        (np.full(48, 1.5), "float64"),
        (np.full(47, 1), "47"),
    ],
)
def test_impossible_times_are_refused(make, times, said):
    with pytest.raises(InvalidInput, match=said):
        make(toy_network()).metric(times)


@ENGINES
def test_changes_of_edges_that_do_not_exist_are_refused(make):
    current = make(toy_network()).current
    with pytest.raises(InvalidInput, match="edges 0 to 47"):
        current.updated(np.array([48]), np.array([5]))
    with pytest.raises(InvalidInput, match="for 2 edges"):
        current.updated(np.array([1, 2]), np.array([5]))


@ENGINES
def test_nobody_can_write_to_a_metric_through_its_times(make):
    engine = make(toy_network())
    given = engine.current.edge_ms.copy()
    metric = engine.metric(given)
    given[:] = 1
    assert (metric.edge_ms == engine.current.edge_ms).all()


def test_warming_up_asks_everything():
    warm_up()
