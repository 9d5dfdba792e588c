"""Unfinished jobs are read again where they have changed, and only there."""

from pathlib import Path

import pytest

from dispatch.job import JobState
from dispatch.known_jobs import KnownJobs
from dispatch.store import job_row, jobs_of
from tests.dispatch.scene import REGION, Scene, open_scene

UNFINISHED = (JobState.OPEN, JobState.ORDERED, JobState.ROLLING)


@pytest.fixture
def known(scene: Scene) -> KnownJobs:
    return scene.context.known_jobs


def read(scene: Scene, known: KnownJobs):
    with scene.database.read() as session:
        jobs = known.of(session, UNFINISHED)
        assert jobs == jobs_of(session, REGION, states=UNFINISHED)
    return jobs


def test_a_job_that_did_not_change_is_the_same_value(scene: Scene, known: KnownJobs) -> None:
    for minute in (0, 5):
        scene.call(minute)
    before = read(scene, known)
    with scene.database.write() as session:
        job_row(session, before[1].id).priority = 2
    after = read(scene, known)
    assert after[0] is before[0]
    assert after[1].priority == 2


def test_new_jobs_come_and_finished_ones_go(scene: Scene, known: KnownJobs) -> None:
    unit = scene.unit("R-01", 5)
    first = scene.call(0)
    scene.run()
    assert [job.incident_id for job in read(scene, known)] == [first]
    second = scene.call(9)
    for kind in ("rolling", "arrived", "done"):
        scene.say(unit, kind, first)
    assert [job.incident_id for job in read(scene, known)] == [second]


def test_what_a_transaction_takes_back_is_not_remembered(scene: Scene, known: KnownJobs) -> None:
    scene.call(0)
    [job] = read(scene, known)
    with pytest.raises(ZeroDivisionError), scene.database.write() as session:
        job_row(session, job.id).priority = 2
        [changed] = known.of(session, UNFINISHED)
        assert changed.priority == 2
        raise ZeroDivisionError
    with scene.database.write() as session:
        job_row(session, job.id).priority = 1  # has the version of what was taken back
    assert [it.priority for it in read(scene, known)] == [1]


def test_jobs_are_known_alike_on_both_databases(tmp_path: Path, any_database_url: str) -> None:
    scene = open_scene(tmp_path, any_database_url)
    scene.unit("R-01", 5)
    scene.call(0)
    assert len(read(scene, scene.context.known_jobs)) == 1
    scene.run()
    [job] = read(scene, scene.context.known_jobs)
    assert job.state is JobState.ORDERED
    scene.database.close()
