"""Pricing of all units at once, and of a few after the others with an eye on the clock."""

import numpy as np
import pytest

from benchmarks.snapshots.wave import draw_wave, wave_problem
from dispatch.core.colgen.arrays import build_arrays
from dispatch.core.colgen.entries import unit_entries
from dispatch.core.colgen.pricing import UNITS_A_LOOK, Priced, Pricing
from dispatch.core.insertion import Pricer
from dispatch.core.tours import base_tours

N_UNITS = 2 * UNITS_A_LOOK + 3


@pytest.fixture
def pricing() -> Pricing:
    pricer = Pricer.of(wave_problem(draw_wave(N_UNITS, 40, 0)))
    return Pricing.of(build_arrays(pricer.compiled, unit_entries(pricer, base_tours(pricer))))


def routes(priced: Priced) -> list[tuple[float, int, tuple[int, ...]]]:
    reduced = priced.found.reduced[: priced.n_written].tolist()
    return [(cny, *route) for cny, route in zip(reduced, priced.routes(), strict=True)]


@pytest.mark.parametrize("most_labels", [20, 5_000])
def test_some_units_after_the_others_are_priced_as_all_at_once(
    pricing: Pricing, most_labels: int
) -> None:
    duals, idle = np.full(40, 60.0), np.zeros(N_UNITS)
    whole = pricing.price(duals, idle, most_labels=most_labels)
    parts = pricing.price_unless_late(duals, idle, lambda: False, most_labels=most_labels)
    assert parts is not None
    assert whole.n_written > 0
    assert routes(parts) == routes(whole)
    assert parts.exact == whole.exact
    for name in ("least", "floor", "exact"):
        assert getattr(parts.found, name).tolist() == getattr(whole.found, name).tolist()


def test_who_is_late_gets_nothing_that_could_be_taken_for_a_bound(pricing: Pricing) -> None:
    looks = iter([False, True])
    duals, idle = np.full(40, 60.0), np.zeros(N_UNITS)
    assert pricing.price_unless_late(duals, idle, lambda: next(looks), most_labels=20) is None
