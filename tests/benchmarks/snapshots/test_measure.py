"""One run of all solvers: what the table holds, and that plain OR-Tools is plain."""

import json
from pathlib import Path

import pytest

from benchmarks.snapshots.measure import ALL_ENGINES, adopted, check_names, measure
from benchmarks.snapshots.routing_peer import ortools
from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.checker import check
from dispatch.core.serialize import problem_from_dict, problem_to_dict
from dispatch.core.solve import solve
from dispatch.core.warm_up import warm_up

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
