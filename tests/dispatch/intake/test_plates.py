from __future__ import annotations

import pytest

from dispatch.plates import Plate, read_plate
from kernel.errors import Fault


@pytest.mark.parametrize(
    ("text", "country", "plain", "form"),
    [
        ("粤B12345", "CN", "粤B12345", "ordinary"),
        ("粤b·1a2c5", "CN", "粤B1A2C5", "ordinary"),
        ("粤B1234学", "CN", "粤B1234学", "special"),
        ("粤BD12345", "CN", "粤BD12345", "new_energy_small"),
        ("京AF 0236", "CN", "京AF0236", "ordinary"),
        ("京AFA0236", "CN", "京AFA0236", "new_energy_small"),
        ("粤B12345D", "CN", "粤B12345D", "new_energy_large"),
        ("bbcl-23", "CL", "BBCL23", "since_2007"),
        ("AB 1234", "CL", "AB1234", "before_2007"),
        ("ABC-123", "FI", "ABC123", "ordinary"),
        ("B XY 1234", "DE", "BXY1234", "free"),
        ("DE:B XY 1234", "CN", "DE:BXY1234", "foreign"),
        ("CN:粤B12345", "CN", "粤B12345", "ordinary"),
    ],
)
def test_plates_of_each_country_are_read(text: str, country: str, plain: str, form: str) -> None:
    plate = read_plate(text, country)
    assert isinstance(plate, Plate)
    assert (plate.text, plate.form) == (plain, form)
    assert plate.new_energy == form.startswith("new_energy")


@pytest.mark.parametrize(
    ("text", "country", "code"),
    [
        ("粤BI2345", "CN", "plate.alphabet"),
        ("粤BD1234O", "CN", "plate.alphabet"),
        ("B12345", "CN", "plate.province"),
        ("", "CN", "plate.province"),
        ("粤B1234", "CN", "plate.form"),
        ("粤BL12345", "CN", "plate.form"),  # L marks no kind of drive
        ("粤BD123456", "CN", "plate.form"),
        ("粤BABCDE", "CN", "plate.form"),  # at most two letters in an ordinary serial
        ("BACL23", "CL", "plate.form"),  # no vowels since 2007
        ("DE:!", "CN", "plate.form"),
        ("x", "DE", "plate.form"),
    ],
)
def test_what_is_no_plate_is_refused_with_the_most_telling_reason(
    text: str, country: str, code: str
) -> None:
    fault = read_plate(text, country, "/vehicle/plate")
    assert isinstance(fault, Fault)
    assert (fault.code, fault.pointer) == (code, "/vehicle/plate")
    assert fault.remedy
