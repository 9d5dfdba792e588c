"""``roadflare plan``: the booked visits of one day, planned from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dispatch.core.engines import ENGINES
from dispatch.params import load_settings
from dispatch.visit_file import read_day
from dispatch.visits import day_document, plan_day
from kernel.errors import InvalidInput

if TYPE_CHECKING:
    from routing.travel_times import TravelTimes

app = typer.Typer(add_completion=False)
DATA_DIR = Path(".cache/data")


@app.command(name="plan")
def plan_command(
    day: Annotated[Path, typer.Argument(metavar="DAY.json", show_default=False)],
    *,
    engine: Annotated[str, typer.Option(help=f"One of {', '.join(ENGINES)}.")] = "ortools",
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal plans.")] = 0,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = DATA_DIR,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Plan the booked visits of one day: windows, skills, crews that end at home."""
    if engine not in ENGINES:
        message = f"There is no engine {engine!r}."
        raise InvalidInput.one("/engine", "engine.unknown", message, f"Use {', '.join(ENGINES)}.")
    wanted = read_day(day)
    travel_times = None if wanted.city is None else _travel_times(wanted.city, data_dir)
    prices = load_settings().prices
    planned = plan_day(wanted, prices, travel_times, engine=engine, seed=seed)
    document = day_document(planned)
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for line in lines(document):
        typer.echo(line)


def lines(document: dict[str, Any]) -> list[str]:
    """Return a planned day as text for people."""
    told = []
    for route in document["routes"]:
        told.append(f"{route['unit']}  {route['drive_min']:g} min of driving")
        told += [
            f"  {stop['start_at'][11:16]}-{stop['end_at'][11:16]}  {stop['visit']} ({stop['part']})"
            for stop in route["stops"]
        ]
    for left in document["unassigned"]:
        told.append(f"Not planned: {left['visit']} ({left['part']}): {left['detail']}")
    told.append(f"{document['n_visits']} visits, {document['cost_cny']:.0f} CNY")
    return told


def _travel_times(city: str, data_dir: Path) -> TravelTimes:
    from geo_data.city import load_city  # maps are slow to import
    from geo_data.city_store import city_folder
    from routing.engine import open_engine

    return open_engine(load_city(city, data_dir).network, folder=city_folder(city, data_dir))
