from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geo_data.city_import import TOWN
from geo_data.commands import app
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
