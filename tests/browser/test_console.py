"""What the dispatcher's hands do: faults at their fields, keys that assign."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.conftest import DESK, PATIENCE_MS, LiveTown

expect.set_options(timeout=PATIENCE_MS)

BREAKDOWN = {"fault": "breakdown", "symptom": "will not shift out of P", "drivable": False}
"""Both a repair van and a tow truck can help."""


def test_all_faults_of_a_call_are_shown_at_their_fields(live_town: LiveTown) -> None:
    console = live_town.console()
    console.keyboard.press("n")
    console.fill("[data-path='caller.phone'] input", "12")
    console.fill("[data-path='vehicle.vin'] input", "LIO12345678901234")
    console.locator(".map-box canvas").click(position={"x": 300, "y": 300})
    console.click("text=Save and promise")
    expect(console.locator("[data-path='caller.phone'] .field-fault")).to_be_visible()
    expect(console.locator("[data-path='vehicle.vin'] .field-fault").first).to_be_visible()
    assert live_town.as_desk("GET", "incidents?state=all")["items"] == []


def test_a_digit_sends_that_candidate_and_undo_takes_it_back(live_town: LiveTown) -> None:
    for code in ("R-01", "T-01"):
        live_town.phone(code)
    incident = live_town.call(**BREAKDOWN)
    console = live_town.console()
    console.keyboard.press("j")
    other = console.locator(".candidate:not(.chosen)").first
    expect(console.locator(".candidate.chosen")).to_be_visible()
    code = other.locator("b").first.inner_text()
    console.keyboard.press(other.locator("kbd").inner_text())
    expect(console.locator(".toast")).to_contain_text(f"{code} assigned to {incident['number']}")
    row = console.locator(f"[data-incident='{incident['id']}']")
    expect(row.locator(".unit-code")).to_have_text(code)
    expect(console.locator(".job-line")).to_contain_text("Unit fixed by hand")
    console.click(".toast >> text=Undo")
    expect(console.locator(".job-line")).not_to_contain_text("Unit fixed by hand")


def test_dragging_a_unit_onto_an_incident_assigns_it(live_town: LiveTown) -> None:
    for code in ("R-01", "T-01"):
        live_town.phone(code)
    incident = live_town.call(**BREAKDOWN)
    console = live_town.console()
    console.keyboard.press("j")
    other = console.locator(".candidate:not(.chosen)").first
    code = other.locator("b").first.inner_text()
    row = console.locator(f"[data-incident='{incident['id']}']")
    other.drag_to(row)
    expect(row.locator(".unit-code")).to_have_text(code)


def test_the_command_bar_does_what_a_drag_does(live_town: LiveTown) -> None:
    live_town.phone("T-01")
    incident = live_town.call(**BREAKDOWN)
    console = live_town.console()
    console.keyboard.press("/")
    console.keyboard.type(f"T-01 > {incident['number']}")
    console.keyboard.press("Enter")
    expect(console.locator(".toast")).to_contain_text(f"T-01 assigned to {incident['number']}")


def test_who_was_slower_is_told_and_sees_what_the_other_did(live_town: LiveTown) -> None:
    incident = live_town.call()
    console = live_town.console()
    console.click(f"[data-incident='{incident['id']}']")
    expect(console.locator(".timeline")).to_be_visible()
    console.keyboard.press("x")
    console.fill("[name=text]", "false alarm")
    live_town.as_desk("PATCH", f"incidents/{incident['id']}", {"note": "two children in the car"})
    console.click("dialog button[type=submit]")
    expect(console.locator(".toast.bad")).to_contain_text("Somebody else has changed")
    expect(console.locator(".card")).to_contain_text("two children in the car")
    assert live_town.as_desk("GET", f"incidents/{incident['id']}")["state"] != "closed"

    console.keyboard.press("x")
    console.fill("[name=text]", "false alarm")
    console.click("dialog button[type=submit]")
    expect(console.locator(f"[data-incident='{incident['id']}']")).to_have_count(0)


def test_the_number_is_shown_to_call_back_and_that_is_kept(live_town: LiveTown) -> None:
    incident = live_town.call()
    console = live_town.console()
    console.click(f"[data-incident='{incident['id']}']")
    expect(console.locator(".card .phone")).to_have_text("138****0001")
    console.keyboard.press("p")
    expect(console.locator("dialog [name=text]")).to_have_value("Call back")
    expect(console.locator("dialog [name=text]")).to_be_focused()  # Enter before that goes astray
    console.keyboard.press("Enter")
    expect(console.locator(".card a.phone")).to_have_text("+8613812340001")
    [asked] = live_town.events("caller.revealed")
    assert asked["payload"]["words"] == {"reason": "Call back", "asked_by": "调度"}


def test_the_map_stays_where_the_operator_left_it(live_town: LiveTown) -> None:
    live_town.call()
    console = live_town.console()
    scale = console.locator(".maplibregl-ctrl-scale")
    before = scale.bounding_box(), scale.inner_text()
    console.keyboard.press("j")
    console.wait_for_selector(".candidates, .why .notice")
    assert (scale.bounding_box(), scale.inner_text()) == before


def test_the_console_speaks_chinese_to_a_chinese_browser(live_town: LiveTown) -> None:
    console = live_town.page(**DESK | {"locale": "zh-CN"})
    console.goto(f"{live_town.url}/console/")
    expect(console.locator("h1")).to_have_text("登录调度台")
    console.fill("[name=user]", "desk")
    console.fill("[name=secret]", "wrong")
    console.click("button[type=submit]")
    expect(console.locator(".field-fault")).not_to_be_empty()
    console.click("[aria-label=切换到英文]")
    expect(console.locator("h1")).to_have_text("Log in to dispatch")


def test_times_are_the_regions_wherever_the_console_stands(live_town: LiveTown) -> None:
    console = live_town.console()  # in Lima, while it is past noon in the town
    expect(console.locator(".top-clock b")).to_have_text(re.compile(r"^12:"))
