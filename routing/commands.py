"""``roadflare route`` and ``roadflare isochrone``: ask the roads from the command line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kernel.errors import InvalidInput
from kernel.position import Position

if TYPE_CHECKING:
    import geopandas as gpd

    from geo_data.city import City
    from routing.travel_times import DrivenRoute, Snapped, TravelTimes

# Western longitudes begin with a minus, which must not be taken for an option.
_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}

app = typer.Typer(add_completion=False)
isochrone_app = typer.Typer(add_completion=False)

CityOption = Annotated[str, typer.Option("--city", help="A city of `roadflare city list`.")]
DataDirOption = Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
SpeedsOption = Annotated[
    Path | None, typer.Option("--speeds", help="Speed table, TOML; docs/speeds.md shows one.")
]
VehicleOption = Annotated[
    str | None, typer.Option("--vehicle", help="A vehicle class of the table, e.g. tow_truck.")
]
DepartOption = Annotated[
    str | None, typer.Option("--depart", help="2025-05-06T08:00+01:00; chooses the slice.")
]
DATA_DIR = Path(".cache/data")


@app.command(name="route", context_settings=_NEGATIVE_NUMBERS)
def route_command(
    start: Annotated[str, typer.Argument(metavar="FROM", help="lon,lat in degrees.")],
    end: Annotated[str, typer.Argument(metavar="TO", help="lon,lat in degrees.")],
    *,
    city: CityOption = "demo",
    speeds: SpeedsOption = None,
    vehicle: VehicleOption = None,
    depart: DepartOption = None,
    data_dir: DataDirOption = DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """Fastest way between two positions, turn restrictions obeyed; at free flow unless said."""
    positions = [parse_position(start, "/from"), parse_position(end, "/to")]
    found_city, engine = _open(city, data_dir, speeds, vehicle, depart)
    snapped = engine.snap(positions)
    route = engine.route(snapped.pick([0]), snapped.pick([1]))
    if as_json:
        document = _route_document(found_city, route, snapped)
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for name, length_m in route.streets:
        typer.echo(f"{length_m:8,.0f} m  {name or '(no name)'}")
    typer.echo(f"{route.length_m / 1000:.1f} km in {route.duration_s / 60:.1f} minutes")
    typer.echo(found_city.attribution)


@isochrone_app.command(name="isochrone", context_settings=_NEGATIVE_NUMBERS)
def isochrone_command(
    at: Annotated[list[str], typer.Argument(metavar="AT...", help="lon,lat in degrees.")],
    *,
    minutes: Annotated[
        list[float] | None, typer.Option(min=0, max=1440, help="Repeat for more areas; else 30.")
    ] = None,
    inbound: Annotated[
        bool, typer.Option("--inbound", help="From where the positions are reached.")
    ] = False,
    city: CityOption = "demo",
    speeds: SpeedsOption = None,
    vehicle: VehicleOption = None,
    depart: DepartOption = None,
    data_dir: DataDirOption = DATA_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print GeoJSON only.")] = False,
) -> None:
    """Area within a driving time of one or more positions."""
    positions = [parse_position(text, f"/at/{row}") for row, text in enumerate(at)]
    found_city, engine = _open(city, data_dir, speeds, vehicle, depart)
    limits = [round(60 * limit) for limit in minutes or [30.0]]
    areas = engine.isochrone(engine.snap(positions), limits, inbound=inbound)
    if as_json:
        typer.echo(_area_document(found_city, areas))
        return
    areas_km2 = [0.0] * len(areas)
    if not areas.is_empty.all():  # as in no time at all; no projection fits that
        areas_km2 = (areas.to_crs(areas.estimate_utm_crs()).area / 1e6).tolist()
    for limit, area_km2 in zip(limits, areas_km2, strict=True):
        typer.echo(f"{limit / 60:6g} minutes {area_km2:10,.1f} km²")
    typer.echo(found_city.attribution)


def parse_position(text: str, pointer: str) -> Position:
    """Return the position written as ``lon,lat``.

    Raises
    ------
    InvalidInput
        When it is not two numbers, or they are out of range; ``pointer`` says which input it was.
    """
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        raise InvalidInput.one(
            pointer,
            "position.text",
            f"{text!r} is not lon,lat.",
            "Give two numbers with a comma between, longitude first: -71.25,-29.90.",
        ) from None
    return Position(lon, lat)


def _open(
    city: str, data_dir: Path, speeds: Path | None, vehicle: str | None, depart: str | None
) -> tuple[City, TravelTimes]:
    """Return a city and the travel times of a vehicle at a departure, as far as they are given."""
    from geo_data.city import load_city
    from geo_data.city_store import city_folder
    from routing.engine import open_engine
    from routing.signals import signals_of
    from routing.speeds import VAN, SpeedTable
    from routing.speeds_file import read_speeds
    from routing.traffic import TrafficTimes

    table = SpeedTable() if speeds is None else read_speeds(speeds)
    departure = _parse_departure(depart, needed=bool(table.slices))
    found = load_city(city, data_dir)
    folder = city_folder(city, data_dir)
    engine = open_engine(found.network, folder=folder, turn_costs=table.turn_costs)
    traffic = TrafficTimes(engine, table, signals=signals_of(found, table))
    return found, traffic.at(departure, vehicle or VAN)


def _parse_departure(text: str | None, *, needed: bool) -> datetime:
    """Return an aware departure; without slices every departure is as good as another."""
    if text is None and not needed:
        return datetime(2000, 1, 1, tzinfo=UTC)
    try:
        departure = datetime.fromisoformat(text or "")
    except ValueError:
        departure = datetime.min  # noqa: DTZ901 (naive, as what is no time at all)
    if departure.tzinfo is None:
        raise InvalidInput.one(
            "/depart",
            "departure.text",
            f"{text!r} is no departure with a time zone.",
            "Write 2025-05-06T08:00+01:00.",
        )
    return departure


def _route_document(city: City, route: DrivenRoute, snapped: Snapped) -> dict[str, Any]:
    return {
        "city": city.name,
        "duration_s": route.duration_s,
        "length_m": round(route.length_m, 1),
        "from_road_m": round(float(snapped.distance_m[0]), 1),
        "to_road_m": round(float(snapped.distance_m[1]), 1),
        "streets": [[name, round(length_m, 1)] for name, length_m in route.streets],
        "points": route.points.round(6).tolist(),
        "elapsed_s": route.elapsed_s.round(3).tolist(),
        "attribution": city.attribution,
    }


def _area_document(city: City, areas: gpd.GeoDataFrame) -> str:
    document = json.loads(areas.to_json(to_wgs84=True))
    return json.dumps({**document, "attribution": city.attribution}, ensure_ascii=False)
