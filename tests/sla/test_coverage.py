from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.coverage import (
    coverage_left,
    covered,
    covers,
    expected_covered,
    n_covering,
    nearest_s,
    share,
    share_by_zone,
)

UNREACHABLE = 2**31 - 1
# Three posts, four demand points; seconds.
#             a     b     c     d
TRAVEL_S = np.array(
    [
        [100, 900, 1801, UNREACHABLE],
        [1800, 300, 2000, UNREACHABLE],
        [5000, 1900, 600, 1900],
    ],
    dtype=np.int32,
)
DEMAND = np.array([50.0, 30.0, 15.0, 5.0])
# Within 1800 s: post 0 reaches a b, post 1 reaches a b, post 2 reaches c.
REACH = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]], dtype=bool)


def test_reaching_in_exactly_the_target_counts() -> None:
    assert (covers(TRAVEL_S, 1800) == REACH).all()


def test_each_demand_point_may_have_its_own_target() -> None:
    own = covers(TRAVEL_S, np.array([99, 1800, 1801, 1900]))
    assert own.astype(int).tolist() == [[0, 1, 1, 0], [0, 1, 0, 0], [0, 0, 1, 1]]


def test_share_of_demand_reached() -> None:
    assert share(covered(REACH), DEMAND) == pytest.approx(0.95)
    assert share(covered(REACH, units=[1, 0, 0]), DEMAND) == pytest.approx(0.80)
    assert share(covered(REACH, units=[0, 0, 0]), DEMAND) == 0.0


def test_without_demand_nobody_is_failed() -> None:
    assert share([False], [0.0]) == 1.0


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_nonsense_demand_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        share([True], [weight])


def test_several_units_may_cover_one_point() -> None:
    assert n_covering(REACH, [2, 1, 1]).tolist() == [3, 3, 1, 0]


def test_busy_units_cover_less() -> None:
    assert expected_covered([0, 1, 2], 0.4).tolist() == pytest.approx([0.0, 0.6, 0.84])
    assert expected_covered([0, 1], 0.0).tolist() == [0.0, 1.0]
    with pytest.raises(ValueError, match="probability"):
        expected_covered([1], 1.5)


def test_shares_by_zone_say_nothing_where_nobody_lives() -> None:
    shares = share_by_zone(covered(REACH), DEMAND, [0, 0, 2, 2], 4)
    assert shares[[0, 2]].tolist() == pytest.approx([1.0, 0.75])
    assert np.isnan(shares[[1, 3]]).all()


def test_the_nearest_post_with_a_unit_counts() -> None:
    assert nearest_s(TRAVEL_S).tolist() == [100, 300, 600, 1900]
    assert nearest_s(TRAVEL_S, [0, 1, 0]).tolist() == [1800, 300, 2000, UNREACHABLE]
    assert nearest_s(TRAVEL_S, [0, 0, 0]).tolist() == [UNREACHABLE] * 4


def test_what_is_left_when_one_unit_leaves() -> None:
    # Posts 0 and 1 cover for each other; nobody covers for post 2.
    assert coverage_left(REACH, DEMAND, [1, 1, 1]).tolist() == pytest.approx([0.95, 0.95, 0.80])
    assert coverage_left(REACH, DEMAND, [1, 0, 1]).tolist() == pytest.approx([0.15, 0.95, 0.80])


def test_a_flat_array_is_refused() -> None:
    with pytest.raises(ValueError, match="n_posts"):
        covers([1, 2, 3], 10)


@given(
    travel=st.lists(st.lists(st.integers(0, 4000), min_size=3, max_size=3), min_size=1, max_size=5),
    target=st.integers(0, 4000),
)
def test_more_time_and_more_posts_never_cover_less(travel: list[list[int]], target: int) -> None:
    demand = [1.0, 2.0, 3.0]
    here = share(covered(covers(travel, target)), demand)
    assert share(covered(covers(travel, target + 60)), demand) >= here
    assert share(covered(covers([*travel, [0, 4000, 4000]], target)), demand) >= here
    assert 0.0 <= here <= 1.0
