from __future__ import annotations

import pytest

from dispatch.phone import is_assigned, mask_phone, read_phone
from kernel.errors import Fault


@pytest.mark.parametrize(
    ("text", "country", "e164", "masked"),
    [
        ("138 1234 1234", "CN", "+8613812341234", "138****1234"),
        ("+86-138-1234-1234", "CL", "+8613812341234", "138****1234"),
        ("9 7123 4567", "CL", "+56971234567", "9****4567"),
    ],
)
def test_numbers_are_kept_in_full_and_shown_masked(
    text: str, country: str, e164: str, masked: str
) -> None:
    assert read_phone(text, country) == e164
    assert mask_phone(e164) == masked


@pytest.mark.parametrize("text", ["", "12", "call me", "+999 12345678", "1" * 40])
def test_what_is_no_number_is_refused(text: str) -> None:
    assert isinstance(read_phone(text, "CN", "/caller/phone"), Fault)


def test_a_number_nobody_has_is_doubtful_only() -> None:
    assert is_assigned("+8613812341234")
    assert not is_assigned("+8610012341234")


@pytest.mark.parametrize("digits", range(1, 14))
def test_at_least_half_of_a_short_number_stays_hidden(digits: int) -> None:
    shown = mask_phone("x" + "123456789012345"[:digits]).replace("****", "")
    hidden = digits - len(shown)
    assert hidden >= (4 if digits >= 8 else digits / 2)
