"""A road is reported by clicking it, drawn, driven around, listed, and taken back."""

from __future__ import annotations

import math
from typing import Any

from playwright.sync_api import Page, expect
from shapely.geometry import LineString, MultiLineString

from tests.browser.conftest import DESK, PATIENCE_MS, LiveTown
from tests.support.service import HARBOUR, SECRET

expect.set_options(timeout=PATIENCE_MS)

METRES_PER_DEGREE = 111_195.0


def way_of(town: LiveTown, code: str) -> LineString:
    units = town.as_desk("GET", "units")["items"]
    unit_id = next(unit["id"] for unit in units if unit["code"] == code)
    legs = town.as_desk("GET", f"units/{unit_id}/route")["features"]
    return LineString(legs[0]["geometry"]["coordinates"])


def road_on(town: LiveTown, way: LineString) -> dict[str, Any]:
    """Return the road half-way along a way."""
    spot = way.interpolate(0.5, normalized=True)
    road: dict[str, Any] = town.as_desk("GET", f"road-reports/road-at?lon={spot.x}&lat={spot.y}")
    return road


def shared(way: LineString, report: dict[str, Any]) -> float:
    """Return how much of a way leads over the roads of a report, in degrees."""
    lines = MultiLineString(report["geometry"]["coordinates"])
    return float(way.intersection(lines.buffer(1e-6)).length)


def pixel(console: Page, lon: float, lat: float) -> dict[str, float]:
    """Return where a place is on a map whose middle is the harbour, by the map's own scale."""
    scale = console.locator(".maplibregl-ctrl-scale")
    value, unit = scale.inner_text().replace("\xa0", " ").split()
    metres = float(value) * (1000 if unit == "km" else 1)
    per_px = metres / float(scale.evaluate("it => parseFloat(it.style.width)"))
    box = console.locator(".map-box").bounding_box()
    assert box is not None
    east_m = (lon - HARBOUR[0]) * METRES_PER_DEGREE * math.cos(math.radians(HARBOUR[1]))
    north_m = (lat - HARBOUR[1]) * METRES_PER_DEGREE
    return {"x": box["width"] / 2 + east_m / per_px, "y": box["height"] / 2 - north_m / per_px}


def test_a_closed_road_is_clicked_driven_around_and_taken_back(live_town: LiveTown) -> None:
    live_town.phone("R-01")
    incident = live_town.call()
    console = live_town.console(reduced_motion="reduce")
    row = console.locator(f"[data-incident='{incident['id']}']")
    expect(row.locator(".unit-code")).to_have_text("R-01")
    row.click()
    console.keyboard.press("m")  # the harbour is the middle of the map now
    straight = way_of(live_town, "R-01")
    road = road_on(live_town, straight)
    spot = pixel(console, road["lon"], road["lat"])

    console.keyboard.press("t")
    console.locator(".map-box canvas").click(position=spot)
    picked = console.locator(".road-picked")
    expect(picked).to_contain_text(road["roads"][0])
    expect(picked.locator(".chip").first).to_have_text("Both directions")
    console.click("[data-path=until] >> text=3 h")
    console.fill("[data-path=note] input", "burst main")
    console.keyboard.press("Enter")

    card = console.locator("article.card")
    expect(card.locator(".safety.danger")).to_have_text("Closed")
    expect(card).to_contain_text("调度")
    expect(card).to_contain_text("burst main")
    [report] = live_town.as_desk("GET", "road-reports")["items"]
    assert report["roads"] == road["roads"]
    assert shared(straight, report) > 1e-4
    around = way_of(live_town, "R-01")
    assert shared(around, report) < 1e-5, "the unit is led around it"

    listed = console.locator(f"[data-road='{report['id']}']")
    expect(listed).to_contain_text("Closed")
    console.keyboard.press("Escape")
    expect(card.locator(".safety.danger")).to_have_count(0)
    console.locator(".map-box canvas").hover(position=spot)
    expect(console.locator(".map-box canvas")).to_have_css("cursor", "pointer")
    console.locator(".map-box canvas").click(position=spot)  # the line itself
    expect(card.locator(".safety.danger")).to_have_text("Closed")

    console.keyboard.press("x")
    expect(console.locator("dialog button[type=submit]")).to_be_focused()
    console.keyboard.press("Enter")
    expect(listed).to_have_count(0)
    assert live_town.as_desk("GET", "road-reports")["items"] == []
    assert way_of(live_town, "R-01").equals(straight)


