"""Engines of one model give the same answers, before and after the weights change."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.routing import osrm_files
from benchmarks.routing.peer import median_s
from benchmarks.routing.peer_networkx import NetworkX
from benchmarks.routing.peer_roadflare import Roadflare, RoadflareNoTurns
from benchmarks.routing.peer_scipy import SciPy, SciPyTurns
from benchmarks.routing.side_by_side import compare_engines
from benchmarks.routing.workload import CHECK_COLUMNS, CHECK_ROWS, draw_workload
from geo_data.city_import import TOWN
from geo_data.osm_reader import read_osm
from kernel.errors import ExternalServiceError, NotFound


@pytest.fixture(scope="module")
def drawn():
    network = read_osm(TOWN)
    return network, draw_workload(network, 1, n=200)


def answers(peer, drawn):
    peer.prepare(*drawn)
    found = [peer.check()]
    _, workload = drawn
    assert peer.reweight_all_s(workload.other_ms) > 0
    found.append(peer.check())
    assert peer.reweight_some_s(workload.changed_ms) > 0
    found.append(peer.check())
    return found


@pytest.mark.parametrize(
    ("plain", "others"), [(SciPy, [NetworkX, RoadflareNoTurns]), (SciPyTurns, [Roadflare])]
)
def test_equal_answers(drawn, plain, others):
    expected = answers(plain(), drawn)
    assert expected[0].shape == (CHECK_ROWS, CHECK_COLUMNS)
    assert (expected[0] != expected[1]).any()
    assert (expected[1] != expected[2]).any()
    for other in others:
        for right, found in zip(expected, answers(other(), drawn), strict=True):
            assert np.array_equal(found, right[: len(found)])


@pytest.mark.parametrize("make", [SciPy, SciPyTurns, NetworkX, Roadflare, RoadflareNoTurns])
def test_every_question_takes_time(drawn, make):
    peer = make()
    peer.prepare(*drawn)
    assert peer.one_way_s(0) > 0
    assert peer.route_s(1) > 0
    assert peer.matrix_s(3, 4) > 0
    assert peer.one_to_all_s(0) > 0
    assert peer.rss_mb() > 10
    peer.close()


def test_the_median_of_what_is_measured():
    measured = iter([5.0, 1.0, 3.0])
    assert median_s(lambda: next(measured), at_least=3, at_most=3) == 3.0


def test_an_engine_that_fails_is_an_error():
    with pytest.raises(ExternalServiceError, match="'nothing' could not be measured"):
        compare_engines(TOWN, engines=["nothing"])


def test_osrm_is_asked_for_by_name_where_it_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(osrm_files, "WHEELS", tmp_path)
    with pytest.raises(NotFound, match=r"osrm_bindings-\*\.whl.*run bench"):
        osrm_files.programs()
