from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from routing.dijkstra_engine import DijkstraEngine
from routing.tree_cache import TreeCache
from tests.routing.drawn import draw

GRID = "; ".join(
    f"{a}-{b} {i + 1}s" for i, (a, b) in enumerate(zip("ABCDEFGHIJKL", "BCDEFGHIJKLA", strict=True))
)


def tree(n: int = 10) -> np.ndarray:
    return np.zeros(n, dtype=np.int32)


def test_the_least_recently_used_tree_is_forgotten_first():
    cache = TreeCache(max_bytes=2 * tree().nbytes)
    cache.put("a", tree())
    cache.put("b", tree())
    assert cache.get("a") is not None
    cache.put("c", tree())
    assert [cache.get(key) is None for key in "abc"] == [False, True, False]
    assert cache.n_bytes == 2 * tree().nbytes


def test_a_tree_put_twice_counts_once():
    cache = TreeCache(max_bytes=1000)
    cache.put("a", tree())
    cache.put("a", tree(20))
    assert (len(cache), cache.n_bytes) == (1, tree(20).nbytes)


def test_a_tree_larger_than_the_cache_is_not_kept():
    cache = TreeCache(max_bytes=10)
    cache.put("a", tree())
    assert (len(cache), cache.n_bytes) == (0, 0)


def test_shared_trees_cannot_be_written():
    cache = TreeCache(max_bytes=1000)
    cache.put("a", tree())
    with pytest.raises(ValueError, match="read-only"):
        cache.get("a")[0] = 1


def test_answers_do_not_depend_on_what_is_remembered():
    drawn = draw(GRID)
    everywhere = drawn.at(*[f"{label} 0.3" for label in drawn.edge])
    kept = DijkstraEngine(drawn.network)
    forgetful = DijkstraEngine(drawn.network, cache_bytes=200)
    first = kept.matrix(everywhere, everywhere)
    assert (kept.matrix(everywhere, everywhere) == first).all()
    assert (forgetful.matrix(everywhere, everywhere) == first).all()
    row_by_row = [forgetful.matrix(everywhere.pick([r]), everywhere)[0] for r in range(24)]
    assert (np.array(row_by_row) == first).all()


def test_threads_share_an_engine():
    drawn = draw(GRID)
    everywhere = drawn.at(*[f"{label} 0.3" for label in drawn.edge])
    expected = DijkstraEngine(drawn.network).matrix(everywhere, everywhere)
    shared = DijkstraEngine(drawn.network, cache_bytes=500)

    def ask(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        rows, columns = rng.integers(0, 24, 5), rng.integers(0, 24, 5)
        found = shared.matrix(everywhere.pick(rows), everywhere.pick(columns))
        return bool((found == expected[np.ix_(rows, columns)]).all())

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(ask, range(100)))
