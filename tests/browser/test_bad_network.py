"""The owner's page where files get lost on the way: what did not come at first comes later."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial

from playwright.sync_api import Route, expect

from tests.browser.conftest import DESK, PATIENCE_MS, LiveTown

expect.set_options(timeout=PATIENCE_MS)
LOST = 2
LATER = {
    "map": re.compile(r"/assets/small_map-[^/]+\.js"),
    "map's style": re.compile(r"/assets/maplibre-gl-[^/]+\.css"),
    "Chinese letters": re.compile(r"/assets/400-[^/]+\.css"),
}


def test_files_lost_at_first_are_asked_for_again(live_town: LiveTown) -> None:
    link = live_town.call()["track_url"]
    owner = live_town.page(**DESK | {"locale": "zh-CN"})
    asked: Counter[str] = Counter()

    def lose(name: str, route: Route) -> None:
        asked[name] += 1
        if asked[name] <= LOST:
            route.abort()
        else:
            route.continue_()

    for name, pattern in LATER.items():
        owner.route(pattern, partial(lose, name))
    owner.goto(link if link.startswith("http") else f"{live_town.url}{link}")
    expect(owner.locator("h1")).not_to_be_empty()
    expect(owner.locator(".map-box canvas")).to_be_visible()
    assert owner.locator(".map-box").evaluate("box => getComputedStyle(box).overflow") == "hidden"
    owner.wait_for_function("document.fonts.check('400 16px \"Noto Sans SC\"', '到')")
    assert all(asked[name] == LOST + 1 for name in LATER), asked
