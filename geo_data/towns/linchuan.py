"""Draws Linchuan Bay (临川湾), an invented Chinese town, into ``linchuan.osm``.

It has what the real data at hand lacks: Chinese names, addresses, a motorway with kilometre posts,
turn restrictions of every kind. Run ``python -m geo_data.towns.linchuan`` after a change and commit
what it writes.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

from geo_data.towns.drawing import Drawing, Point, degrees, named
from geo_data.towns.linchuan_places import AREAS, BAY, HOUSES, ISLAND, MORE_ROADS, POIS

Street = tuple[str, str, str, float, float, float, dict[str, str]]

ALONG: list[Street] = [  # west-east: class, zh, en, y, x from, x to, more tags
    ("primary", "滨海大道", "Binhai Avenue", 0, -800, 5000, {"ref": "S201", "maxspeed": "60"}),
    ("secondary", "中山路", "Zhongshan Road", 500, -400, 4500, {"maxspeed": "50"}),
    ("primary", "人民大道", "Renmin Avenue", 985, -400, 4500, {"oneway": "yes", "maxspeed": "60"}),
    ("primary", "人民大道", "Renmin Avenue", 1015, 4500, -400, {"oneway": "yes", "maxspeed": "60"}),
    ("tertiary", "学府路", "Xuefu Road", 1500, -400, 4500, {}),
    ("secondary", "环城北路", "North Ring Road", 2000, -400, 4500, {"maxspeed": "60"}),
    ("residential", "榕树巷", "Rongshu Lane", 250, 0, 900, {}),
    ("residential", "盐仓巷", "Yancang Lane", 750, 0, 900, {"oneway": "-1"}),
    ("residential", "书院巷", "Shuyuan Lane", 1250, 0, 900, {}),
    ("residential", "海棠街", "Haitang Street", 250, 3000, 4500, {}),
    ("living_street", "幸福里", "Xingfu Li", 750, 3000, 4500, {}),
    ("residential", "望海街", "Wanghai Street", 1250, 3000, 4500, {"maxspeed": "30"}),
    ("residential", "桂花街", "Guihua Street", 1750, 3000, 4500, {}),
]
ACROSS: list[Street] = [  # south-north: class, zh, en, x, y from, y to, more tags
    ("tertiary", "西门路", "Ximen Road", -400, 0, 2000, {}),
    ("secondary", "解放路", "Jiefang Road", 0, 0, 2000, {"maxspeed": "50"}),
    ("residential", "青年路", "Qingnian Road", 450, 0, 1500, {"oneway": "yes"}),
    ("secondary", "文化路", "Wenhua Road", 900, 0, 2000, {"maxspeed": "50"}),
    ("trunk", "迎宾大道", "Yingbin Avenue", 1500, 0, 3400, {"ref": "G228", "maxspeed": "70"}),
    ("tertiary", "河东路", "Hedong Road", 3000, 0, 2000, {}),
    ("residential", "紫荆路", "Zijing Road", 3500, 0, 2000, {}),
    ("secondary", "东海路", "Donghai Road", 4000, 0, 2000, {"maxspeed": "50"}),
    ("tertiary", "工业路", "Gongye Road", 4500, 0, 2000, {"maxspeed": "40"}),
]
BRIDGE_Y = {0.0, 985.0, 1015.0, 2000.0}  # these streets cross the river, the others end before it
RIVER_X = (2100.0, 2300.0)
BRIDGE = {"bridge": "yes", "layer": "1"}
RAMP_ENDS_Y = (2600.0, 3000.0)
EAST_Y, WEST_Y = 2785.0, 2815.0
FIRST_POST_KM, FIRST_POST_X = 1200, -4000.0
N_POSTS = 13


def draw() -> Drawing:
    """Return the whole town."""
    town = Drawing()
    _streets(town)
    _motorway(town)
    _roundabout(town)
    for kind, name, points, tags in MORE_ROADS:
        town.way(points, {"highway": kind} | (named(*name) if name else {}) | tags)
    _restrictions(town)
    for point, poi_tags in POIS:
        town.node(point, poi_tags)
    _houses(town)
    for corners, area_tags in AREAS:
        town.area(corners, area_tags)
    town.multipolygon(BAY, ISLAND, {"natural": "water"} | named("临川湾", "Linchuan Bay"))
    return town


def _streets(town: Drawing) -> None:
    """Draw the grid, one way per block, bridges over the river apart."""
    for kind, zh, en, y, start, end, tags in ALONG:
        low, high = sorted((start, end))
        crossings = {s[3] for s in ACROSS if low <= s[3] <= high and s[4] <= y <= s[5]}
        banks = {x for x in RIVER_X if y in BRIDGE_Y and low <= x <= high}
        stops = sorted({low, high} | crossings | banks, reverse=start > end)
        for a, b in pairwise(stops):
            over_river = min(a, b) <= RIVER_X[0] < RIVER_X[1] <= max(a, b)
            if over_river and y not in BRIDGE_Y:
                continue
            extra = BRIDGE if over_river else {}
            points: list[Point] = [(x, y) for x in (a, (a + b) / 2, b)]
            town.way(points, {"highway": kind} | named(zh, en) | tags | extra)
    for kind, zh, en, x, low, high, tags in ACROSS:
        crossings = {s[3] for s in ALONG if low <= s[3] <= high and min(s[4:6]) <= x <= max(s[4:6])}
        ramps = set(RAMP_ENDS_Y if x == 1500 else ())
        stops = sorted({low, high} | crossings | ramps)
        for a, b in pairwise(stops):
            town.way([(x, a), (x, b)], {"highway": kind} | named(zh, en) | tags)


def _motorway(town: Drawing) -> None:
    """Draw both carriageways with kilometre posts, the bridge over Yingbin Avenue and the ramps."""
    base = {"highway": "motorway", "ref": "G1523", "oneway": "yes", "maxspeed": "120"} | named(
        "甬莞高速公路", "Yongguan Expressway"
    )
    posts = [FIRST_POST_X + 1000 * number for number in range(N_POSTS)]
    cuts = [posts[0], 900, 1350, 1650, 2100, posts[-1]]
    for y, eastward in ((EAST_Y, True), (WEST_Y, False)):
        for number, x in enumerate(posts):
            km = str(FIRST_POST_KM + number)
            town.node((x, y), {"highway": "milestone", "distance": km, "ref": "G1523"})
        for a, b in pairwise(cuts):
            points = [(x, y) for x in sorted({a, b, *(p for p in posts if a < p < b)})]
            over_avenue = BRIDGE if (a, b) == (1350, 1650) else {}
            town.way(points if eastward else points[::-1], base | over_avenue)
    link = {"highway": "motorway_link", "oneway": "yes", "maxspeed": "40"}
    off, on = {"destination": "临川湾"}, {"destination": "甬莞高速"}
    town.way([(900, EAST_Y), (1200, 2740), (1400, 2620), (1500, 2600)], link | off)
    town.way([(1500, 2600), (1600, 2620), (1800, 2740), (2100, EAST_Y)], link | on)
    town.way([(2100, WEST_Y), (1800, 2860), (1600, 2980), (1500, 3000)], link | off)
    town.way([(1500, 3000), (1400, 2980), (1200, 2860), (900, WEST_Y)], link | on)
    exit_tags = {"highway": "motorway_junction", "ref": "37"}
    for point in ((900, EAST_Y), (2100, WEST_Y)):
        town.node(point, exit_tags | named("临川湾", "Linchuan Bay"))


def _roundabout(town: Drawing) -> None:
    """Draw the roundabout at the north end of Yingbin Avenue, counterclockwise as in China."""
    ring: list[Point] = [(1500, 3400), (1540, 3440), (1500, 3480), (1460, 3440)]
    tags = {"highway": "tertiary", "junction": "roundabout"}
    town.way([*ring, ring[0]], tags | named("迎宾环岛", "Yingbin Roundabout"))


def _restrictions(town: Drawing) -> None:
    def at(*points: Point) -> tuple[int, tuple[str, int], int]:
        before, middle, after = points
        return (
            town.way_between(before, middle),
            ("node", town.node(middle)),
            town.way_between(middle, after),
        )

    # Northbound on Jiefang Road, no left turn into Zhongshan Road.
    town.restriction(*at((0, 250), (0, 500), (-400, 500)), {"restriction": "no_left_turn"})
    # Southbound on Wenhua Road, straight on only over Zhongshan Road.
    straight = {"restriction": "only_straight_on"}
    town.restriction(*at((900, 750), (900, 500), (900, 250)), straight)
    # Buses may turn right from Binhai Avenue into Donghai Road, cars may not.
    right = {"restriction": "no_right_turn", "except": "bus"}
    town.restriction(*at((4500, 0), (4000, 0), (4000, 250)), right)
    # In the morning only: not for a network without hours.
    town.restriction(
        *at((0, 1500), (0, 1250), (450, 1250)),
        {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
    )
    # No turning back from one carriageway of Renmin Avenue to the other at Wenhua Road.
    town.restriction(
        town.way_between((450, 985), (900, 985)),
        ("way", town.way_between((900, 985), (900, 1015))),
        town.way_between((900, 1015), (450, 1015)),
        {"restriction": "no_u_turn"},
    )


def _houses(town: Drawing) -> None:
    """Put houses 22 m from the street, odd numbers on the one side, even on the other."""
    for zh, en, start, end, first, count in HOUSES:
        for number in range(count):
            share = (number + 0.5) / count
            side = 22 if number % 2 else -22
            (ax, ay), (bx, by) = start, end
            across = (0.0, side) if ay == by else (side, 0.0)
            point = (ax + share * (bx - ax) + across[0], ay + share * (by - ay) + across[1])
            tags = {
                "addr:street": zh,
                "addr:street:en": en,
                "addr:housenumber": str(first + number),
                "addr:city": "临川湾",
            }
            if number % 3 == 0:
                town.box(point, 30, 20, {"building": "residential"} | tags)
            else:
                town.node(point, tags)


def urban_geojson() -> str:
    """Return the polygon within which the urban promise holds."""
    corners: list[Point] = [(-700, -100), (5100, -100), (5100, 2300), (-700, 2300), (-700, -100)]
    ring = [[round(value, 6) for value in degrees(corner)] for corner in corners]
    feature = {
        "type": "Feature",
        "properties": {"name": "临川湾城区"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    collection = {"type": "FeatureCollection", "features": [feature]}
    return json.dumps(collection, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write both files."""
    folder = Path(__file__).parent
    (folder / "linchuan.osm").write_text(draw().xml(), encoding="utf-8")
    (folder / "linchuan_urban.geojson").write_text(urban_geojson(), encoding="utf-8")


if __name__ == "__main__":
    main()
