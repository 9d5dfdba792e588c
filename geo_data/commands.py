"""``roadflare city`` and ``roadflare where``: the places Roadflare knows, and what is in them."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kernel.errors import InvalidInput

if TYPE_CHECKING:
    from geo_data.atlas import Atlas
    from geo_data.city_store import City

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The cities: import an extract, list them, show what one holds.",
)

where_app = typer.Typer(add_completion=False)

DEFAULT_DATA_DIR = Path(__file__).resolve().parent.parent / ".cache" / "data"

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="ROADFLARE_DATA_DIR", help="Where imported cities lie."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]

_POSITION_TEXT = re.compile(r"^\s*(-?\d+\.\d+)\s*,\s*(-?\d+\.\d+)\s*$")


@app.command("import")
def import_city(
    name: Annotated[str, typer.Argument(help="Key of the city, e.g. guangzhou.")],
    *,
    pbf: Annotated[
        Path | None, typer.Option(help="OSM extract: .osm.pbf, .osm or .osm.gz.")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help='Fetch by name instead, e.g. "Guangzhou, China".')
    ] = None,
    urban: Annotated[
        Path | None, typer.Option(help="GeoJSON polygons where the urban promise holds.")
    ] = None,
    title_en: Annotated[str | None, typer.Option(help="English title.")] = None,
    title_zh: Annotated[str | None, typer.Option(help="Chinese title.")] = None,
    timezone: Annotated[str | None, typer.Option(help="IANA name, e.g. Asia/Shanghai.")] = None,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Make a city out of an extract (--pbf) or of a place's name (--place).

    Zones and their population are guessed from residential streets; without --urban, dense zones
    are urban.
    """
    from geo_data.basemap import ensure_basemap
    from geo_data.city import load_city
    from geo_data.city_import import import_city_from_file, import_city_from_place

    if (pbf is None) == (place is None):
        remedy = "Give either --pbf FILE or --place NAME."
        if Path(name).is_file():
            remedy = f"Give the city a name first: roadflare city import NAME --pbf {name}"
        raise InvalidInput.one("", "city.source", "A city has one source.", remedy)
    given = {"en": title_en, "zh": title_zh}
    title = {language: text for language, text in given.items() if text} or None
    if pbf is not None:
        import_city_from_file(
            name, pbf, data_dir, urban_geojson=urban, title=title, timezone=timezone
        )
    elif place is not None:
        import_city_from_place(
            name, place, data_dir, urban_geojson=urban, title=title, timezone=timezone
        )
    city = load_city(name, data_dir)
    ensure_basemap(city)
    _print(_facts(city), as_json=as_json)


@app.command("list")
def list_command(*, data_dir: DataDir = DEFAULT_DATA_DIR, as_json: AsJson = False) -> None:
    """List the known cities; demo and town are built in."""
    from geo_data.city import list_cities

    names = list_cities(data_dir)
    typer.echo(json.dumps({"cities": names}) if as_json else "\n".join(names))


@app.command("show")
def show(
    name: Annotated[str, typer.Argument(help="A name of `roadflare city list`.")],
    *,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Show what is known of one city."""
    from geo_data.city import load_city

    _print(_facts(load_city(name, data_dir)), as_json=as_json)


def _facts(city: City) -> dict[str, Any]:
    from geo_data.zones import areas_km2

    people = city.zones["population"]
    areas = zip(city.areas["name"], city.areas["kind"], city.areas["target_s"], strict=True)
    return {
        "name": city.name,
        "title": dict(city.title),
        "n_nodes": city.network.n_nodes,
        "n_edges": city.network.n_edges,
        "n_banned_turns": len(city.network.banned_turns),
        "road_km": round(float(city.network.edge_length_m.sum()) / 1000),
        "n_zones": len(city.zones),
        "population": round(float(people.sum())),
        "urban_population": round(float(people[city.zones["urban"]].sum())),
        "areas": [
            {"name": str(area), "kind": str(kind), "target_s": int(target_s), "km2": round(km2, 1)}
            for (area, kind, target_s), km2 in zip(
                areas, areas_km2(city.areas.geometry), strict=True
            )
        ],
        "bounds": list(city.bounds),
        "timezone": city.timezone,
        "attribution": city.attribution,
        "folder": str(city.folder),
    }


def _print(facts: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(facts, ensure_ascii=False))
        return
    for key, value in facts.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        typer.echo(f"{key:<18}{text}")


@where_app.command(name="where", context_settings={"ignore_unknown_options": True})
def where(
    text: Annotated[
        str,
        typer.Argument(
            help='Address, street, "A / B", place, "G1523 K1203+400 east" or "lon, lat" (WGS-84).'
        ),
    ],
    *,
    city: Annotated[str, typer.Option(help="A name of `roadflare city list`.")] = "demo",
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many answers.")] = 5,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    as_json: AsJson = False,
) -> None:
    """Find a place by what people call it, or say what a position is called."""
    from geo_data.atlas import Atlas
    from geo_data.city import load_city

    with Atlas(load_city(city, data_dir)) as atlas:
        hits = _answers(atlas, text, limit)
    if as_json:
        typer.echo(json.dumps({"hits": hits}, ensure_ascii=False))
    else:
        typer.echo("\n".join(map(_line, hits)) or "Nothing is called like that here.")


def _answers(atlas: Atlas, text: str, limit: int) -> list[dict[str, Any]]:
    from kernel.position import Position

    if lon_lat := _POSITION_TEXT.match(text):
        position = Position(float(lon_lat[1]), float(lon_lat[2]))
        found = atlas.describe(position)
        hit = {"kind": "position", "label": found.text["en"], "confidence": 1.0}
        return [hit | {"position": asdict(position), "description": _finite(asdict(found))}]
    if place := atlas.kilometre_text(text):
        hit = {"kind": "km_post", "label": place.label, "confidence": 1.0}
        return [hit | asdict(place)]
    return [asdict(hit) for hit in atlas.search(text, limit=limit)]


def _finite(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts for JSON, which knows no infinity."""
    return {key: None if value == float("inf") else value for key, value in facts.items()}


def _line(hit: dict[str, Any]) -> str:
    place = hit["position"]
    spot = f"{place['lon']:.6f}, {place['lat']:.6f}"
    return f"{hit['confidence']:5.0%}  {hit['kind']:<9} {spot:<24} {hit['label']}"
