"""The technician's phone in a tunnel: nothing is lost, nothing is told twice."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import PATIENCE_MS, PHONE, LiveTown
from tests.support.service import PIN, SECRET

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


def test_what_one_unit_pressed_is_not_told_as_anothers(live_town: LiveTown) -> None:
    phone = live_town.phone("R-01")
    number = live_town.call()["number"]
    expect(phone.locator(".job-number")).to_have_text(number)
    phone.wait_for_selector("[data-map=idle]")

    phone.context.set_offline(True)
    phone.click("text=Set off")
    expect(phone.locator(".unsent")).to_have_text("1 unsent")
    leave(phone)
    phone.context.set_offline(False)
    log_in(phone, "t-01")
    expect(phone.locator("text=You are off shift.")).to_be_visible()
    expect(phone.locator(".unsent")).to_have_count(0)
    expect(phone.locator("body")).not_to_contain_text(number)

    phone.click("text=Log out")
    expect(phone.locator("text=Nothing unsent is lost.")).to_be_visible()
    assert live_town.events("job.rolling") == []
    log_in(phone, "R-01")
    expect(phone.locator(".next")).to_have_text("I am at the car")
    expect(phone.locator(".refused")).to_have_count(0)
    assert len(live_town.events("job.rolling")) == 1


def test_a_dispatcher_has_no_jobs_on_the_phone(live_town: LiveTown) -> None:
    phone = live_town.page(**PHONE)
    phone.goto(f"{live_town.url}/field/")
    log_in(phone, "desk", SECRET)
    expect(phone.locator(".fault")).to_contain_text("not a technician's")
    log_in(phone, "R-01")
    expect(phone.locator("text=Start shift")).to_be_visible()


def leave(phone: Page) -> None:
    """Log out with a job in hand; the phone asks first."""
    phone.locator(".logout").click()
    expect(phone.locator(".sheet")).to_contain_text("The unit stays on shift")
    phone.locator(".sheet").get_by_role("button", name="Log out").click()


def log_in(phone: Page, user: str, secret: str = PIN) -> None:
    phone.fill("[name=unit]", user)
    phone.fill("[name=pin]", secret)
    phone.click("button[type=submit]")


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
