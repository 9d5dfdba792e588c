"""``roadflare bench``: measurements, each with the machine and the commit it was made on."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.crash.commands import crash
from benchmarks.demo.load import CALLS_PER_HOUR
from benchmarks.load.commands import load
from benchmarks.rolling.commands import rolling, tune
from benchmarks.snapshots.commands import snapshots
from benchmarks.tick.commands import tick
from kernel.errors import InvalidInput

app = typer.Typer(
    add_completion=False, help="Measurements, side by side with peers.", no_args_is_help=True
)


app.command()(crash)
app.command()(load)
app.command()(rolling)
app.command()(snapshots)
app.command()(tick)
app.command()(tune)


@app.callback()
def bench() -> None:
    """Measure; results go to benchmarks/results when asked to with --save."""


@app.command()
def days(
    *,
    city: Annotated[str, typer.Option(help="A city of `roadflare city list`.")] = "demo",
    first_seed: Annotated[int, typer.Option(min=0)] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 5,
    minutes: Annotated[float, typer.Option(min=1, max=1440)] = 60,
    calls_per_hour: Annotated[float, typer.Option(min=0.1, max=600)] = CALLS_PER_HOUR,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Play city days under optimizer, Hungarian and nearest-unit dispatch, the same for each."""
    from benchmarks.demo.days import play_days
    from benchmarks.provenance import provenance
    from benchmarks.service import quiet
    from geo_data.city import load_city

    quiet()
    found = play_days(
        load_city(city, data_dir),
        data_dir,
        range(first_seed, first_seed + seeds),
        minutes=minutes,
        calls_per_hour=calls_per_hour,
        tell=lambda line: typer.echo(line, err=True),
    )
    result = {**provenance(), **found}
    if save is not None:
        keep(save, result)
    typer.echo(json.dumps(result) if as_json else _days_table(result))


def keep(name: str, result: dict[str, Any]) -> None:
    """Write a result to a file of benchmarks/results."""
    from benchmarks.provenance import RESULTS

    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def _days_table(result: dict[str, Any]) -> str:
    lines = [f"{'policy':<12}{'urban':>9}{'all':>9}{'mean':>10}{'p90':>10}{'nobody':>8}"]
    for name, row in result["policies"].items():
        response = row["response_s"]
        lines.append(
            f"{name:<12}{row['urban_share_within_target']:>9.1%}{row['share_within_target']:>9.1%}"
            f"{response['mean'] / 60:>6.1f} min{response['p90'] / 60:>6.1f} min"
            f"{row['unassigned']:>8}"
        )
    for name, gain in result["gain"].items():
        urban = gain["urban_share_within_target"]
        interval = f"95 % interval {urban['low']} to {urban['high']}"
        lines.append(f"optimizer against {name}: {urban['points']:+.1f} points urban, {interval}")
    return "\n".join(lines)


@app.command()
def routing(
    extract: Annotated[Path, typer.Argument(metavar="FILE", help="OSM extract, .osm.pbf.")],
    *,
    seed: Annotated[int, typer.Option(min=0, help="Draws positions and weights.")] = 1,
    engine: Annotated[
        list[str] | None, typer.Option(help="Repeat to measure some engines only; else all.")
    ] = None,
    growth: Annotated[
        bool, typer.Option("--growth", help="Roadflare alone, on 1, 2 and 4 copies of the roads.")
    ] = False,
    also: Annotated[
        list[Path] | None, typer.Option(help="With --growth: another extract; repeat for more.")
    ] = None,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure travel times beside OSRM, RoutingKit, SciPy and NetworkX, and compare answers."""
    from benchmarks.provenance import provenance
    from benchmarks.routing.side_by_side import compare_engines, measure_growth
    from benchmarks.routing.table import growth_markdown, markdown
    from benchmarks.routing.worker import ENGINES

    for name in engine or ():
        if name not in ENGINES:
            raise InvalidInput.one(
                "/engine", "bench.engine", f"{name!r} is no engine.", f"Choose of {list(ENGINES)}."
            )
    tell = partial(typer.echo, err=True)
    if growth:
        points = measure_growth(extract, others=also or (), seed=seed, tell=tell)
        result = {**provenance(), "seed": seed, "growth": points}
    else:
        chosen = engine or tuple(ENGINES)
        result = {
            **provenance(),
            **compare_engines(extract, seed=seed, engines=chosen, tell=tell),
        }
    if save is not None:
        keep(save, result)
    table = growth_markdown if growth else markdown
    typer.echo(json.dumps(result) if as_json else table(result))
