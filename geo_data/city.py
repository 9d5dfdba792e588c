"""The cities Roadflare knows: load one by name, list them. `geo_data.city_import` makes new ones.

What makes cities needs pandas and readers of OpenStreetMap; it is loaded when one is to be made.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from geo_data.city_store import City, city_folder, read_city, read_facts, stored_cities
from geo_data.network import RoadNetwork
from geo_data.versions import STORED_CITY
from kernel.errors import BadData, NotFound

__all__ = ["City", "list_cities", "load_city"]

BUILT_IN = ("demo", "town")
"""Cities that need no import by hand."""

_log = logging.getLogger(__name__)


def load_city(name: str, data_dir: Path | str) -> City:
    """Return a city by name; ``demo`` and ``town`` are made on first use.

    Raises
    ------
    NotFound
        When there is no such city; the message lists those there are.
    BadData
        When the stored city is damaged and cannot be made again.
    InvalidInput
        When the name could not be one.
    """
    folder = city_folder(name, data_dir)
    if name in BUILT_IN:
        try:
            return _load(folder, data_dir)
        except (BadData, FileNotFoundError) as error:
            _log.info("Making the city %r (%s).", name, error)
            _make(name, data_dir)
    if not (folder / "city.json").is_file():
        raise NotFound("city", name, remedy=f"Known: {', '.join(list_cities(data_dir))}.")
    return _load(folder, data_dir)


def list_cities(data_dir: Path | str) -> tuple[str, ...]:
    """Return the names of all cities that `load_city` knows, sorted."""
    return tuple(sorted({*BUILT_IN, *stored_cities(data_dir)}))


def _load(folder: Path, data_dir: Path | str) -> City:
    facts = read_facts(folder)
    if facts["name"] in BUILT_IN and facts["version"] != STORED_CITY:
        raise BadData(f"{folder} was made by another version ({facts['version']}).")
    return read_city(folder, lambda: _rebuilt(folder, facts, data_dir))


def _make(name: str, data_dir: Path | str) -> None:
    from geo_data import city_import  # noqa: PLC0415 (see above)

    {"demo": city_import.import_demo, "town": city_import.import_town}[name](data_dir)


def _rebuilt(folder: Path, facts: Mapping[str, str], data_dir: Path | str) -> RoadNetwork:
    from geo_data.city_import import rebuild_network  # noqa: PLC0415 (see above)

    return rebuild_network(folder, facts, data_dir)
