from __future__ import annotations

import pytest

from tests.support.browser import OpenPage, browser_program


def test_a_page_can_draw_maps(open_page: OpenPage) -> None:
    page = open_page()
    page.set_content("<canvas id='map'></canvas>")
    assert page.evaluate("document.getElementById('map').getContext('webgl2') !== null")


def test_each_page_has_its_own_context(open_page: OpenPage) -> None:
    assert open_page(locale="zh-CN").evaluate("navigator.language") == "zh-CN"
    assert open_page(locale="en-GB").evaluate("navigator.language") == "en-GB"


def test_an_uncaught_error_fails_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        pytest_plugins = ["tests.support.browser"]

        def test_page(open_page):
            page = open_page()
            page.set_content("<script>throw new Error('lost')</script>")
            page.evaluate("1")
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*about:blank: lost*"])


def test_the_browser_can_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROADFLARE_CHROMIUM", "sh")
    assert browser_program() is not None
    monkeypatch.setenv("ROADFLARE_CHROMIUM", "/no/such/browser")
    assert browser_program() is None
