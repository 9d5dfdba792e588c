"""The real service on the invented town, served on this machine, with a clock that hurries."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page

from api.local_server import serving
from api.pages import CONSOLE, FIELD
from api.service import open_service
from kernel.clock import ScaledClock
from tests.support.browser import OpenPage
from tests.support.missing import missing
from tests.support.service import API, FLEET, NOON, OLD_TOWN, PIN, SECRET, a_call

SPEED = 10
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "locale": "en-GB",
    "timezone_id": "Asia/Shanghai",
}
DESK: dict[str, Any] = {"locale": "en-GB", "timezone_id": "America/Lima"}
PATIENCE_MS = 45_000


@dataclass
class LiveTown:
    """The service at its address, and pages of those who use it."""

    url: str
    client: httpx.Client
    open_page: OpenPage
    strangers: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def log_in(self, user: str, secret: str) -> str:
        """Return a token."""
        answer = self.client.post(f"{API}/login", json={"user": user, "secret": secret})
        return str(answer.raise_for_status().json()["token"])

    def as_desk(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to what the dispatcher asks for, past the console."""
        headers = {"Authorization": f"Bearer {self.log_in('desk', SECRET)}", "If-Match": "*"}
        answer = self.client.request(method, f"{API}/{path}", json=body, headers=headers)
        return answer.raise_for_status().json()

    def call(self, **changes: Any) -> dict[str, Any]:
        """Take a call, past the console."""
        incident: dict[str, Any] = self.as_desk("POST", "incidents", a_call(**changes))
        return incident

    def page(self, **options: Any) -> Page:
        """Open a blank page that notes every request to somebody else."""
        page = self.open_page(**options)
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: self._note(request.url))
        page.on("console", lambda said: self._hear(said.type, said.text))
        return page

    def console(self, **options: Any) -> Page:
        """Open the console as the dispatcher, queue loaded and map drawn."""
        page = self.page(**DESK | options)
        page.goto(f"{self.url}/console/#token={self.log_in('desk', SECRET)}")
        page.wait_for_selector(".skeletons", state="detached")
        page.wait_for_selector("[data-map=idle]")
        return page

    def phone(self, code: str) -> Page:
        """Open a technician's phone, logged in, on shift, at the unit's post."""
        place = {"longitude": OLD_TOWN[0], "latitude": OLD_TOWN[1]}
        page = self.page(**PHONE, geolocation=place, permissions=["geolocation"])
        page.goto(f"{self.url}/field/")
        page.fill("[name=unit]", code)
        page.fill("[name=pin]", PIN)
        page.click("button[type=submit]")
        page.click("text=Start shift")
        page.wait_for_selector("text=No job now.")
        return page

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the service's events of a kind."""
        log = self.as_desk("GET", "events/log?after=0&limit=500")["items"]
        return [event for event in log if event["kind"] == kind]

    def _hear(self, kind: str, text: str) -> None:
        # A refusal is part of many a test; that the browser reports it is no fault of the page.
        if kind == "error" and not text.startswith("Failed to load resource"):
            self.complaints.append(text)

    def _note(self, url: str) -> None:
        if not url.startswith((self.url, "data:", "blob:")):
            self.strangers.append(url)


@pytest.fixture
def live_town(
    tmp_path: Path, town_data: Path, migrated_sqlite: Path, open_page: OpenPage
) -> Iterator[LiveTown]:
    """Yield the town with a fleet nobody of which is on shift."""
    for built in (CONSOLE, FIELD):
        if not (built / "index.html").is_file():
            missing(f"the built front end in {built}", "npm ci && npm run build")
    file = tmp_path / "town.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    service = open_service(
        clock=ScaledClock(SPEED, NOON),
        city="town",
        data_dir=town_data,
        database=f"sqlite:///{file}",
        solver="inline",
        access_life=timedelta(days=1),
    )
    with service, serving(service) as url, httpx.Client(base_url=url, timeout=30) as client:
        admin = {"Authorization": f"Bearer {service.issue_token('admin')}"}
        client.put(f"{API}/fleet", json=FLEET, headers=admin).raise_for_status()
        town = LiveTown(url, client, open_page)
        yield town
        assert town.strangers == []
        assert town.complaints == []
