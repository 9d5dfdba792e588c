from __future__ import annotations

import pytest

from dispatch.vin import check_digit_fits, normal_vin, vin_faults


@pytest.mark.parametrize(
    "vin",
    [
        "1M8GDM9AXKP042788",  # worked example of 49 CFR 565.15
        "11111111111111111",  # all ones: the usual self-test
    ],
)
def test_a_right_check_digit_fits(vin: str) -> None:
    assert vin_faults(vin, "") == []
    assert check_digit_fits(vin)


def test_two_neighbours_exchanged_do_not_fit() -> None:
    assert not check_digit_fits("1M8GDM9AXKP047288")


def test_a_vin_is_read_as_people_write_it() -> None:
    assert normal_vin(" 1m8g-dm9a xkp0 42788 ") == "1M8GDM9AXKP042788"
    assert normal_vin("１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８") == "1M8GDM9AXKP042788"


@pytest.mark.parametrize("letter", ["I", "O", "Q", "Ä", "粤"])
def test_letters_outside_the_alphabet_are_named(letter: str) -> None:
    (fault,) = vin_faults(f"1M8GDM9AXKP04278{letter}", "/vehicle/vin")
    assert (fault.pointer, fault.code) == ("/vehicle/vin", "vin.alphabet")
    assert letter in fault.message


def test_length_and_alphabet_are_told_together() -> None:
    assert [fault.code for fault in vin_faults("OQI", "")] == ["vin.length", "vin.alphabet"]
