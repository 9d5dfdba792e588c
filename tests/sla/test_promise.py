from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.words import Words
from sla.areas import ServiceArea
from sla.promise import PromiseRecord, Risk, lateness_s, promise, risk, round_up

CALL = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
CITY = ServiceArea("city", "urban", 1800)
TARGET = CALL + timedelta(minutes=30)
BUSY = Words(zh="附近救援车辆均在忙", en="All units nearby are busy")


def after(minutes: float) -> datetime:
    return CALL + timedelta(minutes=minutes)


def test_the_clock_starts_at_the_call() -> None:
    made = promise(CALL, CITY)
    assert made.target_at == TARGET
    assert made.urban


@pytest.mark.parametrize(
    ("arrived", "late_s"), [(after(29), 0.0), (TARGET, 0.0), (after(31.5), 90.0)]
)
def test_lateness_counts_from_the_target(arrived: datetime, late_s: float) -> None:
    assert lateness_s(TARGET, arrived) == late_s


@pytest.mark.parametrize(
    ("now", "eta", "arrived", "expected"),
    [
        (after(5), None, None, Risk.NORMAL),
        (after(15), None, None, Risk.NORMAL),  # exactly half is left
        (after(15.1), None, None, Risk.AT_RISK),
        (after(20), after(25), None, Risk.NORMAL),  # leaves exactly the margin
        (after(20), after(25.1), None, Risk.AT_RISK),
        (after(1), after(40), None, Risk.AT_RISK),
        (TARGET, after(20), None, Risk.NORMAL),
        (after(30.1), after(20), None, Risk.BREACHED),
        (after(90), None, TARGET, Risk.NORMAL),  # arrived in time, for good
        (after(90), None, after(30.1), Risk.BREACHED),
    ],
)
def test_risk(
    now: datetime, eta: datetime | None, arrived: datetime | None, expected: Risk
) -> None:
    assert risk(now, CALL, TARGET, eta_at=eta, arrived_at=arrived) is expected


def test_a_missed_eta_gives_a_new_promise_with_its_reason() -> None:
    record = PromiseRecord(promise(CALL, CITY))
    revised = record.revise(after(10), after(33), BUSY)
    assert (record.promised_at, record.reason) == (TARGET, None)
    assert (revised.promised_at, revised.reason) == (after(35), BUSY)
    assert revised.first.target_at == TARGET


def test_an_eta_that_the_promise_covers_changes_nothing() -> None:
    record = PromiseRecord(promise(CALL, CITY))
    assert record.revise(after(10), TARGET, BUSY) is record


def test_a_record_is_not_rewritten() -> None:
    record = PromiseRecord(promise(CALL, CITY)).revise(after(10), after(33), BUSY)
    with pytest.raises(ValueError, match="before the last revision"):
        record.revise(after(9), after(50), BUSY)


@given(etas=st.lists(st.integers(0, 300), max_size=10))
def test_promises_only_move_back_and_never_further_than_needed(etas: list[int]) -> None:
    record = PromiseRecord(promise(CALL, CITY))
    for minute, eta in enumerate(etas):
        before, record = record, record.revise(after(minute), after(eta), BUSY)
        assert record.promised_at >= before.promised_at
        assert record.revisions[: len(before.revisions)] == before.revisions
        if record is not before:
            needed = max(after(eta), after(minute))
            assert needed <= record.promised_at < needed + timedelta(minutes=5)


def test_rounding_up_keeps_full_steps() -> None:
    assert round_up(after(35), 300) == after(35)
    assert round_up(after(35) + timedelta(microseconds=1), 300) == after(40)
