from __future__ import annotations

from datetime import date

import pytest

from dispatch.entitlement import anniversary, decide, entitlement_from_json, parse_rules
from kernel.errors import BadData

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("fault", "purchased_on", "free", "rule"),
    [
        ("tyre", date(2023, 3, 2), True, "three_years"),  # the anniversary itself is included
        ("tyre", date(2023, 3, 1), False, "expired"),
        ("tyre", None, False, "unknown"),
        ("accident", date(2025, 1, 1), True, "accident_insurance"),
        ("accident", date(2020, 1, 1), False, "accident_charged"),
        ("keys_locked_in", date(2020, 1, 1), False, "expired"),
    ],
)
def test_the_first_rule_decides(
    fault: str, purchased_on: date | None, *, free: bool, rule: str
) -> None:
    decided = decide(fault, purchased_on, TODAY)
    assert (decided.free, decided.rule) == (free, rule)
    assert entitlement_from_json(decided.as_json()) == decided


def test_the_reason_names_the_last_free_day() -> None:
    reason = decide("tyre", date(2024, 2, 29), TODAY).reason
    assert "2027-02-28" in reason.en
    assert "2027-02-28" in reason.zh


def test_a_leap_day_has_an_anniversary_every_year() -> None:
    assert anniversary(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert anniversary(date(2024, 2, 29), 4) == date(2028, 2, 29)


def test_a_table_that_leaves_a_call_open_is_refused() -> None:
    with pytest.raises(BadData, match="cover every call"):
        parse_rules('[[rule]]\nname="a"\nfree=true\nwithin_years=3\nreason={zh="",en=""}')
    with pytest.raises(BadData, match="cover every call"):
        parse_rules("")
