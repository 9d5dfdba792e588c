"""The main job, end to end, in three browsers: a call becomes a unit at the car."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.browser.conftest import DESK, PATIENCE_MS, LiveTown
from tests.support.service import API, HARBOUR

# Three browsers that draw maps without a graphics card need their time.
pytestmark = pytest.mark.timeout(300)
expect.set_options(timeout=PATIENCE_MS)


def take_a_call(console: Page) -> str:
    """Take a call by hand and return the incident's number."""
    console.keyboard.press("n")
    console.click("text=Yes, safe")
    console.fill("[data-path='caller.phone'] input", "138 0013 8000")
    console.click("text=Address")
    console.fill("[data-path='location.address'] input", "万汇广场")
    console.click(".places button >> nth=0")
    console.fill("[data-path='vehicle.plate'] input", "闽AD20001")
    console.click(".fault-choice >> text=Tyre")
    console.click("text=Save and promise")
    expect(console.locator(".promised-sentence")).to_contain_text("Tell the caller")
    number = console.locator(".promised-number").inner_text()
    # By its role: while the queue is still empty it says "No open incidents", further up.
    console.get_by_role("button", name="Open incident").click()
    return number


def shows_unit_at(lon: float) -> Any:
    """Return whether an answer to the owner's page tells that the unit is there."""

    def fits(response: Response) -> bool:
        if not re.search(r"/track/[^/]+$", response.url) or not response.ok:
            return False
        unit = response.json()["unit"]
        return unit is not None and unit["lon"] is not None and abs(unit["lon"] - lon) < 1e-4

    return fits


def test_a_call_becomes_a_unit_at_the_car(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    console = live_town.console()
    number = take_a_call(console)

    row = console.locator("[data-incident]", has_text=number)
    expect(row.locator(".unit-code")).to_have_text("R-01")
    expect(phone.locator(".job-number")).to_have_text(number)

    owner = live_town.page(**DESK)
    link = console.locator("a", has_text="Owner's page").get_attribute("href")
    owner.goto(f"{live_town.url}{link}")
    expect(owner.locator("h1")).to_have_text("Help is arranged.")

    phone.click("text=Set off")
    expect(row.locator(".stage")).to_have_text("Rolling")
    expect(owner.locator("h1")).to_have_text("Help is on the way.")
    expect(owner.locator(".arrival-big")).to_contain_text("–")
    expect(owner.locator("[data-map=idle]")).to_be_visible()

    with owner.expect_response(shows_unit_at(HARBOUR[0]), timeout=PATIENCE_MS):
        phone.context.set_geolocation({"longitude": HARBOUR[0], "latitude": HARBOUR[1]})

    phone.click("text=I am at the car")
    expect(owner.locator("h1")).to_have_text("We are at your car.")
    expect(row.locator(".stage")).to_have_text("On site")
    expect(row.locator(".row-clock")).to_contain_text("arrived")

    phone.click("text=Job done")
    expect(owner.locator("h1")).to_have_text("All done.")
    expect(row).to_have_count(0)
    expect(phone.locator("text=No job now.")).to_be_visible()

    owner.click("[aria-label='5 of 5 stars']")
    owner.click("text=Send")
    expect(owner.locator("text=Thank you for telling us.")).to_be_visible()


def test_the_card_of_a_new_call_opens_before_the_queue_knows_of_it(live_town: LiveTown) -> None:
    console = live_town.console()
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    console.route(re.compile(r"/incidents\?state=open"), hold)  # the list is slow to come
    number = take_a_call(console)
    expect(console.locator("a", has_text="Owner's page")).to_be_visible()
    expect(console.locator("article.card")).to_have_attribute("aria-label", number)
    for request in late:
        request.abort()


def test_the_owner_can_call_it_off(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    incident = live_town.call()
    expect(phone.locator(".job-number")).to_have_text(incident["number"])
    owner = live_town.page(**DESK)
    owner.goto(f"{live_town.url}{incident['track_url']}")
    owner.click("text=Cancel request")
    owner.click("text=My car works again")
    owner.click("text=Yes, cancel")
    expect(owner.locator("h1")).to_have_text("This request was cancelled.")
    expect(phone.locator("text=No job now.")).to_be_visible()


def test_a_link_that_is_nobodys_says_so(live_town: LiveTown) -> None:
    owner = live_town.page(**DESK | {"locale": "zh-CN"})
    owner.goto(f"{live_town.url}/t/nobody")
    expect(owner.locator("h1")).to_have_text("此链接已失效。")


def test_who_is_on_the_way_is_told_that_the_owner_called_it_off(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    incident = live_town.call()
    phone.click("text=Set off")
    expect(phone.locator(".next")).to_have_text("I am at the car")
    expect(phone.locator(".unsent")).to_have_count(0)
    path = incident["track_url"].rpartition("/")[2]
    body = {"reason": "it starts again"}
    live_town.client.post(f"{API}/track/{path}/cancel", json=body).raise_for_status()
    told = phone.get_by_role("alert").filter(has_text=f"{incident['number']} is not yours any more")
    expect(told).to_be_visible()
    told.get_by_role("button").click()
    expect(told).to_have_count(0)
    expect(phone.locator("text=No job now.")).to_be_visible()
