from __future__ import annotations

from benchmarks.routing.page import PAGE, filled


def test_the_page_shows_the_saved_results():
    page = PAGE.read_text(encoding="utf-8")
    assert page == filled(page), "Remedy: .venv/bin/python -m benchmarks.routing.page"
    assert "| `roadflare` |" in page
    assert "0 mismatches" in page
