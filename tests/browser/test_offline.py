"""The technician's phone in a tunnel: nothing is lost, nothing is told twice."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE_MS, LiveTown

expect.set_options(timeout=PATIENCE_MS)


def test_what_was_pressed_in_a_tunnel_is_told_once(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.reload()  # from now on the page is the service worker's
    number = live_town.call()["number"]
    expect(phone.locator(".job-number")).to_have_text(number)

    phone.context.set_offline(True)
    phone.click("text=Set off")
    expect(phone.locator(".unsent")).to_have_text("1 unsent")
    phone.click("text=I am at the car")
    expect(phone.locator(".unsent")).to_have_text("2 unsent")
    assert live_town.events("job.rolling") == []

    phone.reload()
    expect(phone.locator(".unsent")).to_have_text("2 unsent")
    expect(phone.locator(".next")).to_have_text("Job done")

    phone.context.set_offline(False)
    expect(phone.locator(".unsent")).to_have_count(0)
    expect(phone.locator(".next")).to_have_text("Job done")
    assert len(live_town.events("job.rolling")) == 1
    assert len(live_town.events("job.arrived")) == 1


def test_a_job_is_declined_with_a_reason(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    number = live_town.call()["number"]
    console = live_town.console()
    console.click(f"[data-incident] >> text={number}")
    phone.click("text=Something else")
    phone.click(".sheet >> text=Decline")
    phone.click("text=Missing tool or part")
    expect(phone.locator("text=No job now.")).to_be_visible()
    [declined] = live_town.events("job.declined")
    # The reason itself lies beside the log, where it can be erased; the log keeps its seal.
    assert re.fullmatch("[0-9a-f]{64}", declined["payload"]["said"])
    assert declined["payload"]["words"] == {"reason": "Missing tool or part"}
    expect(console.locator(".toast")).to_contain_text("R-01 declined: Missing tool or part")
    expect(console.locator(".refusals")).to_contain_text("R-01 declined: Missing tool or part")
    expect(console.locator(".timeline")).to_contain_text("R-01 declined: Missing tool or part")
