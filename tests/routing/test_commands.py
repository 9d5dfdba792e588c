from __future__ import annotations

import json

import pytest
import shapely
from typer.testing import CliRunner

from kernel.errors import InvalidInput, OutsideNetwork
from routing.commands import app, isochrone_app, parse_position
from routing.engine import open_engine


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def ends(town_network) -> list[str]:
    """Return the positions of two junctions far apart, as one types them."""
    connected = open_engine(town_network).connected
    nodes = sorted(set(town_network.edge_from[connected].tolist()))
    return [f"{town_network.node_lon[n]},{town_network.node_lat[n]}" for n in (nodes[0], nodes[-1])]


def run(command, *arguments: str, data_dir) -> str:
    options = ["--city", "town", "--data-dir", str(data_dir)]
    result = CliRunner().invoke(command, [*arguments, *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_route_as_json(ends, data_dir):
    route = json.loads(run(app, *ends, "--json", data_dir=data_dir))
    assert route["duration_s"] > 0
    assert route["elapsed_s"][0] == 0
    assert route["elapsed_s"][-1] == pytest.approx(route["duration_s"], abs=1e-3)
    assert len(route["points"]) == len(route["elapsed_s"])
    lon, lat = (float(part) for part in ends[0].split(","))
    assert route["points"][0] == pytest.approx([lon, lat], abs=1e-5)
    assert sum(metres for _, metres in route["streets"]) == pytest.approx(route["length_m"], abs=1)


def test_route_for_people(ends, data_dir):
    printed = run(app, *ends, data_dir=data_dir)
    assert "km in" in printed
    assert "minutes" in printed


def test_isochrone_as_geojson(ends, data_dir):
    limits = ["--minutes", "1", "--minutes", "3"]
    collection = json.loads(run(isochrone_app, ends[0], *limits, "--json", data_dir=data_dir))
    assert collection["type"] == "FeatureCollection"
    assert [f["properties"]["seconds"] for f in collection["features"]] == [60, 180]
    areas = [shapely.from_geojson(json.dumps(f["geometry"])).area for f in collection["features"]]
    assert 0 < areas[0] < areas[1]


def test_isochrone_for_people(ends, data_dir):
    printed = run(isochrone_app, *ends, "--minutes", "2", "--inbound", data_dir=data_dir)
    assert "2 minutes" in printed
    assert "km²" in printed


def test_in_no_time_nothing_is_reached(ends, data_dir):
    printed = run(isochrone_app, ends[0], "--minutes", "0", data_dir=data_dir)
    assert "0 minutes        0.0 km²" in printed


SLOW = """
timezone = "Asia/Shanghai"
[[slices]]
name = "morning"
from = "07:00"
to = "09:00"
factor = { default = 0.5 }
"""


def test_a_speed_table_and_a_departure(ends, data_dir, tmp_path):
    table = tmp_path / "slow.toml"
    table.write_text(SLOW, encoding="utf-8")

    def duration_s(*options: str) -> float:
        return float(
            json.loads(run(app, *ends, "--json", *options, data_dir=data_dir))["duration_s"]
        )

    free = duration_s()
    speeds = ["--speeds", str(table), "--depart"]
    assert duration_s(*speeds, "2025-05-06T12:00+08:00") == free
    assert duration_s(*speeds, "2025-05-06T00:30+00:00") == pytest.approx(2 * free, rel=1e-3)
    assert duration_s("--vehicle", "scooter") > free
    limits = ["--minutes", "1", *speeds]
    areas = [
        run(isochrone_app, ends[0], *limits, f"2025-05-06T{hour}:00+08:00", data_dir=data_dir)
        for hour in ("08", "12")
    ]
    km2 = [float(text.split("minutes")[1].split()[0]) for text in areas]
    assert km2[0] < km2[1]


def test_turn_costs_of_a_speed_table(ends, data_dir, tmp_path):
    table = tmp_path / "turns.toml"
    table.write_text("[turns]\nleft_s = 30\nright_s = 30\n", encoding="utf-8")
    free, slow = (
        json.loads(run(app, *ends, "--json", *options, data_dir=data_dir))["duration_s"]
        for options in ([], ["--speeds", str(table)])
    )
    assert slow >= free + 30, "no way across the town goes without a turn"


@pytest.mark.parametrize("depart", ["noon", "2025-05-06T12:00"])
def test_a_departure_without_a_zone_is_refused(ends, data_dir, depart):
    with pytest.raises(InvalidInput, match="no departure with a time zone"):
        run(app, *ends, "--depart", depart, data_dir=data_dir)


def test_western_longitudes_are_no_options(data_dir):
    with pytest.raises(OutsideNetwork, match=r"lon -71.25, lat -29.9 "):
        run(app, "-71.25,-29.9", "-71.3,-29.9", data_dir=data_dir)


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "1;2"])
def test_what_is_no_position_is_refused_by_name(text):
    with pytest.raises(InvalidInput, match=r"/from: .* is not lon,lat"):
        parse_position(text, "/from")


@pytest.mark.parametrize("text", ["nan,1", "200,1", "1,91"])
def test_positions_check_themselves(text):
    with pytest.raises(InvalidInput):
        parse_position(text, "/from")
