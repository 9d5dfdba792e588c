"""The waves are those of the published table: nothing in them may change unseen."""

import hashlib

import numpy as np

from benchmarks.snapshots.wave import draw_wave, wave_problem

SEED_0 = "5765a63724653c45239a8a59e7e5e231ed1a98eaa010664c1509b11c970291bf"


def test_the_wave_of_seed_0_never_changes() -> None:
    wave = draw_wave(95, 215, 0)
    digest = hashlib.sha256()
    for name in wave.__slots__:
        digest.update(np.ascontiguousarray(getattr(wave, name)).tobytes())
    assert digest.hexdigest() == SEED_0


def test_all_times_of_a_wave_are_whole_tenths_of_minutes() -> None:
    problem = wave_problem(draw_wave(5, 9, 3))
    assert not (problem.travel_s % 6).any()
    assert all(unit.available_s % 6 == 0 for unit in problem.units)
