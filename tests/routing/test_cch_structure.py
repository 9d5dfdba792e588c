"""The steps by which a hierarchy is made, on graphs that can be worked by hand."""

from __future__ import annotations

import numpy as np

from routing.cch.customise import NO_WAY
from routing.cch.fill import elimination_parents, fill_in
from routing.cch.max_flow import split_cells
from routing.cch.triangles import list_triangles
from routing.cch.turning_points import find_turning_points
from routing.turns import build_turn_graph
from routing.weights import NO_WAY_MS
from tests.routing.drawn import draw


def ints(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int32)


# 2 -> 0 -> 1 and 0 -> 3: taking out 0 joins 2 with 1 and with 3, not 1 with 3.
GIVEN = (ints(0, 2, 2, 2, 2), ints(1, 3), ints(0, 1, 1, 1, 1), ints(2))


def test_only_arcs_that_can_carry_a_way_are_filled_in():
    up_ptr, up_head, down_ptr, down_tail = fill_in(*GIVEN)
    assert up_ptr.tolist() == [0, 2, 2, 3, 3]
    assert up_head.tolist() == [1, 3, 3]
    assert down_ptr.tolist() == [0, 1, 2, 2, 2]
    assert down_tail.tolist() == [2, 2]


def test_triangles_name_the_arc_beside_two_others():
    arcs = fill_in(*GIVEN)
    # 2 to 0 to 1: arc 4, from 2 down to 1. 2 to 0 to 3: arc 2, from 2 up to 3.
    assert list_triangles(*arcs).tolist() == [4, 2]


def test_back_to_where_one_came_from_is_no_arc():
    # 1 -> 0 -> 1
    arcs = fill_in(ints(0, 1, 1), ints(1), ints(0, 1, 1), ints(1))
    assert list_triangles(*arcs).tolist() == [2], "the number after the last arc"


def test_the_elimination_tree_leads_over_all_that_can_be_reached():
    assert elimination_parents(*GIVEN).tolist() == [1, 2, 3, -1]
    assert elimination_parents(*fill_in(*GIVEN)).tolist() == [1, 2, 3, -1]


def test_two_towns_are_cut_at_the_bridge_between_them():
    # Two triangles 0-1-2 and 3-4-5, a bridge 2-3.
    pairs = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5), (2, 3)]
    both = sorted(pairs + [(b, a) for a, b in pairs])
    start, end = np.array(both, dtype=np.int32).T
    ptr = np.searchsorted(start, np.arange(7)).astype(np.int32)
    back = ints(*[both.index((b, a)) for a, b in both])
    xy = np.array([[0, 0], [0, 1], [1, 0.5], [2, 0.5], [3, 0], [3, 1]], dtype=np.float64)
    cut_in, last = split_cells(ptr, end.copy(), back, xy, 4, 0.25)
    whole = cut_in.max()
    assert [both[i] for i in np.flatnonzero(cut_in == whole)] == [(2, 3), (3, 2)]
    assert max(last[:3]) < min(last[3:]) or max(last[3:]) < min(last[:3])
    assert (last < whole).all()


def test_ways_into_a_junction_that_go_on_alike_are_one_vertex():
    drawn = draw("A>X 1s; B>X 1s; C-X 1s; X>D 1s; X>E 1s")
    points = find_turning_points(drawn.network, build_turn_graph(drawn.network))
    vertex = {label: int(points.edge_vertex[e]) for label, e in drawn.edge.items()}
    assert vertex["AX"] == vertex["BX"]
    assert vertex["CX"] != vertex["AX"], "from C one may not turn back to C"


def test_a_ban_keeps_vertices_apart():
    drawn = draw("A>X 1s; B>X 1s; X>D 1s; X>E 1s", bans=("AX XD",))
    points = find_turning_points(drawn.network, build_turn_graph(drawn.network))
    assert points.edge_vertex[drawn.edge["AX"]] != points.edge_vertex[drawn.edge["BX"]]


def test_no_way_means_the_same_to_compiled_code_and_to_the_rest():
    assert NO_WAY == NO_WAY_MS
