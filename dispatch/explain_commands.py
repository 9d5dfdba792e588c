"""``roadflare explain``, ``what-if``, ``diff`` and ``schema``: questions about plans in files."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from dispatch.core.changes import Change
from dispatch.core.diff import PlanDiff, diff
from dispatch.core.engines import ENGINES
from dispatch.core.evaluate import evaluate
from dispatch.core.explain import Resolve, explain
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.schema import plan_schema, problem_schema
from dispatch.core.serialize import encode, plan_from_dict, plan_to_dict, unit_from_dict
from dispatch.core.solve import solve
from dispatch.core.validate import check_problem
from dispatch.core.verdict import UnitVerdict
from dispatch.core.what_if import recommend, what_if
from dispatch.problem_file import read_json, read_problem
from dispatch.visit_file import day_schema
from kernel.errors import InvalidInput

explain_app = typer.Typer(add_completion=False)
what_if_app = typer.Typer(add_completion=False)
diff_app = typer.Typer(add_completion=False)
schema_app = typer.Typer(add_completion=False)

EXAMPLE = Path(__file__).with_name("example_snapshot.json")
EXAMPLE_DAY = Path(__file__).with_name("example_day.json")
DATA_DIR = Path(".cache/data")

SCHEMAS = {"snapshot": problem_schema, "plan": plan_schema, "day": day_schema}
EXAMPLES = {"example": EXAMPLE, "example-day": EXAMPLE_DAY}

SnapshotArgument = Annotated[Path, typer.Argument(metavar="SNAPSHOT.json", show_default=False)]
PlanArgument = Annotated[Path, typer.Argument(metavar="PLAN.json", show_default=False)]
EngineOption = Annotated[str, typer.Option(help=f"One of {', '.join(ENGINES)}.")]
SeedOption = Annotated[int, typer.Option(min=0, help="Equal seeds give equal plans.")]
DataDirOption = Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
LanguageOption = Annotated[str, typer.Option("--language", help="en or zh.")]


@explain_app.command(name="explain")
def explain_command(
    snapshot: SnapshotArgument,
    plan_file: PlanArgument,
    *,
    job: Annotated[str, typer.Option(help="The job in question.", show_default=False)],
    quick: Annotated[
        bool, typer.Option("--quick", help="Price by insertion; do not solve anew for each unit.")
    ] = False,
    best: Annotated[
        int | None, typer.Option(min=1, help="Only the best units, compared with the first.")
    ] = None,
    engine: EngineOption = "colgen",
    seed: SeedOption = 0,
    language: LanguageOption = "en",
    data_dir: DataDirOption = DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """Judge every unit for a job: chosen, or what forbids it, or what choosing it would cost."""
    problem, plan = _read(snapshot, plan_file, data_dir)
    resolve = None if quick else _solver(engine, seed)
    if best is None:
        verdicts = explain(problem, plan, job, resolve=resolve)
        items = [_verdict(it) for it in verdicts]
        lines = [getattr(it.words, _known(language)) for it in verdicts]
    else:
        ranked = recommend(problem, plan, job, best, resolve=resolve)
        items = [_verdict(it.verdict) | {"words": it.words.as_dict()} for it in ranked]
        lines = [getattr(it.words, _known(language)) for it in ranked]
    _say({"job": job, "units": items}, lines, as_json=as_json)


@what_if_app.command(name="what-if")
def what_if_command(
    snapshot: SnapshotArgument,
    plan_file: PlanArgument,
    *,
    fix: Annotated[
        list[str] | None, typer.Option(metavar="JOB=UNIT", help="Lock a job to a unit.")
    ] = None,
    exclude: Annotated[
        list[str] | None, typer.Option(metavar="JOB=UNIT", help="Keep a unit from a job.")
    ] = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="UNIT", help="Take a unit away.")
    ] = None,
    add: Annotated[
        list[Path] | None, typer.Option(metavar="UNIT.json", help="Add the unit of a file.")
    ] = None,
    engine: EngineOption = "colgen",
    seed: SeedOption = 0,
    language: LanguageOption = "en",
    data_dir: DataDirOption = DATA_DIR,
    as_json: JsonOption = False,
) -> None:
    """Plan again from the plan at hand after some changes, and tell what they do."""
    problem, plan = _read(snapshot, plan_file, data_dir)
    changes = [Change("add_unit", new_unit=unit_from_dict(read_json(it))) for it in add or ()]
    changes += [Change("fix", unit, job) for job, unit in map(_pair, fix or ())]
    changes += [Change("exclude", unit, job) for job, unit in map(_pair, exclude or ())]
    changes += [Change("without_unit", unit) for unit in without or ()]
    answer = what_if(problem, plan, changes, _solver(engine, seed))
    told = _difference(answer.diff) | {"words": answer.words.as_dict()}
    lines = [getattr(answer.words, _known(language)), *_lines(answer.diff, language)]
    _say({**told, "plan": plan_to_dict(answer.plan)}, lines, as_json=as_json)


@diff_app.command(name="diff")
def diff_command(
    before: Annotated[Path, typer.Argument(metavar="BEFORE.json", show_default=False)],
    after: Annotated[Path, typer.Argument(metavar="AFTER.json", show_default=False)],
    *,
    language: LanguageOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Tell two plans for the same jobs apart, in words and in minutes."""
    found = diff(plan_from_dict(read_json(before)), plan_from_dict(read_json(after)))
    lines = [getattr(found.words, _known(language)), *_lines(found, language)]
    _say(_difference(found), lines, as_json=as_json)


