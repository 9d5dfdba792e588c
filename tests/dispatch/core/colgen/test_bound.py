"""The bound is never false: against trying everything, with and without triangle inequality."""

import pytest

from tests.dispatch.core.colgen.bounds import check_bounds


def test_the_bound_never_exceeds_the_optimum_of_small_problems() -> None:
    found = check_bounds(120)
    assert found.optimal >= 0.98 * found.seen
    assert found.proved >= found.seen // 2


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_bound_never_exceeds_the_optimum_of_two_thousand_problems() -> None:
    found = check_bounds(2_000)
    assert found.optimal >= 0.995 * found.seen
