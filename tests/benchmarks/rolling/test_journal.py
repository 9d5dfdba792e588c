"""A run that was stopped goes on where it was, and never with days of other code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchmarks import provenance
from benchmarks.commands import app
from benchmarks.rolling.journal import Journal
from benchmarks.rolling.outcome import DayOutcome
from benchmarks.rolling.play import DayTask
from kernel.errors import InvalidInput

MADE = {"commit": "abc", "uncommitted_changes": False}
TASK = DayTask("demo", Path("data"), "optimizer", load=1.0, seed=3, minutes=450.0)
FORESEEN = replace(TASK, policy="clairvoyant", solve_s=5.0)
OUTCOME = DayOutcome(
    n_incidents=4,
    n_kept=3,
    response_s=(600.0, 1200.5, 4000.0),
    driven_s=1800.0,
    n_own=3,
    n_late=1,
    n_urban=2,
    n_urban_kept=2,
    urban_response_s=(600.0,),
    bound={"cost": 10.0, "lower_bound": None, "gap": None},
)


def journal(folder: Path, made: dict[str, Any] = MADE, **values: Any) -> Journal:
    return Journal(folder / "days.jsonl", made, values)


def test_a_day_is_found_again_as_it_was(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    journal(tmp_path).note(FORESEEN, replace(OUTCOME, n_late=0))
    found = journal(tmp_path).played([TASK, FORESEEN, replace(TASK, seed=4)])
    assert found == {TASK: OUTCOME, FORESEEN: replace(OUTCOME, n_late=0)}


@pytest.mark.parametrize(
    "other",
    [
        {"load": 1.2},
        {"seed": 4},
        {"minutes": 30.0},
        {"policy": "nearest"},
        {"city": "porto"},
        {"contractors": False},
    ],
)
def test_another_day_is_played(tmp_path: Path, other: dict[str, Any]) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    assert journal(tmp_path).played([replace(TASK, **other)]) == {}


def test_where_the_data_and_the_settings_file_lie_does_not_matter(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    moved = replace(TASK, data_dir=Path("elsewhere"), settings_file=Path("/tmp/x.toml"))
    assert journal(tmp_path).played([moved]) == {moved: OUTCOME}


def test_only_the_optimizers_day_depends_on_settings(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    journal(tmp_path).note(FORESEEN, OUTCOME)
    assert set(journal(tmp_path, change=5).played([TASK, FORESEEN])) == {FORESEEN}


def test_how_long_is_solved_matters_to_the_clairvoyant_alone(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    journal(tmp_path).note(FORESEEN, OUTCOME)
    longer = [replace(it, solve_s=60.0) for it in (TASK, FORESEEN)]
    assert set(journal(tmp_path).played(longer)) == {longer[0]}


def test_days_of_other_code_do_not_count(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    assert journal(tmp_path, MADE | {"commit": "def"}).played([TASK]) == {}


def test_days_of_code_that_is_not_committed_are_neither_kept_nor_used(tmp_path: Path) -> None:
    changed = MADE | {"uncommitted_changes": True}
    journal(tmp_path, changed).note(TASK, OUTCOME)
    assert not (tmp_path / "days.jsonl").exists()
    journal(tmp_path).note(TASK, OUTCOME)
    assert journal(tmp_path, changed).played([TASK]) == {}


def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    journal(tmp_path).note(TASK, OUTCOME)
    file = tmp_path / "days.jsonl"
    file.write_text(file.read_text() + '{"day": {"com')
    assert journal(tmp_path).played([TASK]) == {TASK: OUTCOME}


def test_a_day_noted_after_a_line_that_was_cut_off_is_found(tmp_path: Path) -> None:
    file = tmp_path / "days.jsonl"
    file.write_text('{"day": {"com')
    again = journal(tmp_path)
    assert again.played([TASK]) == {}
    again.note(TASK, OUTCOME)
    assert journal(tmp_path).played([TASK]) == {TASK: OUTCOME}


def test_a_file_that_is_no_journal_is_refused(tmp_path: Path) -> None:
    (tmp_path / "days.jsonl").write_text("load,seed\n1,2\n")
    with pytest.raises(InvalidInput, match="is no journal of days: 'load,seed'"):
        journal(tmp_path).played([TASK])


def test_a_run_whose_days_are_all_there_plays_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "provenance", lambda: MADE)
    for seed in (3, 4):
        journal(tmp_path).note(replace(TASK, seed=seed), OUTCOME)
    result = CliRunner().invoke(
        app,
        [
            *("rolling", "--loads", "1", "--first-seed", "3", "--seeds", "2", "--json"),
            *("--policy", "optimizer", "--data-dir", str(tmp_path / "nothing")),
            *("--resume", str(tmp_path / "days.jsonl")),
        ],
    )
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout.splitlines()[-1])["loads"]["1"]["optimizer"]
    assert (found["incidents"], found["late"]) == (8, 2)
    assert found["urban_share_within_target"] == 1.0


def test_loads_of_one_result_have_their_own_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provenance, "provenance", lambda: MADE | {"measured_at": "today"})
    monkeypatch.setattr(provenance, "RESULTS", tmp_path)
    for load, seeds in ((1.0, (3, 4)), (1.2, (3,))):
        for seed in seeds:
            journal(tmp_path).note(replace(TASK, load=load, seed=seed), OUTCOME)
        result = CliRunner().invoke(
            app,
            [
                *("rolling", "--loads", str(load), "--first-seed", "3"),
                *("--seeds", str(len(seeds)), "--policy", "optimizer", "--save", "days"),
                *("--resume", str(tmp_path / "days.jsonl")),
            ],
        )
        assert result.exit_code == 0, result.output
    loads = json.loads((tmp_path / "days.json").read_text())["loads"]
    assert {load: it["seeds"] for load, it in loads.items()} == {"1": [3, 4], "1.2": [3]}
    assert "load 1, 2 days" in result.stdout