@schema_app.command(name="schema")
def schema_command(
    what: Annotated[
        str, typer.Argument(help=f"One of {', '.join(SCHEMAS)}; or {', '.join(EXAMPLES)}.")
    ] = "snapshot",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print it on one line.")] = False,
) -> None:
    """Print the JSON Schema of a snapshot, a plan or a day of visits, or an example of one."""
    if what in EXAMPLES:
        text = EXAMPLES[what].read_text(encoding="utf-8")
        typer.echo(json.dumps(json.loads(text)) if as_json else text, nl=as_json)
        return
    if what not in SCHEMAS:
        message = f"There is no schema {what!r}."
        remedy = f"Use one of {', '.join((*SCHEMAS, *EXAMPLES))}."
        raise InvalidInput.one("/what", "schema.unknown", message, remedy)
    typer.echo(json.dumps(SCHEMAS[what](), ensure_ascii=False, indent=None if as_json else 2))


def _read(snapshot: Path, plan_file: Path, data_dir: Path) -> tuple[Problem, Plan]:
    """Return a problem and its plan with the costs as they are."""
    problem = read_problem(snapshot, data_dir)
    check_problem(problem)
    plan = plan_from_dict(read_json(plan_file))
    twice = [it for it, n in Counter(route.unit_id for route in plan.routes).items() if n > 1]
    if twice:
        message = f"The plan has two routes of {twice[0]!r}."
        raise InvalidInput.one("/routes", "route.twice", message, "Put its jobs on one route.")
    sequences = {
        route.unit_id: [(it.job_id, it.option) for it in route.jobs] for route in plan.routes
    }
    return problem, evaluate(problem, sequences, engine=plan.engine)


def _solver(engine: str, seed: int) -> Resolve:
    if engine not in ENGINES:
        message = f"There is no engine {engine!r}."
        raise InvalidInput.one("/engine", "engine.unknown", message, f"Use {', '.join(ENGINES)}.")
    params = SolveParams(wall_limit_s=None)
    return lambda problem: solve(problem, engine=engine, params=params, seed=seed)


def _pair(text: str) -> tuple[str, str]:
    job, found, unit = text.partition("=")
    if not found:
        message = f"{text!r} is not JOB=UNIT."
        raise InvalidInput.one("", "what_if.pair", message, "Put = between the two ids.")
    return job, unit


def _known(language: str) -> str:
    if language not in ("en", "zh"):
        message = f"There are no words in {language!r}."
        raise InvalidInput.one("/language", "language.unknown", message, "Use en or zh.")
    return language


def _verdict(it: UnitVerdict) -> dict[str, Any]:
    document: dict[str, Any] = encode(it)
    document["changes"] = [
        {key: value for key, value in encode(change).items() if value not in ("", [], [0, 0], None)}
        | {"words": change.words.as_dict()}
        for change in it.changes
    ]
    return document


def _difference(found: PlanDiff) -> dict[str, Any]:
    document: dict[str, Any] = encode(found)
    return document


def _lines(found: PlanDiff, language: str) -> list[str]:
    return [f"  {getattr(it.words, language)}" for it in found.jobs]


def _say(document: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(document, ensure_ascii=False))
        return
    for line in lines:
        typer.echo(line)
