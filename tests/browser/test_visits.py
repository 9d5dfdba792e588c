"""A visit is booked, listed and cancelled on the console, by keys, and followed by its owner."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PATIENCE_MS, LiveTown

expect.set_options(timeout=PATIENCE_MS)


def test_a_visit_is_booked_listed_and_cancelled(live_town: LiveTown) -> None:
    console = live_town.console()
    console.keyboard.press("b")
    console.fill("[data-path='caller.phone'] input", "138 0013 8000")
    console.click("text=Address")
    console.fill("[data-path='location.address'] input", "万汇广场")
    console.click(".places button >> nth=0")
    console.click(".intake-save button")
    # A car nobody can tell from others is not fetched: the server says so at the field.
    expect(console.locator(".intake [role=alert]").first).to_be_visible()
    console.fill("[data-path='vehicle.plate'] input", "闽AD20001")
    console.click(".intake-save button")
    code = console.locator(".visit-code").inner_text()
    link = console.locator("a", has_text="Owner's page").get_attribute("href")
    # The town's Monday noon: the next calm morning is Tuesday's, in the town's time.
    expect(console.locator(".promised-sentence")).to_contain_text("Tue 2 Jun 09:00–11:00")

    owner = live_town.page(**DESK)
    owner.goto(f"{live_town.url}{link}")
    expect(owner.locator("h1")).not_to_be_empty()
    expect(owner.locator(".number")).to_contain_text(code)

    console.keyboard.press("Escape")
    row = console.locator("[data-visit]", has_text=code)
    expect(row).to_contain_text("09:00–11:00")
    row.click()
    console.keyboard.press("x")
    console.fill("[name=text]", "car is sold")
    console.click("dialog button[type=submit]")
    expect(row).to_contain_text("Cancelled")
    [visit] = live_town.as_desk("GET", "appointments?day=2026-06-02")["items"]
    assert (visit["code"], visit["state"]) == (code, "cancelled")


def test_the_list_shows_the_day_that_is_asked_for(live_town: LiveTown) -> None:
    body = {
        "kind": "installation",
        "window": {"start_at": "2026-06-03T01:00:00Z", "end_at": "2026-06-03T03:00:00Z"},
        "caller": {"phone": "13800138000"},
        "location": {"lon": 119.62, "lat": 25.36, "datum": "WGS-84"},
    }
    visit = live_town.as_desk("POST", "appointments", body)
    console = live_town.console(locale="zh-CN")
    console.keyboard.press("v")
    expect(console.get_by_text("当天没有预约。")).to_be_visible()
    for _ in range(2):
        console.click("[aria-label=后一天]")
    row = console.locator("[data-visit]", has_text=visit["code"])
    expect(row).to_contain_text(re.compile("充电桩安装"))
    expect(row).to_contain_text("09:00–11:00")
