"""The pages on the smallest phones: nothing beyond the edge, every button large enough."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESK, PATIENCE_MS, PHONE, LiveTown
from tests.support.service import OLD_TOWN, PIN

pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=PATIENCE_MS)
SMALL = PHONE | {
    "viewport": {"width": 320, "height": 568},
    "geolocation": {"longitude": OLD_TOWN[0], "latitude": OLD_TOWN[1]},
    "permissions": ["geolocation"],
}
THUMB = 44
"""Pixels: the least that a finger hits for sure."""

_UNFIT = """thumb => [...document.querySelectorAll("button, a.button, input, textarea, .box, .job")]
  .filter((part) => !part.closest(".map-box") && part.getBoundingClientRect().width > 0)
  .filter((part) => {
    const { left, right, height } = part.getBoundingClientRect();
    const isCut = part.scrollWidth > part.clientWidth;
    return isCut || left < 0 || right > innerWidth || height < thumb;
  })
  .map((part) => part.textContent || part.name)"""


def small_page(live_town: LiveTown) -> Page:
    """Open a blank page that fetches no map: boxes are measured here, and maps take their time."""
    page = live_town.page(**SMALL)
    page.route(re.compile(r"/assets/small_map-"), lambda route: route.abort())
    return page


def fits(page: Page) -> bool:
    """Return whether everything is within the edges and can be hit."""
    unfit = page.evaluate(_UNFIT, THUMB)
    assert unfit == []
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_everything_fits_a_small_phone(live_town: LiveTown) -> None:
    phone = small_page(live_town)
    phone.goto(f"{live_town.url}/field/")
    phone.wait_for_selector("[name=pin]")
    assert fits(phone)
    phone.fill("[name=unit]", "R-01")
    phone.fill("[name=pin]", PIN)
    phone.click("button[type=submit]")
    phone.click("text=Start shift")
    phone.wait_for_selector("text=No job now.")
    assert fits(phone)

    badge = phone.locator(".unit-state")
    one_line = badge.evaluate("badge => badge.getBoundingClientRect().height")
    phone.evaluate("document.querySelector('.unit-code').textContent = 'CARGA-MOVIL-COQUI-05'")
    assert badge.evaluate("badge => badge.getBoundingClientRect().height") == one_line
    assert fits(phone)

    owner = small_page(live_town)
    owner.goto(f"{live_town.url}{live_town.call()['track_url']}")
    expect(owner.locator("h1")).to_have_text("Help is arranged.")
    assert fits(owner)
    for press in ("Set off", "I am at the car", "Job done"):
        button = phone.locator(".next", has_text=re.compile(f"^{press}$"))
        expect(button).to_be_enabled()
        assert fits(phone)
        button.click()
    expect(owner.locator(".stars button")).to_have_count(5)
    assert fits(owner)


@pytest.mark.parametrize("locale", ["zh-CN", "en-GB"])
def test_a_desk_at_150_percent_still_shows_the_card(live_town: LiveTown, locale: str) -> None:
    incident = live_town.call()
    zoomed = DESK | {"locale": locale, "viewport": {"width": 853, "height": 480}}
    console = live_town.console(**zoomed)
    console.click(f"[data-incident='{incident['id']}']")
    expect(console.locator("article.card")).to_be_visible()
    for part in ("article.card", ".card-head .icon-only", ".top-tools .primary", ".map-box"):
        box = console.locator(part).bounding_box()
        assert box is not None, part
        assert box["x"] >= 0, part
        assert box["x"] + box["width"] <= 853, part
    assert console.evaluate("document.documentElement.scrollWidth <= innerWidth")
