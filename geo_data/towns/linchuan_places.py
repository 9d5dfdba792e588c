"""What stands in Linchuan Bay besides its streets: other roads, places, houses, land and water.

Points are metres east and north of the town's origin.
"""

from __future__ import annotations

from geo_data.towns.drawing import Point, Tags, named

RAMP = {"oneway": "yes", "maxspeed": "40"}

MORE_ROADS: list[tuple[str, tuple[str, str] | None, list[Point], dict[str, str]]] = [
    ("tertiary", ("机场路", "Airport Road"), [(1500, 3480), (1520, 3900), (1900, 4300)], {}),
    (
        "unclassified",
        ("梅岭村路", "Meiling Village Road"),
        [(1460, 3440), (900, 3600), (200, 3900)],
        {},
    ),
    ("unclassified", ("梅岭村路", "Meiling Village Road"), [(200, 3900), (-600, 4200)], {}),
    (
        "secondary",
        ("滨海西路", "West Binhai Road"),
        [(-800, 0), (-2000, 150), (-3500, 100)],
        {"ref": "S201"},
    ),
    (
        "secondary",
        ("滨海东路", "East Binhai Road"),
        [(5000, 0), (6500, 120), (8000, 60)],
        {"ref": "S201"},
    ),
    # The next interchanges of the motorway, so that both of its carriageways lead somewhere.
    ("motorway_link", None, [(8000, 2785), (8100, 2000), (8100, 1000), (8000, 60)], RAMP),
    ("motorway_link", None, [(8000, 60), (8200, 1000), (8200, 2000), (8000, 2815)], RAMP),
    ("motorway_link", None, [(-4000, 2815), (-4100, 1500), (-3500, 100)], RAMP),
    ("motorway_link", None, [(-3500, 100), (-3900, 1500), (-4000, 2785)], RAMP),
    # Nobody gets here but by boat.
    (
        "residential",
        ("灵珠岛路", "Lingzhu Island Road"),
        [(2600, -1500), (2900, -1400), (3200, -1550)],
        {},
    ),
    # Hospital drive, car park, a private yard, a path: what cars may and may not use.
    ("service", None, [(900, 2000), (1100, 1960), (1100, 1850)], {}),
    ("service", None, [(1100, 1850), (1180, 1850), (1180, 1790)], {"service": "parking_aisle"}),
    (
        "residential",
        ("锦绣花园", "Jinxiu Garden"),
        [(3500, 500), (3600, 600)],
        {"access": "private"},
    ),
    ("footway", ("河滨步道", "Riverside Walk"), [(2050, 0), (2050, 985), (2050, 2000)], {}),
    # A lane closed in its middle by a bollard.
    ("residential", ("鱼市巷", "Yushi Lane"), [(0, 250), (120, 120), (200, 60), (450, 0)], {}),
]

