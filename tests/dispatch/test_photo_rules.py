"""How many photos are taken and how long they are kept are settings, with values of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from dispatch.params import DEFAULT_FILE, PhotoRules, load_settings
from kernel.errors import InvalidInput


def file_with(folder: Path, photos: str) -> Path:
    text = DEFAULT_FILE.read_text(encoding="utf-8")
    assert "[photos]" in text
    path = folder / "dispatch.toml"
    path.write_text(text.partition("[photos]")[0] + photos, encoding="utf-8")
    return path


def test_a_file_from_before_there_were_photos_has_the_usual_values(tmp_path: Path) -> None:
    assert load_settings(file_with(tmp_path, "")).photos == PhotoRules() == load_settings().photos


def test_a_region_has_its_own_values(tmp_path: Path) -> None:
    own = "[photos]\nmost_by_owner = 3\nmost_in_all = 9\nkept_days = 30\n"
    assert load_settings(file_with(tmp_path, own)).photos == PhotoRules(3, 9, 30)


@pytest.mark.parametrize(
    ("photos", "pointer"),
    [
        ("most_by_owner = 3\nmost_in_all = 9\n", "/photos/kept_days"),
        ("most_by_owner = 3\nmost_in_all = 9\nkept_days = -1\n", "/photos/kept_days"),
        ("most_by_owner = 3\nmost_in_all = 9\nkept_days = 1\nx = 1\n", "/photos/x"),
    ],
)
def test_what_is_missing_or_impossible_is_named(tmp_path: Path, photos: str, pointer: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        load_settings(file_with(tmp_path, f"[photos]\n{photos}"))
    assert [it.pointer for it in refused.value.faults] == [pointer]
