"""``roadflare bench load``."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

GOALS = (
    ("action_ms", "p99", 200.0),
    ("created_to_recommended_ms", "p99", 2000.0),
    ("created_to_phone_ms", "p95", 3000.0),
)
"""At ten times the load; milliseconds."""

MOST_GROWTH = 0.05


def load(
    *,
    minutes: Annotated[float, typer.Option(min=0.1, max=600, help="Counted, of each load.")] = 2.0,
    database: Annotated[
        str | None, typer.Option(help="An empty PostGIS database's URL; else a SQLite file.")
    ] = None,
    units: Annotated[int, typer.Option(min=1, max=2000, help="Phones that report.")] = 500,
    consoles: Annotated[int, typer.Option(min=1, max=200, help="Pages that stream.")] = 20,
    only: Annotated[str | None, typer.Option(help="One load: 1x or 10x.")] = None,
    city: Annotated[str, typer.Option(help="A city of `roadflare city list`.")] = "demo",
    seed: Annotated[int, typer.Option(min=0)] = 1,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    keep_logs: Annotated[
        Path | None, typer.Option(help="A folder for the processes' logs and the SQLite file.")
    ] = None,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Measure the service with 500 units and 20 consoles at 40 and at 400 calls an hour."""
    from benchmarks.commands import keep
    from benchmarks.load.stage import LOADS, Plan, play
    from benchmarks.provenance import provenance
    from kernel.errors import InvalidInput

    if only is not None and only not in LOADS:
        raise InvalidInput.one(
            "/only", "bench.load", f"{only!r} is no load.", f"Choose of {list(LOADS)}."
        )
    with tempfile.TemporaryDirectory(prefix="roadflare-load-") as scratch:
        folder = keep_logs or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        plan = Plan(
            city=city,
            data_dir=data_dir,
            database=database or f"sqlite:///{folder}/load.sqlite",
            folder=folder,
            minutes=minutes,
            seed=seed,
            n_units=units,
            n_consoles=consoles,
            loads=tuple((name, rate) for name, rate in LOADS.items() if only in (None, name)),
        )
        found = play(plan, tell=lambda line: typer.echo(line, err=True))
    result = {**provenance(), **found}
    if save is not None:
        keep(save, result)
    typer.echo(json.dumps(result) if as_json else _told(result))


def shortfalls(figures: dict[str, Any]) -> list[str]:
    """Return which goals one load's figures miss, and by how much."""
    missed = []
    for name, percent, goal in GOALS:
        value = figures[name][percent]
        if value is None or value > goal:
            missed.append(f"{name} {percent} {value} ms (goal {goal:g})")
    if figures["errors"]:
        missed.append(f"{figures['errors']} errors")
    if figures["rss_growth"] > MOST_GROWTH:
        missed.append(f"memory grew by {figures['rss_growth']:.1%}")
    return missed


def _told(result: dict[str, Any]) -> str:
    lines = [f"{result['database']}, {result['units']} units, {result['consoles']} consoles"]
    for name, it in result["loads"].items():
        action, planned = it["action_ms"], it["created_to_recommended_ms"]
        phone = it["created_to_phone_ms"]
        lines.append(
            f"{name}: action {action['p50']}/{action['p99']} ms (p50/p99), recommended "
            f"{planned['p50']}/{planned['p99']} ms, phone {phone['p50']}/{phone['p95']} ms "
            f"(p50/p95), memory {it['rss_growth']:+.1%}, {it['errors']} errors"
        )
        lines += [f"  missed: {text}" for text in shortfalls(it)]
    return "\n".join(lines)
