"""``roadflare screenshots``: every page of the real service, photographed in both languages."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import httpx
import typer

from api.commands.options import AsJson, DataDir
from api.local_server import serving
from api.logs import configure_logs
from api.pages import CONSOLE, FIELD
from api.scene import EVENING, PIN, Scene
from api.service import open_service
from api.settings import Settings
from geo_data.city import load_city
from kernel.clock import VirtualClock
from kernel.errors import ExternalServiceError

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

app = typer.Typer(add_completion=False)

LANGUAGES = {"en": "en-GB", "zh": "zh-CN"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # containers give no user namespaces, and every page here is our own
    "--use-angle=swiftshader",  # WebGL without a graphics card
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
DESK: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
PATIENCE_MS = 60_000


@app.command()
def screenshots(
    folder: Annotated[Path, typer.Argument(help="Where the pictures go.")],
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Photograph every page, in both languages.

    Plays an evening in the demo city on a service of its own, then opens console, owner's and
    technician's page in a headless browser.
    """
    configure_logs(as_json=as_json)
    folder.mkdir(parents=True, exist_ok=True)
    with _evening(data_dir or Settings().data_dir) as (url, scene), _browser() as browser:
        studio = _Studio(browser, url, folder, scene)
        names = [studio.take(shot, language) for shot in SHOTS for language in LANGUAGES]
    if as_json:
        typer.echo(json.dumps({"folder": str(folder), "files": names}))
    else:
        typer.echo("\n".join(str(folder / name) for name in names))


@contextmanager
def _evening(data_dir: Path) -> Iterator[tuple[str, Scene]]:
    """Serve the demo city on a clock that stands where the evening ends."""
    for built in (CONSOLE, FIELD):
        if not (built / "index.html").is_file():
            raise ExternalServiceError(f"{built} is not built.", remedy="Run npm run build.")
    clock = VirtualClock(EVENING)
    with tempfile.TemporaryDirectory(prefix="roadflare-screenshots-") as folder:
        service = open_service(
            Settings(data_dir=data_dir),
            clock,
            city="demo",
            database=f"sqlite:///{folder}/evening.sqlite",
            drive="manual",
            solver="inline",
            access_life=timedelta(days=1),
        )
        with service, serving(service) as url, httpx.Client(base_url=url, timeout=60) as client:
            scene = Scene(service, clock, client)
            scene.play(load_city("demo", data_dir))
            yield url, scene