def test_a_slow_road_is_found_by_its_name_with_keys_alone_and_faults_stand_at_their_fields(
    live_town: LiveTown,
) -> None:
    console = live_town.console(locale="zh-CN")
    console.keyboard.press("?")
    expect(console.locator(".help-keys")).to_contain_text("上报路况")
    console.keyboard.press("Escape")
    console.keyboard.press("/")
    expect(console.get_by_role("combobox")).to_be_focused()
    console.keyboard.type("上报路况")
    console.keyboard.press("Enter")
    expect(console.get_by_role("button", name="地图", exact=True)).to_be_focused()
    console.keyboard.press("Tab")
    console.keyboard.press("Enter")  # by its address
    console.keyboard.press("Tab")
    console.keyboard.type("中山路")
    console.locator(".places button").first.focus()
    console.keyboard.press("Enter")
    expect(console.locator(".road-picked")).to_contain_text("中山路")
    one_way = console.locator(".road-picked .chip").nth(1)
    one_way.press("Enter")
    expect(one_way).to_have_attribute("aria-pressed", "true")
    console.get_by_role("button", name="缓行").press("Enter")
    console.get_by_role("button", name="km/h…").press("Enter")
    console.fill("[data-path=value] input", "900")
    console.keyboard.press("Enter")
    expect(console.locator("[data-path=value] .field-fault").first).to_be_visible()
    console.get_by_role("button", name="指定时间…").press("Enter")
    console.fill("[data-path='until.day'] input", "2026-05-31")
    console.fill("[data-path=value] input", "15")
    console.keyboard.press("Enter")
    expect(console.locator("[data-path=until] .field-fault")).to_be_visible()
    assert live_town.as_desk("GET", "road-reports")["items"] == []

    console.get_by_role("button", name="直至撤回").press("Enter")
    console.locator("[data-path=note] input").press("Enter")
    expect(console.locator("article.card .safety")).to_contain_text("15 km/h")
    [report] = live_town.as_desk("GET", "road-reports")["items"]
    assert (report["effect"], report["value"], report["until"]) == ("speed", 15.0, None)
    assert (report["n_edges"], report["heading_deg"] is None) == (1, False)

    console.get_by_role("button", name="同样上报另一路段").press("Enter")
    expect(console.locator("[data-path=value] input")).to_have_value("15")
    console.keyboard.press("Escape")
    console.keyboard.press("i")
    console.keyboard.press("o")
    expect(console.locator("[data-road]")).to_contain_text("15 km/h")


def test_a_click_beside_every_road_says_so_at_the_place(live_town: LiveTown) -> None:
    console = live_town.console()
    console.keyboard.press("t")
    for _ in range(2):
        console.click("[aria-label='Zoom out']")
    console.wait_for_timeout(1200)  # the map glides there
    console.locator(".map-box canvas").click(position={"x": 40, "y": 40})
    expect(console.locator("[data-path=where] .field-fault")).to_contain_text("no road within")
    expect(console.locator(".intake-save button")).to_be_disabled()


def test_who_may_not_keep_roads_neither_sees_nor_asks_for_them(live_town: LiveTown) -> None:
    console = live_town.page(**DESK)
    asked: list[str] = []
    console.on("request", lambda request: asked.append(request.url))
    console.goto(f"{live_town.url}/console/#token={live_town.log_in('hotline', SECRET)}")
    console.wait_for_selector(".skeletons", state="detached")
    console.wait_for_selector("[data-map=idle]")
    console.keyboard.press("t")
    expect(console.locator(".intake")).to_have_count(0)
    expect(console.get_by_role("tab")).to_have_count(2)  # incidents and visits
    expect(console.locator("[aria-label='Report a road']")).to_have_count(0)
    console.keyboard.press("/")
    expect(console.locator(".commands")).not_to_contain_text("Report a road")
    assert any(url.endswith("/me") for url in asked)
    assert not [url for url in asked if "road-reports" in url]
