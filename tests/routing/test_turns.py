from __future__ import annotations

import numpy as np
import pytest

from kernel.errors import BadData, InvalidInput
from routing.bans import BanAutomaton
from routing.engine import open_engine
from routing.travel_times import UNREACHABLE_S
from routing.turn_costs import TurnCosts
from routing.turns import build_turn_graph
from tests.routing.drawn import Drawn, draw


def seconds(drawn: Drawn, source: str, target: str, **options) -> int:
    engine = open_engine(drawn.network, **options)
    return int(engine.matrix(drawn.at(source), drawn.at(target))[0, 0])


def onward(drawn: Drawn, label: str) -> set[str]:
    graph = build_turn_graph(drawn.network)
    arcs, state = graph.outgoing, drawn.edge[label]
    return set(drawn.labels(graph.state_edge[arcs.state[arcs.ptr[state] : arcs.ptr[state + 1]]]))


def test_a_banned_turn_is_driven_around():
    roads = "A>B 10s; B>C 10s; B>D 10s; D>C 30s; C>E 10s"
    assert seconds(draw(roads), "AB", "CE") == 20
    assert seconds(draw(roads, bans=("AB BC",)), "AB", "CE") == 50


def test_a_ban_over_a_way_binds_only_those_who_drive_all_of_it():
    #  A ─→ B ─→ C ─→ D ─→ G      A B C D is banned; from E through B and C to D is not.
    #  E ─→ B    C ─→ F ─→ D
    roads = "A>B 10s; E>B 10s; B>C 10s; C>D 10s; C>F 10s; F>D 20s; D>G 10s"
    drawn = draw(roads, bans=("AB BC CD",))
    assert seconds(drawn, "AB", "DG") == 50
    assert seconds(drawn, "EB", "DG") == 30
    assert seconds(drawn, "BC", "DG") == 20, "who starts on the second edge never drove the first"


def test_a_shorter_ban_inside_a_longer_one_still_holds():
    # Half way along the first ban, the second one is completed by leaving the first one's path.
    drawn = draw(
        "A>B 1s; B>C 1s; C>D 1s; D>E 1s; D>F 1s; F>E 1s; D>G 1s; G>F 1s",
        bans=("AB BC CD DE", "BC CD DF"),
    )
    assert seconds(drawn, "AB", "FE") == 5, "A B C D G F: neither D E nor D F may be driven"


@pytest.mark.parametrize(
    ("roads", "bans", "u_turn"),
    [
        ("A-B", (), True),
        ("A-B; B-C", (), False),
        ("A-B; B>C", (), False),
        ("A-B; C>B", (), True),
        ("A-B; B-C", ("AB BC",), True),
        ("A-B; B-C; B-D", ("AB BC",), False),
        ("A-B", ("AB BA",), False),
    ],
)
def test_u_turns_only_where_nothing_else_may_follow(roads, bans, u_turn):
    assert ("BA" in onward(draw(roads, bans=bans), "AB")) is u_turn


def test_connected_edges_leave_out_what_is_cut_off():
    drawn = draw("A-B; B-C; C-A; B>D; E>A; X-Y")
    connected = build_turn_graph(drawn.network).connected
    cut_off = {"BD", "EA", "XY", "YX"}
    assert {label for label, e in drawn.edge.items() if not connected[e]} == cut_off


def test_a_ring_without_a_place_to_turn_is_connected_as_a_road():
    # Clockwise and anticlockwise never meet, but a position on a two-way road lies on both.
    drawn = draw("A-B; B-C; C-A")
    assert build_turn_graph(drawn.network).connected.all()


def test_automaton_falls_back_to_the_longest_prefix_it_still_is_in():
    automaton = BanAutomaton([(1, 2, 3), (2, 3, 4), (3, 9)])
    node = 0
    for edge in (1, 2):
        node = automaton.after(node, edge)
    assert automaton.forbidden[automaton.after(node, 3)]
    node = automaton.after(automaton.after(0, 2), 3)
    assert automaton.depth[node] == 2
    assert automaton.forbidden[automaton.after(node, 9)], "(3, 9) inside (2, 3, 9)"
    assert automaton.after(node, 7) == 0


def test_automaton_follows_a_ban_that_passes_an_edge_twice():
    automaton = BanAutomaton([(1, 2, 1, 3)])

    def after(*edges: int) -> int:
        node = 0
        for edge in edges:
            node = automaton.after(node, edge)
        return node

    assert automaton.forbidden[after(1, 2, 1, 3)]
    assert automaton.forbidden[after(1, 2, 1, 2, 1, 3)], "another round changes nothing"
    assert not automaton.forbidden[after(1, 3)]
    assert not automaton.forbidden[after(2, 1, 3)]


def test_turn_costs_are_charged_by_side():
    #       C
    #       │        From A at B: C is to the left, E straight on, D to the right.
    #  A ── B ── E
    #       │
    #       D
    places = {"A": (-100, 0), "B": (0, 0), "E": (100, 0), "C": (0, 100), "D": (0, -100)}
    drawn = draw("A>B 10s; B>C 10s; B>D 10s; B>E 10s", places=places)
    costs = TurnCosts(left_s=7, right_s=3)
    at_the_far_end = [seconds(drawn, "AB", f"B{x} 1.0", turn_costs=costs) for x in "CDE"]
    assert at_the_far_end == [27, 23, 20]


def test_a_u_turn_at_a_dead_end_has_its_own_cost():
    drawn = draw("S>A 10s; A-B 10s", places={"S": (-50, 0), "A": (0, 0), "B": (100, 0)})
    there_and_back = [
        open_engine(drawn.network, turn_costs=TurnCosts(u_turn_s=u)).reach(drawn.at("SA"), 32)
        for u in (0, 5)
    ]
    assert [bool(r[drawn.edge["BA"]]) for r in there_and_back] == [True, False]


def test_turn_costs_refuse_what_is_no_time():
    with pytest.raises(InvalidInput, match="nan is not within"):
        TurnCosts(left_s=float("nan"))


def test_a_ban_of_an_edge_that_does_not_exist_is_bad_data():
    drawn = draw("A-B")
    object.__setattr__(drawn.network, "banned_turns", ((0, 99),))
    with pytest.raises(BadData, match=r"\(0, 99\)"):
        build_turn_graph(drawn.network)


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("edge_length_m", np.nan, "length_m"),
        ("edge_length_m", 0.0, "length_m"),
        ("edge_speed_kph", -5.0, "speed_kph"),
        ("edge_speed_kph", np.inf, "speed_kph"),
        ("edge_length_m", 1e9, "hours"),
    ],
)
def test_an_edge_without_a_sensible_time_is_named(field, value, told):
    drawn = draw("A-B; B-C")
    getattr(drawn.network, field)[2] = value
    with pytest.raises(BadData, match=rf"Edge 2 .*{told}"):
        build_turn_graph(drawn.network)


def test_a_network_without_roads_is_bad_data():
    drawn = draw("A-B")
    for name in ("edge_from", "edge_to", "edge_length_m", "edge_speed_kph", "edge_reverse"):
        object.__setattr__(drawn.network, name, getattr(drawn.network, name)[:0])
    with pytest.raises(BadData, match="no roads"):
        build_turn_graph(drawn.network)


def test_unreachable_is_an_explicit_value():
    drawn = draw("A-B; C-D")
    assert seconds(drawn, "AB", "CD") == UNREACHABLE_S
