from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from kernel.errors import InvalidInput
from routing.eta import EtaSpread, eta_range
from routing.travel_times import UNREACHABLE_S

NOON = datetime(2025, 5, 6, 12, tzinfo=UTC)


def test_the_tenth_and_the_ninetieth_percentile():
    # The 90th percentile of the standard normal distribution is 1.2816; 1.2816 x 0.2 = 0.2563.
    early, late = eta_range(NOON, 1000, EtaSpread(log_sigma=0.2, share_inside=0.8))
    assert early == NOON + timedelta(seconds=math.floor(1000 * math.exp(-0.256310)))
    assert late == NOON + timedelta(seconds=math.ceil(1000 * math.exp(0.256310)))


def test_a_certain_drive_has_one_time():
    assert eta_range(NOON, 600, EtaSpread(log_sigma=0)) == (NOON + timedelta(minutes=10),) * 2


def test_who_is_there_is_there():
    assert eta_range(NOON, 0) == (NOON, NOON)


@pytest.mark.parametrize("travel_s", [-1, float("nan"), float("inf"), int(UNREACHABLE_S)])
def test_what_is_no_travel_time_has_no_eta(travel_s):
    with pytest.raises(InvalidInput, match="no travel time"):
        eta_range(NOON, travel_s)


def test_naive_times_are_refused():
    with pytest.raises(InvalidInput, match="no time zone"):
        eta_range(NOON.replace(tzinfo=None), 60)


@pytest.mark.parametrize(
    "wrong", [{"log_sigma": -0.1}, {"log_sigma": float("nan")}, {"share_inside": 1.0}]
)
def test_parameters_check_themselves(wrong):
    with pytest.raises(InvalidInput):
        EtaSpread(**wrong)
