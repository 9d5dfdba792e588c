"""From rows to a problem: where units are free, what is committed, what things cost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from dispatch.core.model import Lock, Problem
from dispatch.params import DEFAULT_FILE, as_toml, changed, load_settings
from dispatch.places import Places, RoadsideCache
from dispatch.pricing import kept_prices, lateness_curve, left_out_cny
from dispatch.snapshot import Snapshot, build_snapshot
from kernel.errors import InvalidInput
from kernel.position import Position
from routing.travel_times import UNREACHABLE_S
from tests.dispatch.scene import START, Scene, StraightLine, at, repair, tow

PRICES = load_settings().prices


def freeze(scene: Scene) -> Snapshot:
    with scene.database.read() as session:
        return build_snapshot(session, scene.context)


def leg_s(problem: Problem, unit: int, job: int) -> int:
    start = problem.units[unit].start_place
    return int(problem.travel_s[start, problem.jobs[job].options[0].visits[0].place])


def test_an_idle_unit_is_free_where_it_is_now(scene: Scene) -> None:
    scene.unit("R-01", 5)
    scene.call(0)
    problem = freeze(scene).problem
    assert problem.units[0].available_s == 0
    assert leg_s(problem, 0, 0) == 300
    assert problem.commitments == ()


def test_an_ordered_job_is_moved_at_the_price_of_a_change(scene: Scene) -> None:
    scene.unit("R-01", 5)
    scene.call(0)
    scene.run()
    [commitment] = freeze(scene).problem.commitments
    assert (commitment.unit_id, commitment.lock, commitment.position) == ("R-01", Lock.FULL, 0)
    assert (commitment.start_s, commitment.release_cny) == (300, PRICES.change_cny)


def test_a_rolling_unit_is_diverted_at_the_price_of_a_diversion(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    scene.say(unit, "rolling", incident)
    scene.move(unit, 3)
    snapshot = freeze(scene)
    [commitment] = snapshot.problem.commitments
    assert commitment.release_cny == PRICES.diversion_cny
    # A position of the same instant as the one known is no news, so the unit is still at 5.
    assert commitment.start_s == 300
    assert snapshot.eta_at[scene.job(incident).id] == START + timedelta(minutes=5)


def test_a_unit_is_not_turned_away_from_who_is_late_for_seconds(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    incident = scene.call(0)
    scene.run()
    scene.say(unit, "rolling", incident)
    scene.pass_time(120)
    [commitment] = freeze(scene).problem.commitments
    steepest = PRICES.lateness_steps[-1][1] / PRICES.lateness_steps[0][1]
    assert commitment.release_cny == pytest.approx(steepest * PRICES.diversion_cny)


def test_on_site_the_unit_is_free_when_the_work_should_end(scene: Scene) -> None:
    unit = scene.unit("R-01", 5)
    incident = scene.call(0, repair(10))
    scene.run()
    scene.say(unit, "arrived", incident)
    scene.call(7)
    problem = freeze(scene).problem
    assert problem.units[0].available_s == 600
    assert leg_s(problem, 0, 0) == 420  # from the car, not from where the phone was last heard
    assert len(problem.jobs) == 1


def test_a_tow_ends_at_the_centre(scene: Scene) -> None:
    unit = scene.unit("T-01", 5, "tow")
    incident = scene.call(0, tow(20, minutes=10))
    scene.run()
    scene.say(unit, "arrived", incident)
    scene.call(22, tow(20))
    problem = freeze(scene).problem
    assert problem.units[0].available_s == 600 + 1200 + 300
    assert leg_s(problem, 0, 0) == 120


def test_only_the_nearest_centres_are_offered_and_what_was_chosen(scene: Scene) -> None:
    ways = [tow(minute, name=f"tow:{minute}") for minute in (30, 5, 12)]
    scene.unit("T-01", 5, "tow")
    scene.call(0, *ways, repair())
    problem = freeze(scene).problem
    assert [option.name for option in problem.jobs[0].options] == ["tow:5", "tow:12", "repair"]


def test_a_unit_near_the_end_of_its_shift_is_planned_to_end_at_home(scene: Scene) -> None:
    soon, late = START + timedelta(minutes=80), START + timedelta(minutes=300)
    scene.unit("R-01", 5, home=at(9), end_at=soon)
    scene.unit("R-02", 5, home=at(9), end_at=late)
    first, second = freeze(scene).problem.units
    assert first.end_place is not None
    assert first.shift_end_s == 80 * 60
    assert second.end_place is None


def test_only_places_that_this_decision_is_about_are_numbered(scene: Scene) -> None:
    # Two homes, one of them soon to be driven to; where the unit at work was last heard is nowhere.
    soon, late = START + timedelta(minutes=80), START + timedelta(minutes=300)
    scene.unit("R-01", 5, home=at(9), end_at=soon)
    unit = scene.unit("R-02", 0, home=at(11), end_at=late)
    incident = scene.call(1)
    scene.run()
    scene.say(unit, "arrived", incident)
    scene.call(7)
    problem = freeze(scene).problem
    assert len(problem.travel_s) == 4  # R-01, its home, the car that R-02 is at, the one that waits
    goals = (problem.travel_s != UNREACHABLE_S).sum(axis=0)
    assert sorted(goals.tolist()) == [1, 1, 4, 4]


def test_nobody_drives_to_where_a_unit_merely_is() -> None:
    places = Places()
    start, car = places.add(at(3), is_goal=False), places.add(at(10))
    nowhere = places.add(Position(0.0, 85.0))
    travel_s = places.matrix(RoadsideCache(StraightLine()))
    assert travel_s[start, car] == 420
    assert travel_s[car, start] == UNREACHABLE_S
    assert travel_s[car, nowhere] == UNREACHABLE_S
    assert (travel_s.diagonal() == 0).all()


def test_a_place_is_laid_on_its_road_once() -> None:
    line = StraightLine()
    cache = RoadsideCache(line)
    cache.snap([at(1), at(2), at(1)])
    cache.snap([at(2)])
    assert line.positions == [at(1), at(2)]


def test_leaving_out_is_dearer_than_any_lateness_within_the_horizon() -> None:
    curve = lateness_curve(PRICES, 0)
    for late_s in (-1800, 0, 7200, 100_000):
        price = left_out_cny(PRICES, curve, 1.0, late_s)
        arrival_s = PRICES.left_out_after_s
        assert price > curve.price(late_s + arrival_s) + arrival_s / 60


def test_danger_outweighs_comfort() -> None:
    calm, danger = lateness_curve(PRICES, 0), lateness_curve(PRICES, 2)
    assert danger.price(60) == pytest.approx(2.5 * calm.price(60))
    assert lateness_curve(PRICES, 9) == danger  # beyond the table counts as its last row


def test_the_only_unit_with_a_skill_is_kept_back(scene: Scene) -> None:
    units = [scene.unit(f"R-0{n}", n) for n in range(3)]
    units.append(scene.unit("C-01", 9, "repair", "boost"))
    kept = kept_prices(PRICES, units)
    assert [round(kept[unit.id], 2) for unit in units] == [7.5, 7.5, 7.5, 30.0]


def test_settings_are_checked_all_at_once(tmp_path: Path) -> None:
    good = DEFAULT_FILE.read_text()
    broken = tmp_path / "settings.toml"
    broken.write_text(good.replace("breach_cny = 400.0", "breach_cny = -1\nbreach = 2"))
    with pytest.raises(InvalidInput, match="'breach' is not a setting"):
        load_settings(broken)
    broken.write_text(
        good.replace("breach_cny = 400.0", "breach_cny = -1").replace("[0, 6.0]", "[1, 6.0]")
    )
    with pytest.raises(InvalidInput) as refused:
        load_settings(broken)
    assert {fault.pointer for fault in refused.value.faults} == {
        "/prices/breach_cny",
        "/prices/lateness_steps",
    }


def test_settings_are_changed_by_name_and_written_as_they_are_read(tmp_path: Path) -> None:
    wanted = changed(load_settings(), {"prices.coverage_cny": 2.5, "timing.retry_s": [1, 2]})
    assert (wanted.prices.coverage_cny, wanted.timing.retry_s) == (2.5, (1, 2))
    file = tmp_path / "dispatch.toml"
    file.write_text(as_toml(wanted), encoding="utf-8")
    assert load_settings(file) == wanted
