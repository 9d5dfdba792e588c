"""``roadflare coverage``: how much of a city can be reached in time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(add_completion=False)


@app.command(name="coverage")
def coverage_command(
    city: Annotated[str, typer.Argument(help="A city of `roadflare city list`.")] = "demo",
    *,
    posts: Annotated[
        Path | None, typer.Option(help="CSV, JSON or GeoJSON; else the demo's.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.5, max=240, help="Driving time allowed.")] = 30,
    geojson: Annotated[Path | None, typer.Option(help="Write the zones with shares here.")] = None,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Share of the population reachable within the limit, by kind of unit and zone.

    Free-flow driving from the posts, without the time a crew needs to get going and without units
    being busy: an upper bound of what a day will bring.
    """
    from benchmarks.coverage.coverage import as_geojson, as_rows, coverage
    from benchmarks.coverage.posts import demo_posts, read_posts
    from geo_data.city import load_city
    from geo_data.city_store import city_folder
    from routing.engine import open_engine

    found_city = load_city(city, data_dir)
    waiting = demo_posts(found_city) if posts is None else read_posts(posts)
    engine = open_engine(found_city.network, folder=city_folder(city, data_dir))
    found = coverage(found_city, engine, waiting, seconds=round(minutes * 60))
    if geojson is not None:
        geojson.write_text(as_geojson(found_city, found), encoding="utf-8")
    rows = as_rows(found_city, found, minutes=minutes)
    typer.echo(json.dumps(rows, ensure_ascii=False) if as_json else _table(rows))


def _table(rows: dict[str, Any]) -> str:
    head = f"{rows['city']}: {rows['population']:,.0f} people, within {rows['minutes']:g} minutes"
    lines = [head, "", f"{'kind':<10}{'posts':>6}{'people':>10}{'urban':>10}{'zones < 90 %':>15}"]
    lines += [
        f"{kind:<10}{row['posts']:>6}{row['share_of_population']:>10.1%}"
        f"{row['urban_share_of_population']:>10.1%}{row['zones_below_90_percent']:>15}"
        for kind, row in rows["kinds"].items()
    ]
    return "\n".join([*lines, "", rows["attribution"]])