@contextmanager
def _browser() -> Iterator[Browser]:
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 (a test tool)
    except ImportError as error:
        raise ExternalServiceError(
            "Playwright is not installed.", remedy="Run ./run test once; it brings it."
        ) from error
    chosen = os.environ.get("ROADFLARE_CHROMIUM")
    program = next(filter(None, map(shutil.which, (chosen,) if chosen else BROWSERS)), None)
    if program is None:
        raise ExternalServiceError("No Chromium was found.", remedy="sudo apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass(frozen=True)
class _Shot:
    """One picture: its name, device, and what is done before the shutter."""

    name: str
    device: dict[str, Any]
    pose: Callable[[Page, _Studio], None]
    dark: bool = False


@dataclass(frozen=True)
class _Studio:
    browser: Browser
    url: str
    folder: Path
    scene: Scene

    def take(self, shot: _Shot, language: str) -> str:
        """Take one picture in one language and return its file's name."""
        lon, lat = next(iter(self.scene.crews.values())).place
        context = self.browser.new_context(
            **shot.device,
            locale=LANGUAGES[language],
            timezone_id="America/Santiago",
            color_scheme="dark" if shot.dark else "light",
            reduced_motion="reduce",
            geolocation={"longitude": lon, "latitude": lat},
            permissions=["geolocation"],
            service_workers="block",
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        shot.pose(page, self)
        page.wait_for_timeout(400)  # fonts are asked for once there is text in them
        page.evaluate("document.fonts.ready")
        name = f"{shot.name}.{language}.png"
        page.screenshot(path=self.folder / name)
        context.close()
        return name

    def console(self, page: Page) -> None:
        """Open the console and wait for its map."""
        page.goto(f"{self.url}/console/#token={self.scene.dispatcher_token}")
        _map_drawn(page)
        page.wait_for_selector("[data-incident]")

    def open_incident(self) -> dict[str, Any]:
        """Return an incident that somebody is driving to."""
        return self._find(lambda one: one["state"] == "rolling")

    def incident_in(self, state: str) -> dict[str, Any]:
        """Return an incident in a state."""
        return self._find(lambda one: one["state"] == state)

    def planned_incident(self) -> dict[str, Any]:
        """Return an incident whose unit may still be chosen."""
        return self._find(
            lambda one: one["state"] in ("waiting", "assigned") and one["job"]["lock"] == "free"
        )

    def close_a_road(self) -> None:
        """Report the roads at two open incidents: one closed, one slower in one direction."""
        headers = {"Authorization": f"Bearer {self.scene.dispatcher_token}"}

        def ask(method: str, path: str, body: Any = None) -> Any:
            path = f"/api/v1/road-reports{path}"
            answer = self.scene.client.request(method, path, json=body, headers=headers)
            return answer.raise_for_status().json()

        if ask("GET", "")["items"]:
            return
        until = (EVENING + timedelta(hours=3)).isoformat()
        for place, said in (
            (self.open_incident(), {"effect": "factor", "value": 0.25, "note": "Feria, calle"}),
            (self.planned_incident(), {"effect": "closed", "until": until, "note": "爆管抢修"}),
        ):
            lon, lat = place["location"]["lon"], place["location"]["lat"]
            road = ask("GET", f"/road-at?lon={lon}&lat={lat}")
            at = {"lon": road["lon"], "lat": road["lat"]}
            if said["effect"] == "factor":
                at["heading_deg"] = road["directions"][0]["heading_deg"]
            ask("POST", "", {"where": {"at": at}} | said)

    def _find(self, fits: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.scene.dispatcher_token}"}
        answer = self.scene.client.get("/api/v1/incidents?state=all&limit=100", headers=headers)
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return next(filter(fits, items), items[0])


def _map_drawn(page: Page) -> None:
    page.wait_for_selector("[data-map=idle]")


def _console(page: Page, studio: _Studio) -> None:
    studio.console(page)


def _incident(page: Page, studio: _Studio) -> None:
    studio.console(page)
    page.click(f"[data-incident='{studio.planned_incident()['id']}']")
    page.wait_for_selector(".candidate")
    page.wait_for_selector(".timeline li")
    page.keyboard.press("m")
    page.wait_for_timeout(1500)
    _map_drawn(page)


def _intake(page: Page, studio: _Studio) -> None:
    studio.console(page)
    page.keyboard.press("n")
    page.click(".choice.unsafe")
    page.fill("[data-path='caller.phone'] input", "138 0013 8000")
    page.click(".map-box", position={"x": 320, "y": 420})
    page.wait_for_function("document.querySelector('.picked')?.textContent.includes('(')")


def _owner(page: Page, studio: _Studio) -> None:
    page.goto(f"{studio.url}{studio.open_incident()['track_url']}")
    _map_drawn(page)


def _login(page: Page, studio: _Studio) -> None:
    page.goto(f"{studio.url}/console/")
    page.wait_for_selector("[name=secret]")


def _visits(page: Page, studio: _Studio) -> None:
    studio.console(page)
    page.keyboard.press("v")
    page.click(".visit-day button >> nth=1")  # tomorrow
    page.click("[data-visit] >> nth=0")


def _booking(page: Page, studio: _Studio) -> None:
    studio.console(page)
    page.keyboard.press("b")
    page.fill("[data-path='caller.phone'] input", "138 0013 8000")
    page.click(".map-box", position={"x": 320, "y": 420})
    page.wait_for_function("document.querySelector('.picked')?.textContent.includes('(')")


def _new_road(page: Page, studio: _Studio) -> None:
    studio.console(page)
    page.click(f"[data-incident='{studio.planned_incident()['id']}']")
    page.keyboard.press("m")
    page.wait_for_timeout(1500)
    page.keyboard.press("t")
    page.click(".map-box")  # its middle: the road at the incident
    page.wait_for_selector(".road-picked")
    page.click(".button.choice.slower")
    page.fill("[data-path=note] input", "爆管 burst main")
    page.wait_for_timeout(1500)  # the road is drawn, buttons have their colours


def _roads(page: Page, studio: _Studio) -> None:
    studio.close_a_road()
    studio.console(page)
    page.keyboard.press("o")
    page.click("[data-road] >> nth=0")
    page.keyboard.press("m")
    page.wait_for_timeout(1500)
    _map_drawn(page)


def _owner_of(page: Page, studio: _Studio, state: str) -> None:
    page.goto(f"{studio.url}{studio.incident_in(state)['track_url']}")
    page.wait_for_selector(".headline h1")
    if state != "closed":
        _map_drawn(page)


def _phone_of(page: Page, studio: _Studio, code: str) -> None:
    lon, lat = studio.scene.crews[code].place
    page.context.set_geolocation({"longitude": lon, "latitude": lat})
    page.goto(f"{studio.url}/field/")
    page.fill("[name=unit]", code)
    page.fill("[name=pin]", PIN)
    page.click("button[type=submit]")


def _technician(page: Page, studio: _Studio) -> None:
    _phone_of(page, studio, studio.open_incident()["job"]["unit_code"])
    page.wait_for_selector(".job-drive")
    _map_drawn(page)


def _technician_at_car(page: Page, studio: _Studio) -> None:
    _phone_of(page, studio, studio.incident_in("on_site")["job"]["unit_code"])
    page.wait_for_selector(".next")
    _map_drawn(page)
    page.get_by_role("button", name=re.compile("Something else|其他情况")).click()
    page.wait_for_selector(".sheet")


def _technician_login(page: Page, studio: _Studio) -> None:
    page.goto(f"{studio.url}/field/")
    page.wait_for_selector("[name=pin]")


SHOTS = (
    _Shot("console", DESK, _console),
    _Shot("console-night", DESK, _incident, dark=True),
    _Shot("incident", DESK, _incident),
    _Shot("new-incident", DESK, _intake),
    _Shot("visits", DESK, _visits),
    _Shot("new-visit", DESK, _booking),
    _Shot("login", DESK, _login),
    _Shot("owner", PHONE, _owner),
    _Shot("owner-night", PHONE, _owner, dark=True),
    _Shot("owner-waiting", PHONE, partial(_owner_of, state="waiting")),
    _Shot("owner-at-car", PHONE, partial(_owner_of, state="on_site")),
    _Shot("owner-done", PHONE, partial(_owner_of, state="closed")),
    _Shot("technician", PHONE, _technician),
    _Shot("technician-at-car", PHONE, _technician_at_car),
    _Shot("technician-login", PHONE, _technician_login),
    _Shot("new-road", DESK, _new_road),
    _Shot("new-road-night", DESK, _new_road, dark=True),
    _Shot("roads", DESK, _roads),
    _Shot("roads-night", DESK, _roads, dark=True),
)
"""Every page, in the order of a call."""
