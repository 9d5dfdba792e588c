"""One run of all solvers: what the table holds, and that plain OR-Tools is plain."""

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.snapshots.commands import snapshots
from benchmarks.snapshots.measure import ALL_ENGINES, adopted, check_names, measure
from benchmarks.snapshots.routing_peer import ortools
from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.checker import check
from dispatch.core.serialize import problem_from_dict, problem_to_dict
from dispatch.core.solve import solve
from dispatch.core.warm_up import warm_up
from kernel.errors import BadData, NotFound

OURS_AND_QUICK = ("colgen", "ortools", "ortools+ruin", "greedy", "hungarian", "nearest")


def test_every_result_has_the_keys_of_the_table_and_no_cost_lies_below_the_bound() -> None:
    warm_up()
    wave = wave_problem(draw_wave(6, 12, 0))
    found = measure(wave, OURS_AND_QUICK, 0.3, 0.3)
    assert set(found["results"]) == set(OURS_AND_QUICK)
    for it in found["results"].values():
        assert {"seconds", "cost", "lower_bound", "gap", "gap_best"} <= set(it)
        assert "violations" not in it
        assert it["cost"] >= found["best_bound"] - 1e-6
        assert it["gap_best"] == pytest.approx((it["cost"] - found["best_bound"]) / it["cost"])


def test_plain_ortools_is_never_dearer_than_the_greedy_plan_it_begins_with() -> None:
    wave = wave_problem(draw_wave(8, 16, 1))
    plan = adopted(wave, ortools(wave, 0.3), "ortools")
    assert check(wave, plan) == []
    assert plan.cost_cny <= solve(wave, engine="greedy").cost_cny + 1e-6


def test_unknown_engines_are_named() -> None:
    assert check_names(()) == ALL_ENGINES
    with pytest.raises(ValueError, match="'gurobi'"):
        check_names(["gurobi"])


def test_an_exported_wave_is_the_wave(tmp_path: Path) -> None:
    wave = wave_problem(draw_wave(5, 9, 2))
    path = tmp_path / "wave.json"
    path.write_text(json.dumps(problem_to_dict(wave)), encoding="utf-8")
    again = problem_from_dict(json.loads(path.read_text(encoding="utf-8")))
    assert (again.travel_s == wave.travel_s).all()
    assert (again.units, again.jobs, again.prices) == (wave.units, wave.jobs, wave.prices)


def bench(*arguments: object) -> Any:
    app = typer.Typer()
    app.command()(snapshots)
    return CliRunner().invoke(app, [str(it) for it in arguments])


def test_a_snapshot_that_costs_nothing_has_its_table(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.json"
    wave = problem_to_dict(wave_problem(draw_wave(2, 3, 0))) | {"jobs": []}
    nothing.write_text(json.dumps(wave))
    told = bench(nothing, "--engine", "colgen", "--engine", "greedy", "--seconds", "0.1")
    assert told.exit_code == 0, told.exception
    assert "0.00%" in told.stdout


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    raised = bench(tmp_path / "no.json", "--engine", "greedy").exception
    assert isinstance(raised, NotFound)
    raised = bench("--export", tmp_path / "no" / "wave.json", "--units", 2, "--jobs", 3).exception
    assert isinstance(raised, BadData)
