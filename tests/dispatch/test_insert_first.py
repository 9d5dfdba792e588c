"""A new call has a unit before and during a long search."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from dispatch.core.model import Problem
from dispatch.reasons_to_plan import MANY_UNITS, wants_first
from dispatch.snapshot import build_snapshot
from dispatch.solver_process import InlineSolver, Meanwhile, Solved, nothing
from tests.dispatch.scene import Scene, open_scene


class Long:
    """A search during which something happens once; then it ends as it would have."""

    def __init__(self) -> None:
        self.happens: Callable[[], object] = nothing

    def solve(self, problem: Problem, engine: str, meanwhile: Meanwhile = nothing) -> Solved:
        happens, self.happens = self.happens, nothing
        if happens is not nothing:
            other = threading.Thread(target=happens)  # as a caller does
            other.start()
            other.join()
            meanwhile()
        return InlineSolver().solve(problem, engine)

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def search() -> Long:
    return Long()


@pytest.fixture
def long_scene(tmp_path: Path, search: Long) -> Scene:
    return open_scene(tmp_path, engine="colgen", runner=search)


def test_a_call_that_comes_during_a_search_has_a_unit_before_its_end(
    long_scene: Scene, search: Long
) -> None:
    near, far = long_scene.unit("R-01", 5), long_scene.unit("R-02", 30)
    first, later = long_scene.call(0), []
    search.happens = lambda: later.append(long_scene.call(29))
    assert long_scene.dispatcher.run_due()
    assert long_scene.job(first).unit_id == near.id
    assert long_scene.job(later[0]).unit_id == far.id
    assert [it.payload["engine"] for it in long_scene.events("plan.committed")] == ["insert_first"]
    long_scene.run()
    assert long_scene.events("plan.stale", "plan.failed", "job.withdrawn") == []


def test_what_the_search_found_is_not_lost_for_it(long_scene: Scene, search: Long) -> None:
    # "R-01" has the job 30 minutes away; a unit starts beside it, and while the search finds that
    # out somebody calls from where R-01 is.
    first_unit = long_scene.unit("R-01", 0)
    first = long_scene.call(30, target_min=120)
    long_scene.run()
    assert long_scene.job(first).unit_id == first_unit.id
    second_unit, later = long_scene.unit("R-02", 31), []
    search.happens = lambda: later.append(long_scene.call(1, target_min=120))
    assert long_scene.dispatcher.run_due()
    assert long_scene.job(first).unit_id == second_unit.id
    assert long_scene.job(later[0]).planned_unit_id == first_unit.id
    long_scene.run()
    assert long_scene.job(later[0]).unit_id == first_unit.id
    assert long_scene.events("plan.stale", "plan.failed") == []


def test_other_news_wait_for_the_end_of_the_search(long_scene: Scene, search: Long) -> None:
    long_scene.unit("R-01", 5)
    long_scene.call(0)
    search.happens = lambda: long_scene.dispatcher.wake("roads")
    assert long_scene.dispatcher.run_due()
    assert [it.payload["engine"] for it in long_scene.events("plan.committed")] == ["colgen"]


def test_an_insertion_that_fails_does_not_end_the_search(
    long_scene: Scene, search: Long, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_scene.unit("R-01", 5)
    long_scene.unit("R-02", 30)
    first, later = long_scene.call(0), []

    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    def happens() -> None:
        later.append(long_scene.call(29))
        monkeypatch.setattr("dispatch.live.build_snapshot", broken)

    search.happens = happens
    assert long_scene.dispatcher.run_due()
    monkeypatch.undo()
    assert long_scene.job(first).state == "ordered"
    long_scene.run()
    assert long_scene.job(later[0]).state == "ordered"


def test_on_the_beat_nothing_is_inserted_in_between(tmp_path: Path, search: Long) -> None:
    scene = open_scene(tmp_path, engine="colgen", runner=search, cadence_s=60)
    for minute in (5, 30):
        scene.unit(f"R-{minute}", minute)
    scene.call(0)
    search.happens = partial(scene.call, 29)
    scene.run()
    engines = [it.payload["engine"] for it in scene.events("plan.committed")]
    assert engines == ["colgen", "colgen"]


@pytest.mark.parametrize(("n_units", "is_wanted"), [(MANY_UNITS, False), (MANY_UNITS + 1, True)])
def test_with_many_units_the_first_job_is_inserted(
    scene: Scene, n_units: int, *, is_wanted: bool
) -> None:
    for number in range(n_units):
        scene.unit(f"R-{number:03d}", number / 10)
    scene.call(0)
    with scene.database.read() as session:
        snapshot = build_snapshot(session, scene.context)
    assert wants_first(snapshot, (), above=60) is is_wanted


def test_nobody_is_asked_to_help_before_the_search_has_ended(
    long_scene: Scene, search: Long
) -> None:
    long_scene.unit("R-01", 0)
    long_scene.contractor("Near", 98)
    long_scene.call(0)
    asked: list[int] = []
    search.happens = lambda: long_scene.call(100)
    insert = long_scene.dispatcher._insert_new_work

    def inserted() -> None:
        insert()
        asked.append(len(long_scene.events("contractor.offered")))

    long_scene.dispatcher._insert_new_work = inserted  # type: ignore[method-assign]
    long_scene.run()
    assert asked[0] == 0
    assert len(long_scene.events("contractor.offered")) == 1
