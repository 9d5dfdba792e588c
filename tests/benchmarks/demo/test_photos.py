"""The demo's technicians take the photos that a step asks for, over HTTP as everybody does."""

from __future__ import annotations

from typing import Any

import httpx

from benchmarks.demo.connection import Connection
from benchmarks.demo.drawing import SIZE, drawn_car
from benchmarks.demo.street import Street
from benchmarks.demo.technician import Technician
from dispatch.pictures import read_picture
from tests.support.service import Town


def test_the_same_car_is_drawn_the_same_and_can_be_kept() -> None:
    picture = drawn_car("before_loading", "R-0012")
    assert picture == drawn_car("before_loading", "R-0012")
    assert picture != drawn_car("before_loading", "R-0013")
    kept = read_picture(picture)
    assert (kept.width, kept.height) == SIZE
    assert len(picture) < 40_000


def test_one_photo_is_sent_at_each_step_and_none_without_a_camera(town: Town) -> None:
    town.start_shifts()
    incident = town.call(fault="accident", symptom="front hit")
    town.decide()
    job = town["T-01"].get("field/jobs").json()["current"]

    class Timeline:
        def now(self) -> Any:
            return town.clock.now()

    async def take(before: str, **camera: Any) -> None:
        transport = httpx.ASGITransport(town.service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://town") as client:
            phone = Connection(client, town["T-01"].token)
            crew = Technician("T-01", Timeline(), phone, Street(), **camera)  # type: ignore[arg-type]
            await crew._take_photos(job, before)

    portal = town.nobody._portal
    for before in ("loaded", "done"):
        town.clock.advance(60)
        portal.call(lambda before=before: take(before))
        portal.call(lambda before=before: take(before, draw_photo=drawn_car))
    portal.call(lambda: take("arrived", draw_photo=drawn_car))
    photos = town["desk"].get(f"incidents/{incident['id']}").json()["photos"]
    assert [it["step"] for it in photos] == ["before_loading", "after_unloading"]
