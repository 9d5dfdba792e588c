"""``roadflare bench crash``."""

from __future__ import annotations

import json
import math
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer


def crash(
    *,
    kills: Annotated[int, typer.Option(min=1, max=1000, help="How often it is killed.")] = 50,
    database: Annotated[
        str | None, typer.Option(help="An empty PostGIS database's URL; else a SQLite file.")
    ] = None,
    within_s: Annotated[
        float, typer.Option(min=1, help="End early after so many seconds, with fewer kills.")
    ] = math.inf,
    city: Annotated[str, typer.Option(help="A city of `roadflare city list`.")] = "demo",
    seed: Annotated[int, typer.Option(min=0)] = 1,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Kill the server under load, again and again; exit code 1 if it lost or doubled anything."""
    from benchmarks.commands import keep
    from benchmarks.crash.play import Plan, crash
    from benchmarks.provenance import provenance

    with tempfile.TemporaryDirectory(prefix="roadflare-crash-") as folder:
        url = database or f"sqlite:///{folder}/crash.sqlite"
        plan = Plan(city, data_dir, url, Path(folder), kills, seed, within_s)
        found = crash(plan, tell=lambda line: typer.echo(line, err=True))
    result = {**provenance(), **found}
    if save is not None:
        keep(save, result)
    typer.echo(json.dumps(result) if as_json else _told(result))
    if not held(result):
        raise typer.Exit(1)


def held(result: dict[str, Any]) -> bool:
    """Return whether every promise was kept."""
    faults = ("lost", "duplicated", "double_assigned", "history_faults", "clients_left_hanging")
    return bool(result["chain_ok"]) and not any(result[name] for name in faults)


def _told(result: dict[str, Any]) -> str:
    restart = result["restart_s"]
    chain = "whole" if result["chain_ok"] else "BROKEN"
    return (
        f"{result['database']}: {result['kills']} kills, {result['acknowledged']} acknowledged\n"
        f"lost {result['lost']}, duplicated {result['duplicated']}, "
        f"double assigned {result['double_assigned']}, chain {chain}\n"
        f"serving again after {restart['p50']} s (p99 {restart['p99']} s)"
    )
