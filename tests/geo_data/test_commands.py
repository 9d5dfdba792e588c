from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geo_data.city import City
from geo_data.city_import import TOWN
from geo_data.commands import app, where_app
from kernel.errors import InvalidInput, NotFound


def run(*args: str | Path) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    if result.exception:
        raise result.exception
    return result.stdout


def test_import_list_show(tmp_path: Path) -> None:
    imported = json.loads(
        run(
            "import", "bay", "--pbf", TOWN, "--title-zh", "临川湾", "--data-dir", tmp_path, "--json"
        )
    )
    assert imported["title"] == {"en": "bay", "zh": "临川湾"}
    assert imported["n_edges"] == 300
    assert list(Path(imported["folder"]).glob("basemap-*.pmtiles"))
    listed = json.loads(run("list", "--data-dir", tmp_path, "--json"))
    assert listed == {"cities": ["bay", "demo", "town"]}
    assert json.loads(run("show", "bay", "--data-dir", tmp_path, "--json")) == imported
    assert "Asia/Shanghai" in run("show", "bay", "--data-dir", tmp_path)


def test_one_source_exactly(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="either --pbf FILE or --place NAME"):
        run("import", "bay", "--data-dir", tmp_path)
    with pytest.raises(InvalidInput, match="either --pbf FILE or --place NAME"):
        run("import", "bay", "--pbf", TOWN, "--place", "Bay", "--data-dir", tmp_path)


def test_show_of_an_unknown_city(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="atlantis"):
        run("show", "atlantis", "--data-dir", tmp_path)


def test_help_makes_no_city(tmp_path: Path) -> None:
    assert "import" in run("--help")
    assert "--urban" in run("import", "--help")
    assert not list(tmp_path.iterdir())


def where(town: City, *args: str) -> list[dict[str, Any]]:
    data_dir = str(town.folder.parent.parent)
    result = CliRunner().invoke(
        where_app, [*args, "--city", "town", "--data-dir", data_dir, "--json"]
    )
    if result.exception:
        raise result.exception
    return json.loads(result.stdout)["hits"]


def test_where_finds_names(town: City) -> None:
    hit = where(town, "中山路12号", "--limit", "1")[0]
    assert (hit["kind"], hit["label"], hit["confidence"]) == ("address", "中山路 12", 1.0)
    assert hit["position"]["lon"] == pytest.approx(119.616, abs=0.001)
    assert where(town, "qwxzj") == []


def test_where_finds_kilometre_posts(town: City) -> None:
    hit = where(town, "G1523 K1203+400 eastbound")[0]
    assert (hit["kind"], hit["label"]) == ("km_post", "G1523 K1203+400 eastbound")
    with pytest.raises(InvalidInput, match="direction is missing"):
        where(town, "G1523 1203")


def test_where_says_what_a_position_is_called(town: City) -> None:
    assert "中山路" in where(town, "119.6161, 25.3646")[0]["label"]
    assert where(town, "-71.25,-29.9")[0]["description"]["street_m"] is None
