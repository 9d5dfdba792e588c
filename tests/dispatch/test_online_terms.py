"""What the online layer charges, each term once where it applies and once where it does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dispatch.core.compiled import compile_problem
from dispatch.core.model import Coverage, Plan, Problem
from dispatch.core.schedule import Timetable, timetable
from dispatch.core.solve import solve
from dispatch.core.terms import route_charges
from dispatch.params import DispatchSettings, changed, load_settings
from dispatch.pricing import kept_prices, lateness_curve, left_out_cny, wait_price
from dispatch.snapshot import build_snapshot
from tests.dispatch.scene import Scene, at, open_scene, repair

SETTINGS = load_settings()
PRICES = SETTINGS.prices


def snapshot_problem(scene: Scene) -> Problem:
    with scene.database.read() as session:
        return build_snapshot(session, scene.context).problem


def planned(problem: Problem) -> dict[str, str]:
    plan: Plan = solve(problem, engine="colgen")
    return {it.job_id: route.unit_id for route in plan.routes for it in route.jobs}


def sentences(problem: Problem, unit_id: str, job_id: str, term: str) -> list[str]:
    compiled = compile_problem(problem)
    u, j = compiled.unit_index[unit_id], compiled.job_index[job_id]
    option = problem.jobs[j].options[0].name
    times = timetable(compiled, u, (compiled.choice_index[j, option],))
    assert isinstance(times, Timetable)
    return [it.sentence for it in route_charges(compiled, times) if it.term == term]


def with_prices(**values: float) -> DispatchSettings:
    return changed(SETTINGS, {f"prices.{name}": value for name, value in values.items()})


# ------------------------------------------------------------------------- scarce skills (kept)


def test_the_only_charger_is_kept_for_those_who_need_one(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    scene.unit("C-01", 1, "repair", "boost")
    for number in range(1, 4):
        scene.unit(f"R-0{number}", 10, "repair")
    incident = scene.call(0)
    problem = snapshot_problem(scene)
    job_id = f"J{scene.job(incident).id}"
    assert planned(problem)[job_id] != "C-01"
    assert sentences(problem, "C-01", job_id, "kept") == ["C-01 is not kept in reserve."]


def test_a_charger_is_sent_where_nobody_else_can_be(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    scene.unit("C-01", 1, "repair", "boost")
    scene.unit("R-01", 10, "repair")
    incident = scene.call_from(at(0), repair(10, "boost", name="boost"))
    assert planned(snapshot_problem(scene)) == {f"J{scene.job(incident).id}": "C-01"}


def test_without_a_price_nobody_is_kept(tmp_path: Path) -> None:
    scene = open_scene(tmp_path, settings=with_prices(scarcity_cny=0.0))
    scene.unit("C-01", 1, "repair", "boost")
    scene.unit("R-01", 10, "repair")
    incident = scene.call(0)
    problem = snapshot_problem(scene)
    job_id = f"J{scene.job(incident).id}"
    assert planned(problem) == {job_id: "C-01"}
    assert sentences(problem, "C-01", job_id, "kept") == []


def test_the_price_is_shared_by_those_with_the_rarest_skill(tmp_path: Path) -> None:
    scene = open_scene(tmp_path)
    charger = scene.unit("C-01", 0, "repair", "boost")
    repairers = [scene.unit(f"R-0{n}", 0, "repair") for n in range(2)]
    found = kept_prices(PRICES, [charger, *repairers])
    assert found[charger.id] == PRICES.scarcity_cny
    assert found[repairers[0].id] == pytest.approx(PRICES.scarcity_cny / 3)


# -------------------------------------------------------------------- waiting that grows with age


def test_a_minute_of_who_has_waited_costs_more_than_one_of_who_calls_now() -> None:
    prices = with_prices(wait_growth_per_h=2.0).prices
    assert wait_price(prices, 0, 0) == prices.wait_cny_per_min
    assert wait_price(prices, 0, 1800) == 2 * prices.wait_cny_per_min
    assert wait_price(prices, 2, 3600) == pytest.approx(7.5 * prices.wait_cny_per_min)


def test_without_growth_every_minute_costs_the_same() -> None:
    prices = with_prices(wait_growth_per_h=0.0).prices
    assert wait_price(prices, 0, 7200) == prices.wait_cny_per_min


def test_who_calls_in_the_future_by_another_clock_is_not_cheaper() -> None:
    prices = with_prices(wait_growth_per_h=2.0).prices
    assert wait_price(prices, 0, -60) == prices.wait_cny_per_min


@pytest.mark.parametrize(("growth", "served_first"), [(0.0, "new"), (4.0, "old")])
def test_who_has_a_long_promise_is_put_off_unless_waiting_grows_dearer(
    tmp_path: Path, growth: float, served_first: str
) -> None:
    """Both promises are kept whatever is done; the unit is a little nearer to the new call."""
    scene = open_scene(tmp_path, settings=with_prices(wait_growth_per_h=growth))
    old = scene.call(3, target_min=120)
    scene.pass_time(45)
    new = scene.call(-2, target_min=120)
    scene.unit("R-01", 0)
    route = solve(snapshot_problem(scene), engine="colgen").routes[0]
    expected = {"old": old, "new": new}[served_first]
    assert route.jobs[0].job_id == f"J{scene.job(expected).id}"


# ------------------------------------------------------------------- lateness that grows with age


def test_a_minute_of_who_is_late_for_long_costs_more_than_one_of_who_is_just_late() -> None:
    curve = lateness_curve(PRICES, 0)
    rates = [curve.price(s + 60) - curve.price(s) for s in (60, 1000, 3000)]
    assert rates == sorted(rates)
    assert rates[0] < rates[1] < rates[2]


def test_up_to_the_target_nobody_is_late() -> None:
    assert lateness_curve(PRICES, 0).price(0) == 0.0


@pytest.mark.parametrize(("old_late_min", "served_first"), [(60, "old"), (0, "near")])
def test_who_waits_for_long_is_served_before_one_who_is_nearer(
    tmp_path: Path, old_late_min: int, served_first: str
) -> None:
    """Both are late whatever is done, and the unit stands beside the newer one."""
    scene = open_scene(tmp_path)
    scene.unit("R-01", 0)
    old = scene.call(4, target_min=1 - old_late_min)
    near = scene.call(0, target_min=1)
    route = solve(snapshot_problem(scene), engine="colgen").routes[0]
    expected = {"old": old, "near": near}[served_first]
    assert route.jobs[0].job_id == f"J{scene.job(expected).id}"


def test_nobody_is_left_out_because_they_are_old() -> None:
    curve = lateness_curve(PRICES, 0)
    wait = PRICES.wait_cny_per_min
    for late_s in (0, 3600, 7200):
        arrival_cny = curve.price(late_s + PRICES.left_out_after_s)
        assert left_out_cny(PRICES, curve, wait, late_s) > arrival_cny


# ------------------------------------------------------------------------- price of a change


def switched(tmp_path: Path, nearer_by_min: float) -> str:
    """Return who serves a call given to the unit 20 minutes away once another one comes nearer."""
    settings = with_prices(scarcity_cny=0.0, wait_cny_per_min=0.0)
    scene = open_scene(tmp_path, engine="colgen", settings=settings)
    scene.unit("A", 20)
    incident = scene.call(0, target_min=120)
    scene.run()
    assert scene.job(incident).unit_id is not None
    scene.unit("B", 20 - nearer_by_min)
    return planned(snapshot_problem(scene))[f"J{scene.job(incident).id}"]


def test_a_small_gain_does_not_pay_for_the_price_of_a_change(tmp_path: Path) -> None:
    minutes_worth = PRICES.change_cny / PRICES.drive_cny_per_min
    assert switched(tmp_path, minutes_worth - 1) == "A"


def test_a_large_gain_does(tmp_path: Path) -> None:
    minutes_worth = PRICES.change_cny / PRICES.drive_cny_per_min
    assert switched(tmp_path, minutes_worth + 1) == "B"


# ----------------------------------------------------------------------- margin of who rolls


@pytest.mark.parametrize(("drive_min", "target_min"), [(10, 26), (28, 28), (35, 30)])
def test_who_rolls_keeps_its_margin_as_far_as_its_unit_does(
    tmp_path: Path, drive_min: float, target_min: float
) -> None:
    scene, _ = rolling(tmp_path, drive_min)
    assert snapshot_problem(scene).jobs[0].target_s == 60 * target_min


@pytest.mark.parametrize(("other_min", "served_by"), [(25, "B"), (28, "A")])
def test_a_unit_is_turned_away_only_where_the_next_one_keeps_the_margin(
    tmp_path: Path, other_min: float, served_by: str
) -> None:
    """Who calls anew is reached in time by the rolling unit alone."""
    scene, first = rolling(tmp_path, 20)
    scene.call(-3)
    scene.unit("B", other_min)
    assert planned(snapshot_problem(scene))[f"J{scene.job(first).id}"] == served_by


def rolling(tmp_path: Path, drive_min: float) -> tuple[Scene, int]:
    """Return a scene in which unit A rolls to a call, and that call."""
    scene = open_scene(tmp_path, settings=with_prices(scarcity_cny=0.0))
    unit = scene.unit("A", drive_min)
    incident = scene.call(0)
    scene.run()
    assert scene.say(unit, "rolling", incident).status == "applied"
    return scene, incident


# ------------------------------------------------------------------------------- coverage


def test_where_calls_are_missed_is_said_with_the_unit(tmp_path: Path) -> None:
    problem = covering(tmp_path, 2.0)
    (sentence,) = sentences(problem, "R-01", problem.jobs[0].id, "coverage")
    assert sentence == "R-01 ends where it covers fewer calls."


def test_a_place_as_good_as_the_one_before_costs_nothing(tmp_path: Path) -> None:
    problem = covering(tmp_path, 0.0)
    assert sentences(problem, "R-01", problem.jobs[0].id, "coverage") == []


def covering(tmp_path: Path, cny: float) -> Problem:

    scene = open_scene(tmp_path)
    scene.unit("R-01", 0)
    scene.call(5)
    problem = snapshot_problem(scene)
    (unit,) = problem.units
    prices = [cny] * len(problem.travel_s)
    prices[unit.start_place] = 0.0
    return replace(problem, units=(replace(unit, coverage=(Coverage("repair", tuple(prices)),)),))
