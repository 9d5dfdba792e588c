"""``roadflare bench tick``: a warm decision, one minute after the last."""

from __future__ import annotations

import json
from typing import Annotated

import typer


def tick(
    *,
    units: Annotated[int, typer.Option(min=1)] = 150,
    jobs: Annotated[int, typer.Option(min=1)] = 400,
    first_seed: Annotated[int, typer.Option(min=0)] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="How many waves.")] = 5,
    ticks: Annotated[int, typer.Option(min=1, help="Minutes of each wave.")] = 20,
    moves: Annotated[int, typer.Option(min=1, help="Jobs out, and in, each minute.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.01, help="To search in each minute.")] = 0.3,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Make the plan of a wave anew each minute, warm, with a few jobs out and as many in.

    Times are of the wall clock, outside the solver, with building the model and the check;
    ``first_feasible_ms`` is until each new call has its first unit in a checked plan, ``changes``
    the jobs a minute that go from one unit to another, ``saved`` what the search takes off the
    cost of the first plan.
    """
    from benchmarks.provenance import RESULTS, provenance
    from benchmarks.tick.measure import measure_ticks
    from dispatch.core.warm_up import warm_up

    warm_up()
    found = measure_ticks(
        units,
        jobs,
        range(first_seed, first_seed + seeds),
        n_ticks=ticks,
        n_moves=moves,
        seconds=seconds,
        tell=lambda line: typer.echo(line, err=True),
    )
    about = {"units": units, "jobs": jobs, "seeds": seeds, "moves": moves, "seconds": seconds}
    result = {**provenance(), **about, **found}
    if save is not None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{save}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(result) if as_json else json.dumps(found, indent=1))