POIS: list[tuple[Point, Tags]] = [
    ((1500, 1000), {"place": "town", "population": "86000"} | named("临川湾", "Linchuan Bay")),
    ((450, 800), {"place": "suburb"} | named("老城", "Old Town")),
    ((3750, 1000), {"place": "suburb"} | named("新城", "New Town")),
    ((-600, 4200), {"place": "village"} | named("梅岭村", "Meiling Village")),
    ((2900, -1450), {"place": "island"} | named("灵珠岛", "Lingzhu Island")),
    ((120, 120), {"barrier": "bollard"}),
    (
        (1120, 1870),
        {"amenity": "hospital", "phone": "+86 594 5550120"}
        | named("临川湾第一医院", "Linchuan Bay First Hospital"),
    ),
    ((3250, 620), {"shop": "mall"} | named("万汇广场", "Wanhui Plaza")),
    ((850, 560), {"amenity": "police"} | named("老城派出所", "Old Town Police Station")),
    ((1200, 1560), {"amenity": "school"} | named("临川中学", "Linchuan Middle School")),
    ((60, 1940), {"amenity": "bus_station"} | named("汽车北站", "North Bus Station")),
    ((-300, 60), {"tourism": "hotel"} | named("海湾酒店", "Bay Hotel")),
    (
        (4450, 1440),
        {"amenity": "fuel", "brand": "中石化"}
        | named("工业路加油站", "Gongye Road Petrol Station"),
    ),
    ((3960, 320), {"shop": "supermarket"} | named("海鲜市场", "Seafood Market")),
    (
        (3300, 660),
        {"amenity": "charging_station", "capacity": "12", "operator": "国家电网"}
        | named("万汇广场充电站", "Wanhui Plaza Charging Station"),
    ),
    (
        (4540, 700),
        {"amenity": "charging_station", "capacity": "30", "socket:type2_combo": "0"}
        | named("工业路超充站", "Gongye Road Supercharging Station"),
    ),
    (
        (1560, 2080),
        {"amenity": "charging_station", "capacity": "8"}
        | named("迎宾大道充电站", "Yingbin Avenue Charging Station"),
    ),
    (
        (-360, 1540),
        {"amenity": "charging_station", "capacity": "6"}
        | named("西门充电站", "Ximen Charging Station"),
    ),
    (
        (4420, 1900),
        {"shop": "car_repair", "brand": "Roadflare", "opening_hours": "Mo-Su 08:00-20:00"}
        | named("临川湾服务中心", "Linchuan Bay Service Centre"),
    ),
    (
        (-440, 560),
        {"shop": "car_repair", "opening_hours": "Mo-Sa 08:30-18:00"}
        | named("西门汽修", "Ximen Car Repair"),
    ),
    ((1900, 4300), {"aeroway": "terminal"} | named("临川机场", "Linchuan Airport")),
]

HOUSES: list[tuple[str, str, Point, Point, int, int]] = [
    # zh, en, from, to, first number, how many
    ("中山路", "Zhongshan Road", (0, 500), (900, 500), 1, 18),
    ("中山路", "Zhongshan Road", (3000, 500), (4000, 500), 101, 16),
    ("解放路", "Jiefang Road", (0, 1015), (0, 2000), 1, 16),
    ("学府路", "Xuefu Road", (900, 1500), (1500, 1500), 1, 10),
    ("海棠街", "Haitang Street", (3000, 250), (4000, 250), 1, 14),
    ("望海街", "Wanghai Street", (3500, 1250), (4500, 1250), 2, 12),
    ("滨海大道", "Binhai Avenue", (0, 0), (1500, 0), 88, 10),
    ("榕树巷", "Rongshu Lane", (0, 250), (450, 250), 1, 6),
]

BAY: list[Point] = [(-4200, -150), (8300, -150), (8300, -3000), (-4200, -3000)]
ISLAND: list[Point] = [(2550, -1620), (3300, -1650), (3350, -1350), (2900, -1250), (2500, -1400)]

AREAS: list[tuple[list[Point], dict[str, str]]] = [
    (
        [(2150, -150), (2250, -150), (2270, 2500), (2260, 4500), (2140, 4500), (2130, 2500)],
        {"natural": "water", "water": "river"} | named("临川河", "Linchuan River"),
    ),
    (
        [(1600, 1100), (2050, 1100), (2050, 1450), (1600, 1450)],
        {"leisure": "park"} | named("临川公园", "Linchuan Park"),
    ),
    (
        [(3020, 270), (4480, 270), (4480, 960), (3020, 960)],
        {"landuse": "residential"} | named("新城小区", "New Town Homes"),
    ),
    (
        [(4520, 1040), (5000, 1040), (5000, 1980), (4520, 1980)],
        {"landuse": "industrial"} | named("临川工业园", "Linchuan Industrial Park"),
    ),
    (
        [(920, 1770), (1080, 1770), (1080, 1940), (920, 1940)],
        {"building": "hospital"} | named("临川湾第一医院", "Linchuan Bay First Hospital"),
    ),
    (
        [(3040, 540), (3200, 540), (3200, 700), (3040, 700)],
        {"building": "retail"} | named("万汇广场", "Wanhui Plaza"),
    ),
]
