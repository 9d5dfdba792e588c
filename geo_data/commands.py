"""``roadflare city``: import, list and show the places Roadflare can serve."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kernel.errors import InvalidInput

if TYPE_CHECKING:
    from geo_data.city_store import City

app = typer.Typer(
    no_args_is_help=True, help="The cities: import an extract, list them, show what one holds."
)

DEFAULT_DATA_DIR = Path(__file__).resolve().parent.parent / ".cache" / "data"

DataDir = Annotated[
    Path,
    typer.Option("--data-dir", envvar="ROADFLARE_DATA_DIR", help="Where imported cities lie."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


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
    from geo_data.city import import_city_from_file, import_city_from_place, load_city

    if (pbf is None) == (place is None):
        raise InvalidInput.one(
            "", "city.source", "A city has one source.", "Give either --pbf FILE or --place NAME."
        )
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
