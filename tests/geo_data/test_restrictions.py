from __future__ import annotations

from pathlib import Path

import pytest

from geo_data.osm_reader import read_osm_with_report
from tests.geo_data.drawn import banned, draw, node_id, read_drawn

CROSS = """
 N
WXE
 S
"""
WAYS = {1: ("WX", {}), 2: ("XE", {}), 3: ("NX", {}), 4: ("XS", {})}


def via_x(kind: str, start: int, end: int, **more: str):
    tags = {"restriction": kind} | {key.replace("__", ":"): text for key, text in more.items()}
    return (tags, [("from", "w", start), ("via", "n", node_id("X")), ("to", "w", end)])


def test_no_turn_bans_one_walk(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, CROSS, WAYS, restrictions=[via_x("no_left_turn", 1, 3)])
    assert banned(network) == {"WXN"}


def test_only_turn_bans_all_others_but_the_u_turn(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, CROSS, WAYS, restrictions=[via_x("only_straight_on", 1, 2)])
    assert banned(network) == {"WXN", "WXS"}


def test_no_entry_bans_from_each_of_several_ways(tmp_path: Path) -> None:
    members = [("from", "w", 1), ("from", "w", 3), ("via", "n", node_id("X")), ("to", "w", 2)]
    network = read_drawn(
        tmp_path, CROSS, WAYS, restrictions=[({"restriction": "no_entry"}, members)]
    )
    assert banned(network) == {"WXE", "NXE"}


def test_a_way_that_runs_on_is_read_by_the_angle(tmp_path: Path) -> None:
    ways = {1: ("WXE", {}), 2: ("NXS", {})}
    network = read_drawn(tmp_path, CROSS, ways, restrictions=[via_x("no_left_turn", 1, 2)])
    # Left turns from way 1 into way 2: W-X-N and E-X-S fit equally; one is banned, no right turn.
    assert banned(network) in ({"WXN"}, {"EXS"})


def test_turning_back_is_never_listed(tmp_path: Path) -> None:
    network = read_drawn(tmp_path, CROSS, WAYS, restrictions=[via_x("no_u_turn", 1, 1)])
    assert network.banned_turns == ()


def test_no_u_turn_over_a_connecting_way(tmp_path: Path) -> None:
    # Two carriageways, A to D and H to E, joined by the short way B-F.
    grid = "ABCD\nEFGH"
    ways = {
        1: ("AB", {"oneway": "yes"}),
        2: ("BCD", {"oneway": "yes"}),
        3: ("HGF", {"oneway": "yes"}),
        4: ("FE", {"oneway": "yes"}),
        5: ("BF", {}),
    }
    members = [("from", "w", 1), ("via", "w", 5), ("to", "w", 4)]
    network = read_drawn(
        tmp_path, grid, ways, restrictions=[({"restriction": "no_u_turn"}, members)]
    )
    assert banned(network) == {"ABFE"}


def test_via_way_cut_by_a_junction_is_one_longer_walk(tmp_path: Path) -> None:
    grid = "AB\n C\n DE\n F "
    ways = {1: ("AB", {}), 2: ("BCD", {}), 3: ("DE", {}), 4: ("DF", {}), 5: ("CE", {})}
    members = [("from", "w", 1), ("via", "w", 2), ("to", "w", 3)]
    network = read_drawn(
        tmp_path, grid, ways, restrictions=[({"restriction": "no_left_turn"}, members)]
    )
    assert banned(network) == {"ABCDE"}


def test_only_over_a_via_way_bans_every_step_aside(tmp_path: Path) -> None:
    grid = "ABX\n C\n DE"
    ways = {1: ("AB", {}), 2: ("BX", {}), 3: ("BC", {}), 4: ("CD", {}), 5: ("CE", {})}
    members = [("from", "w", 1), ("via", "w", 3), ("to", "w", 4)]
    network = read_drawn(
        tmp_path, grid, ways, restrictions=[({"restriction": "only_right_turn"}, members)]
    )
    assert banned(network) == {"ABX", "ABCE"}


@pytest.mark.parametrize(
    ("relation", "fate"),
    [
        (via_x("no_left_turn", 1, 3, **{"except": "bus;motorcar"}), "other_vehicle"),
        (({"restriction:conditional": "no_left_turn @ (Mo)"}, via_x("", 1, 3)[1]), "conditional"),
        (({"restriction:hgv": "no_left_turn"}, via_x("", 1, 3)[1]), "other_vehicle"),
        (({"restriction": "no_left_turn"}, [("from", "w", 1), ("to", "w", 3)]), "incomplete"),
        (({"restriction": "gibberish"}, via_x("", 1, 3)[1]), "incomplete"),
        (via_x("no_left_turn", 1, 99), "not_on_network"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_counted(tmp_path: Path, relation, fate: str) -> None:
    path = tmp_path / "cross.osm"
    path.write_text(draw(CROSS, WAYS, restrictions=[relation]))
    network, report = read_osm_with_report(path)
    assert network.banned_turns == ()
    assert dict(report.restrictions) == {fate: 1}


def test_restriction_for_buses_only_in_except_still_binds_cars(tmp_path: Path) -> None:
    network = read_drawn(
        tmp_path, CROSS, WAYS, restrictions=[via_x("no_left_turn", 1, 3, **{"except": "bus"})]
    )
    assert banned(network) == {"WXN"}
