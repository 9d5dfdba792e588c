import json

import pytest
from typer.testing import CliRunner

from dispatch.core.model import Window
from dispatch.core.serialize import problem_to_dict
from dispatch.solve_commands import check_app, solve_app
from kernel.errors import BadData, InvalidInput, NotFound
from tests.dispatch.core.small import job, problem, repair, unit

QUICK = ["--ortools-steps", "50", "--polish-steps", "10"]


@pytest.fixture
def snapshot(tmp_path):
    given = problem((unit("u", 0), unit("v", 9)), (job("j", repair(8)), job("k", repair(1))))
    path = tmp_path / "snapshot.json"
    path.write_text(json.dumps(problem_to_dict(given)))
    return path


def run(app, *arguments):
    return CliRunner().invoke(app, [str(it) for it in arguments])


def test_the_usual_engine_proves_its_plan(snapshot):
    report = json.loads(run(solve_app, snapshot, "--json").stdout)
    assert report["engine"] == "colgen"
    assert report["gap"] == pytest.approx(0, abs=1e-6)
    assert report["lower_bound"] == pytest.approx(report["cost"])


@pytest.mark.parametrize("engine", ["ortools", "greedy", "hungarian", "nearest"])
def test_a_plan_is_reported_and_passes_the_check(snapshot, tmp_path, engine):
    solved = run(solve_app, snapshot, "--engine", engine, "--json", *QUICK)
    assert solved.exit_code == 0
    report = json.loads(solved.stdout)
    assert report.keys() >= {"cost", "terms", "lower_bound", "gap", "relaxed", "seconds", "routes"}
    assert (report["engine"], report["lower_bound"]) == (engine, None)
    plan = tmp_path / "plan.json"
    plan.write_text(solved.stdout)
    checked = run(check_app, snapshot, plan, "--json")
    assert (checked.exit_code, json.loads(checked.stdout)["ok"]) == (0, True)


def test_a_wrong_plan_fails_the_check_with_its_reasons(snapshot, tmp_path):
    report = json.loads(run(solve_app, snapshot, "--json", *QUICK).stdout)
    report["cost"] += 5
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(report))
    checked = run(check_app, snapshot, plan, "--json")
    assert checked.exit_code == 1
    assert json.loads(checked.stdout)["violations"][0]["code"] == "cost"


def test_people_get_sentences(snapshot):
    told = run(solve_app, snapshot, "--engine", "greedy").stdout
    assert "u: k (repair) at 60 s" in told
    assert "by greedy" in told


@pytest.mark.parametrize(
    ("content", "error"), [("{", BadData), ("[]", InvalidInput), (None, NotFound)]
)
def test_a_file_that_is_no_snapshot_is_refused(tmp_path, content, error):
    path = tmp_path / "bad.json"
    if content is not None:
        path.write_text(content)
    assert isinstance(run(solve_app, path).exception, error)


def test_an_unknown_engine_is_refused(snapshot):
    assert isinstance(run(solve_app, snapshot, "--engine", "magic").exception, InvalidInput)


@pytest.mark.parametrize(
    ("content", "error", "told"),
    [
        (b"\xff\xfe{\x00", BadData, "is not UTF-8"),
        (b'{"units": [], "units": []}', BadData, "the key 'units' twice"),
        (b"[" * 100_000, BadData, "is not JSON"),
    ],
)
def test_a_file_that_cannot_be_understood_is_refused(tmp_path, content, error, told):
    path = tmp_path / "bad.json"
    path.write_bytes(content)
    raised = run(solve_app, path).exception
    assert isinstance(raised, error)
    assert told in str(raised)


def test_a_name_that_no_file_can_have_is_refused():
    assert isinstance(run(solve_app, "x" * 5_000).exception, BadData)


def test_a_mark_of_the_order_of_bytes_is_read_over(snapshot):
    snapshot.write_bytes(b"\xef\xbb\xbf" + snapshot.read_bytes())
    assert run(solve_app, snapshot, "--engine", "greedy").exit_code == 0


@pytest.mark.parametrize("engine", ["colgen", "ortools", "greedy"])
def test_any_seed_will_do(snapshot, engine):
    asked = [snapshot, "--engine", engine, "--seed", 2**70, *QUICK]
    assert run(solve_app, *asked).exit_code == 0


def one(tmp_path, **details):
    path = tmp_path / "one.json"
    given = problem(
        (unit("u", 0, **details.pop("of_unit", {})),), (job("j", repair(8), **details),)
    )
    path.write_text(json.dumps(problem_to_dict(given)))
    return path


LATE = {
    "a latest start": ({"latest_s": 9}, "can start by 9 s."),
    "windows": ({"windows": (Window(0, 5), Window(20, 30))}, "can start by 30 s."),
    "a wall": ({"of_unit": {"hard_end_s": 9}}, "can finish before its hard end."),
    "both": (
        {"latest_s": 9, "of_unit": {"hard_end_s": 9}},
        "can start by 9 s and finish before its hard end.",
    ),
}


@pytest.mark.parametrize("case", LATE)
def test_what_comes_too_late_is_told_by_which_rule(tmp_path, case):
    details, told = LATE[case]
    printed = run(solve_app, one(tmp_path, **details)).stdout
    assert f"left out: j (window) No unit with the skills {told}\n" in printed


def test_a_bound_of_nothing_has_no_sign(tmp_path):
    printed = run(solve_app, one(tmp_path, unassigned_cny=0.0)).stdout
    assert "No plan costs less than 0.00 CNY." in printed
