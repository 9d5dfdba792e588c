from __future__ import annotations

import tomllib

import numpy as np
import pytest

from geo_data.network import HIGHWAY_CLASSES
from geo_data.speeds import default_speed_kph
from kernel.errors import BadData, InvalidInput, NotFound
from routing.slices import Slice
from routing.speeds import DEFAULT_VEHICLES, SpeedTable, Vehicle, edge_times_ms
from routing.speeds_file import read_speeds, speed_table
from routing.weights import CLOSED_MS, edge_milliseconds
from tests.routing.drawn import draw
from tests.support.real_data import ROOT

ALWAYS = frozenset(range(7))


@pytest.fixture
def roads():
    """Three one-way roads of 1,000 m: residential by default, primary tagged 60, motorway 120."""
    network = draw("A>B 100s; B>C 100s; C>D 100s").network
    for edge, (name, kph) in enumerate(
        [("residential", default_speed_kph("residential")), ("primary", 60.0), ("motorway", 120.0)]
    ):
        network.edge_class[edge] = HIGHWAY_CLASSES.index(name)
        network.edge_speed_kph[edge] = kph
    return network


def seconds(network, table, *args, **kwargs) -> list[float]:
    return (edge_times_ms(network, table, *args, **kwargs) / 1000).tolist()


def test_the_empty_table_is_the_free_flow(roads, demo_network):
    assert seconds(roads, SpeedTable()) == [144, 60, 30]
    found = edge_times_ms(demo_network, SpeedTable())
    assert np.array_equal(found, edge_milliseconds(demo_network))


def test_assumptions_replace_defaults_only(roads):
    table = SpeedTable(assumed_kph={"residential": 20.0, "primary": 10.0, "motorway": 10.0})
    assert seconds(roads, table) == [180, 60, 30]


def test_a_vehicle_has_factors_and_a_top_speed(roads):
    slow = Vehicle(top_kph=50, factor={"residential": 0.8, "primary": 0.9})
    table = SpeedTable(vehicles={"slow": slow})
    assert seconds(roads, table, "slow") == [180, 3600 / 50, 3600 / 50]


def test_a_slice_slows_by_class(roads):
    peak = Slice("peak", ALWAYS, 0, 1440, {"primary": 0.5, "default": 0.75})
    assert seconds(roads, SpeedTable(), "van", peak) == [192, 120, 40]


def test_a_top_speed_that_nobody_reaches_in_a_jam_slows_nobody(roads):
    jam = Slice("jam", ALWAYS, 0, 1440, {"motorway": 0.25})
    assert seconds(roads, SpeedTable(), "tow_truck", jam)[2] == 120


def test_scooters_stay_off_motorways(roads):
    found = edge_times_ms(roads, SpeedTable(), "scooter")
    assert found.tolist() == [144_000, 80_000, CLOSED_MS]


def test_signals_cost_seconds(roads):
    table = SpeedTable(signal_s=8.5)
    signals = np.array([False, True, False])
    assert seconds(roads, table, signals=signals) == [144, 68.5, 30]
    assert seconds(roads, SpeedTable(), signals=signals) == [144, 60, 30]


def test_the_network_stays_as_it_is(roads):
    before = roads.edge_speed_kph.copy()
    edge_times_ms(roads, SpeedTable(assumed_kph={"residential": 9.0}), "scooter")
    assert (roads.edge_speed_kph == before).all()


def test_an_unknown_vehicle(roads):
    with pytest.raises(InvalidInput, match=r"'bike' is no vehicle class.*van, tow_truck, scooter"):
        edge_times_ms(roads, SpeedTable(), "bike")


def test_an_edge_of_more_than_a_day(roads):
    roads.edge_length_m[1] = 1e6
    jam = Slice("jam", ALWAYS, 0, 1440, {"primary": 0.05})
    with pytest.raises(BadData, match=r"Edge 1 .* 333\.3 hours"):
        edge_times_ms(roads, SpeedTable(), "van", jam)


FILE = """
timezone = "Europe/Lisbon"

[assumed_kph]
residential = 20

[vehicles.van]
factor = { motorway = 0.95 }

[vehicles.loader]
top_kph = 70
closed = ["living_street"]

[signals]
seconds = 8

[turns]
left_s = 4.5

[[slices]]
name = "morning"
days = ["mon", "tue"]
from = "07:00"
to = "09:30"
factor = { default = 0.75, primary = 0.6 }
vehicles = ["van", "loader"]
"""


def test_a_file(tmp_path):
    path = tmp_path / "speeds.toml"
    path.write_text(FILE, encoding="utf-8")
    table = read_speeds(path)
    assert table.assumed_kph == {"residential": 20.0}
    assert table.vehicle("van") == Vehicle(factor={"motorway": 0.95})
    assert table.vehicle("loader") == Vehicle(70.0, closed=frozenset(["living_street"]))
    assert table.vehicle("scooter") == DEFAULT_VEHICLES["scooter"]
    assert (table.signal_s, table.turn_costs.left_s, table.zone.key) == (8, 4.5, "Europe/Lisbon")
    assert table.slices == (
        Slice(
            "morning", frozenset([0, 1]), 420, 570, {"default": 0.75, "primary": 0.6},
            frozenset(["van", "loader"]),
        ),
    )  # fmt: skip


def test_the_page_shows_a_table_that_can_be_read():
    page = (ROOT / "docs" / "speeds.md").read_text(encoding="utf-8")
    shown = page.partition("```toml\n")[2].partition("```")[0]
    assert len(speed_table(tomllib.loads(shown)).slices) >= 2


def test_an_empty_mapping_is_the_default():
    table = speed_table({})
    assert (table.vehicles, table.slices, table.signal_s) == (dict(DEFAULT_VEHICLES), (), 0.0)


def test_all_faults_are_told_at_once():
    wrong = {
        "speed": 1,
        "assumed_kph": {"residental": 20, "primary": float("nan"), "service": 5000, "road": True},
        "vehicles": {"van": {"top_kph": "fast", "closed": ["highway"]}},
        "signals": {"seconds": -1},
        "turns": {"left_s": 1e9},
        "timezone": "Mars/Olympus",
        "slices": [
            {"name": "a", "from": "7", "days": ["mo"], "factor": {"default": 0}},
            {"name": "a", "vehicles": ["tram"]},
            {"days": "mon"},
            5,
        ],
    }
    with pytest.raises(InvalidInput) as caught:
        speed_table(wrong)
    assert {fault.pointer for fault in caught.value.faults} == {
        "/speed", "/assumed_kph/residental", "/assumed_kph/primary", "/assumed_kph/service",
        "/assumed_kph/road", "/vehicles/van/top_kph", "/vehicles/van/closed", "/signals/seconds",
        "/turns/left_s", "/timezone", "/slices/0/from", "/slices/0/days",
        "/slices/0/factor/default", "/slices/1/name", "/slices/1/vehicles", "/slices/2/name",
        "/slices/2/days", "/slices/3", "/slices/3/name",
    }  # fmt: skip


def test_files_that_are_missing_or_broken(tmp_path):
    with pytest.raises(NotFound, match=r"nowhere\.toml"):
        read_speeds(tmp_path / "nowhere.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[speeds", encoding="utf-8")
    with pytest.raises(BadData, match="no TOML"):
        read_speeds(broken)
