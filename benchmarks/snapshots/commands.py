"""``roadflare bench snapshots``: rescue waves and snapshot files, solver by solver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from dispatch.core.model import Problem


def snapshots(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE...", show_default=False)
    ] = None,
    *,
    units: Annotated[int, typer.Option(min=1)] = 95,
    jobs: Annotated[int, typer.Option(min=1)] = 215,
    first_seed: Annotated[int, typer.Option(min=0)] = 0,
    seeds: Annotated[int, typer.Option(min=1, help="How many waves.")] = 5,
    seconds: Annotated[float, typer.Option(min=0.01, help="For ours.")] = 1.0,
    peer_seconds: Annotated[
        float | None, typer.Option(min=0.01, help="For each peer; ten times ours.")
    ] = None,
    engine: Annotated[list[str] | None, typer.Option(help="Only these (repeat).")] = None,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    export: Annotated[Path | None, typer.Option(help="Write the (last) wave and stop.")] = None,
    save: Annotated[str | None, typer.Option(help="Name of a file in benchmarks/results.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Solve rescue waves, or snapshots in FILEs, with every solver in one run."""
    from benchmarks.provenance import RESULTS, provenance
    from benchmarks.snapshots.measure import check_names, measure
    from dispatch.core.serialize import problem_to_dict
    from dispatch.core.warm_up import warm_up
    from kernel.errors import BadData, InvalidInput

    try:
        engines = check_names(engine or ())
    except ValueError as error:
        raise InvalidInput.one("/engine", "engine.unknown", str(error)) from error
    waves = range(first_seed, first_seed + seeds)
    problems = _problems(files or [], data_dir, units, jobs, waves)
    if export is not None:
        for _, problem in problems:
            text = json.dumps(problem_to_dict(problem), ensure_ascii=False)
            try:
                export.write_text(text + "\n", encoding="utf-8")
            except OSError as error:
                message = f"{export} cannot be written: {error.strerror}."
                raise BadData(message, remedy="Give a file in a folder that exists.") from error
        return
    warm_up()
    instances = []
    for name, problem in problems:
        found = measure(problem, engines, seconds, peer_seconds or 10 * seconds)
        instances.append(name | found)
        if not as_json:
            typer.echo(_table(name, found))
    result = {**provenance(), "seconds": seconds, "instances": instances}
    if save is not None:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / f"{save}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    typer.echo(json.dumps(result) if as_json else _medians(engines, instances))


def _problems(
    files: list[Path], data_dir: Path, units: int, jobs: int, seeds: range
) -> Iterator[tuple[dict[str, Any], Problem]]:
    from benchmarks.snapshots.wave import draw_wave, wave_problem
    from dispatch.core.validate import check_problem
    from dispatch.problem_file import read_problem

    for path in files:
        problem = read_problem(path, data_dir)
        check_problem(problem)
        size = {"units": len(problem.units), "jobs": len(problem.jobs)}
        yield {**size, "seed": None, "file": str(path)}, problem
    if not files:
        for seed in seeds:
            wave = wave_problem(draw_wave(units, jobs, seed))
            yield {"units": units, "jobs": jobs, "seed": seed}, wave


def _table(name: dict[str, Any], found: dict[str, Any]) -> str:
    lines = [", ".join(f"{key} {value}" for key, value in name.items())]
    for engine, it in found["results"].items():
        if it["cost"] is None:
            lines.append(f"  {engine:<13} failed: {it['failed'][:80]}")
            continue
        gap = "" if it["gap"] is None else f"  certified gap {it['gap']:.3%}"
        lines.append(f"  {engine:<13}{it['cost']:>12.1f}{it['seconds']:>8.2f} s{gap}")
    return "\n".join(lines)


def _over(cost: float, least: float) -> float:
    """Return by what share a cost exceeds the least one; of nothing, nothing exceeds or all."""
    if cost == least:
        return 0.0
    return (cost - least) / abs(least) if least else float("inf")


def _medians(engines: tuple[str, ...], instances: list[dict[str, Any]]) -> str:
    lines = ["median over the instances: cost over the best, seconds, certified gap"]
    best = [
        min(it["cost"] for it in instance["results"].values() if it["cost"] is not None)
        for instance in instances
    ]
    for engine in engines:
        rows = [instance["results"][engine] for instance in instances]
        if any(row["cost"] is None for row in rows):
            continue
        over = median(_over(row["cost"], least) for row, least in zip(rows, best, strict=True))
        took = median(row["seconds"] for row in rows)
        gaps = [row["gap"] for row in rows if row["gap"] is not None]
        gap = f"{median(gaps):>9.3%}" if len(gaps) == len(rows) else ""
        lines.append(f"  {engine:<13}{over:>9.2%}{took:>8.2f} s{gap}")
    return "\n".join(lines)
