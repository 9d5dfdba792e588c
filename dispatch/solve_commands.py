"""``roadflare solve`` and ``roadflare check``: decisions on snapshots in files."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.core.checker import check
from dispatch.core.engines import ENGINES
from dispatch.core.model import Plan
from dispatch.core.params import SolveParams
from dispatch.core.serialize import plan_from_dict, plan_to_dict
from dispatch.core.solve import solve
from dispatch.core.validate import check_problem
from dispatch.core.warm_up import warm_up
from dispatch.problem_file import read_json, read_problem
from kernel.errors import BadData, InvalidInput

solve_app = typer.Typer(add_completion=False)
check_app = typer.Typer(add_completion=False)

SnapshotArgument = Annotated[Path, typer.Argument(metavar="SNAPSHOT.json", show_default=False)]
DataDirOption = Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
DEFAULTS = SolveParams()
DATA_DIR = Path(".cache/data")


@solve_app.command(name="solve")
def solve_command(
    snapshot: SnapshotArgument,
    *,
    engine: Annotated[str, typer.Option(help=f"One of {', '.join(ENGINES)}.")] = "colgen",
    seconds: Annotated[
        float | None, typer.Option(min=0.01, help="Time to use; without it steps decide.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Equal seeds give equal plans.")] = 0,
    ortools_steps: Annotated[
        int, typer.Option(min=0, help="Neighbours OR-Tools may look at.")
    ] = DEFAULTS.ortools_steps,
    polish_steps: Annotated[
        int, typer.Option(min=0, help="Rounds of ruin and recreate.")
    ] = DEFAULTS.polish_steps,
    wall_limit_s: Annotated[
        float | None, typer.Option("--wall-limit", min=0.01, help="Seconds; a safety net.")
    ] = None,
    data_dir: DataDirOption = DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """Plan a snapshot: who does what, when, at what cost, and what is left out and why."""
    if engine not in ENGINES:
        message = f"There is no engine {engine!r}."
        raise InvalidInput.one("/engine", "engine.unknown", message, f"Use {', '.join(ENGINES)}.")
    problem = read_problem(snapshot, data_dir)
    params = SolveParams(ortools_steps, polish_steps, wall_limit_s)
    if seconds is not None:
        params = SolveParams.within(seconds)
    if engine == "colgen":
        warm_up()  # what is compiled once is no part of a decision
    started_s = time.perf_counter()
    plan = solve(problem, engine=engine, params=params, seed=seed)
    violations = check(problem, plan)
    took_s = time.perf_counter() - started_s
    if violations:
        sentences = " ".join(it.sentence for it in violations)
        raise BadData(f"The plan of {engine} is wrong: {sentences}", remedy="Please report this.")
    if as_json:
        typer.echo(json.dumps(_report(plan, took_s), ensure_ascii=False))
        return
    _print_plan(plan, took_s)


@check_app.command(name="check")
def check_command(
    snapshot: SnapshotArgument,
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN.json", show_default=False)],
    *,
    data_dir: DataDirOption = DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """Check a plan against its snapshot, apart from every solver; exit code 1 if it is wrong."""
    problem = read_problem(snapshot, data_dir)
    check_problem(problem)
    violations = check(problem, plan_from_dict(read_json(plan_file)))
    if as_json:
        found = [{"code": it.code, "sentence": it.sentence} for it in violations]
        typer.echo(json.dumps({"ok": not violations, "violations": found}, ensure_ascii=False))
    else:
        for it in violations:
            typer.echo(f"{it.code}: {it.sentence}")
        typer.echo("The plan is wrong." if violations else "The plan is right.")
    if violations:
        raise typer.Exit(1)


def _report(plan: Plan, seconds: float) -> dict[str, Any]:
    """Return the plan with how good it is known to be, and how long it took, check included."""
    bound = plan.lower_bound_cny
    known = bound is not None and plan.cost_cny > 0
    gap = (plan.cost_cny - bound) / plan.cost_cny if known and bound is not None else None
    return plan_to_dict(plan) | {"gap": gap, "seconds": round(seconds, 4)}


def _print_plan(plan: Plan, seconds: float) -> None:
    for route in plan.routes:
        jobs = ", ".join(f"{it.job_id} ({it.option}) at {it.arrival_s} s" for it in route.jobs)
        typer.echo(f"{route.unit_id}: {jobs}")
    for left in plan.unassigned:
        typer.echo(f"left out: {left.job_id} ({left.reason}) {left.detail}")
    terms = ", ".join(f"{name} {cny:.0f}" for name, cny in plan.terms.items() if cny)
    typer.echo(f"{plan.cost_cny:.2f} CNY ({terms}) by {plan.engine} in {seconds:.2f} s")
    if plan.lower_bound_cny is not None:
        without = f", without {', '.join(plan.relaxed)}" if plan.relaxed else ""
        least_cny = round(plan.lower_bound_cny, 2) + 0.0  # rounding leaves no -0
        typer.echo(f"No plan costs less than {least_cny:.2f} CNY{without}.")
