"""Snapshots in files: with a travel-time matrix, or with coordinates and a city."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from dispatch.core.model import Problem
from dispatch.core.serialize import problem_from_dict
from kernel.errors import BadData, Fault, InvalidInput, NotFound
from kernel.position import Position

LARGEST_BYTES = 200_000_000
"""Files above this are refused unread."""


def read_problem(path: Path, data_dir: Path) -> Problem:
    """Return the problem of a file; whether it makes sense is `core.validate`'s to say.

    A document with ``city`` and ``places`` gets the free-flow travel times of that city's roads;
    places without a road near have no way to anywhere.

    Raises
    ------
    NotFound
        When there is no such file or city.
    BadData
        When the file is too large or not JSON.
    InvalidInput
        With every missing, unknown or misshapen field.
    """
    document = read_json(path)
    if isinstance(document, dict) and ("places" in document or "city" in document):
        document = _with_times(dict(document), data_dir)
    return problem_from_dict(document)


def read_json(path: Path) -> Any:
    """Return what a JSON file holds.

    Raises
    ------
    NotFound
        When there is no such file.
    BadData
        When it cannot be read, is too large, is not JSON, or gives a key of an object twice.
    """
    try:
        if not path.is_file():
            raise NotFound("file", str(path), remedy="Check the path.")
        if path.stat().st_size > LARGEST_BYTES:
            message = f"{path} is larger than {LARGEST_BYTES} bytes."
            raise BadData(message, remedy="Split the problem.")
        text = path.read_text(encoding="utf-8-sig")  # some editors begin with a mark of the order
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}."
        raise BadData(message, remedy="Check the path and who may read it.") from error
    except ValueError as error:
        raise BadData(f"{path} is not UTF-8: {error}.", remedy="Save it as UTF-8.") from error
    try:
        return json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{path} is not JSON: {error}.", remedy="Write it anew.") from error


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object; what a key given twice means, no two readers of JSON agree on."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(key for i, (key, _) in enumerate(pairs) if key in dict(pairs[:i]))
        raise ValueError(f"an object has the key {twice!r} twice")
    return found


def _with_times(document: dict[str, Any], data_dir: Path) -> dict[str, Any]:
    """Return the document with a matrix in the place of its coordinates."""
    if "travel_s" in document:
        message = "Both travel_s and places are given."
        raise InvalidInput.one("/places", "places.twice", message, "Give one of them.")
    city, given = document.pop("city", None), document.pop("places", None)
    if not isinstance(city, str) or not isinstance(given, list):
        message = "city and places belong together: a name, and a list of [lon, lat]."
        raise InvalidInput.one("/places", "places.city", message, "Give both, or travel_s.")
    positions = _positions(given)
    from dispatch.core.serialize import encode  # noqa: PLC0415 - beside the slow imports
    from dispatch.places import Places, RoadsideCache  # noqa: PLC0415
    from geo_data.city import load_city  # noqa: PLC0415
    from routing.engine import open_engine  # noqa: PLC0415

    places = Places()
    numbers = [places.add(position) for position in positions]
    roadside = RoadsideCache(open_engine(load_city(city, data_dir).network))
    if positions and not any(roadside.snap(positions)):
        message = f"None of the {len(positions)} places lies near a road of {city!r}."
        remedy = "Check the city, and that each place is [lon, lat]."
        raise InvalidInput.one("/places", "places.off", message, remedy)
    matrix = places.matrix(roadside)
    return document | {"travel_s": encode(matrix[numbers][:, numbers])}


def _positions(given: list[Any]) -> list[Position]:
    faults, positions = [], []
    for i, it in enumerate(given):
        pair = it if isinstance(it, list) and len(it) == 2 else [None, None]
        if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in pair):
            message = f"{it!r} is not [lon, lat]."
            faults.append(Fault(f"/places/{i}", "position.value", message, "Give two numbers."))
            continue
        try:
            positions.append(Position(*pair))
        except InvalidInput as error:
            faults += [Fault(f"/places/{i}", f.code, f.message, f.remedy) for f in error.faults]
    if faults:
        raise InvalidInput(faults)
    return positions
