"""Two cities in one installation: each with its own dispatcher, and nothing of the other's."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from api.service import open_service
from geo_data.city import load_city
from geo_data.city_store import city_folder
from kernel.clock import VirtualClock
from tests.support.postgis import PostgisServer
from tests.support.service import NOON, Client, Town, a_call

PATIENCE_S = 60.0
REGIONS = ("town", "harbour")


@pytest.fixture
def regions(
    postgis_databases: PostgisServer, town_data: Path, tmp_path: Path, portal: BlockingPortal
) -> Iterator[dict[str, Town]]:
    """Yield both services, each with its elected dispatcher in a thread, on one database."""
    load_city("town", town_data)
    shutil.copytree(city_folder("town", town_data), city_folder("town", tmp_path))
    shutil.copytree(city_folder("town", town_data), city_folder("harbour", tmp_path))
    facts = city_folder("harbour", tmp_path) / "city.json"
    facts.write_text(json.dumps(json.loads(facts.read_text()) | {"name": "harbour"}))
    url = postgis_databases.create()
    with ExitStack() as opened:
        opened.callback(postgis_databases.drop, url)
        towns = {}
        for region in REGIONS:
            clock = VirtualClock(NOON)
            service = open_service(
                clock=clock,
                city=region,
                data_dir=tmp_path,
                database=url,
                solver="inline",
                engine="greedy",
                access_life=timedelta(hours=12),
            )
            opened.callback(service.close)
            towns[region] = Town(service, clock, Client(portal, service.app))
            towns[region].seed()
            towns[region].start_shifts()
        yield towns


def until(found: Callable[[], Any]) -> Any:
    """Return what is found as soon as it is."""
    end, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not (value := found()):
        assert time.monotonic() < end, "it did not come about"
        pause.wait(0.05)
    return value


@pytest.mark.postgis
@pytest.mark.timeout(200)
def test_each_region_dispatches_and_sees_its_own(regions: dict[str, Town]) -> None:
    until(lambda: all(town.service.world.is_dispatching for town in regions.values()))
    other_car = {"plate": "闽AD29999", "model": "G6"}
    ids = {
        "town": regions["town"].call()["id"],
        "harbour": regions["harbour"].call(vehicle=other_car)["id"],
    }

    def unit_of(region: str) -> str | None:
        job = regions[region]["desk"].get(f"incidents/{ids[region]}").json()["job"]
        return None if job is None or job["state"] != "ordered" else job["unit_code"]

    for region in REGIONS:  # each has a unit of this code
        assert until(partial(unit_of, region)) == "R-01"
    for mine, other in (REGIONS, REGIONS[::-1]):
        desk = regions[mine]["desk"]
        assert [it["id"] for it in desk.get("incidents?state=open").json()["items"]] == [ids[mine]]
        assert desk.get(f"incidents/{ids[other]}").status_code == 404
        told = desk.get("events/log?limit=5000").json()["items"]
        assert {it["region"] for it in told} == {mine}
        foreign = regions[other].nobody.with_token(desk.token).get("incidents")
        assert foreign.status_code == 403


@pytest.mark.postgis
@pytest.mark.timeout(200)
def test_a_car_that_another_region_helps_is_told_so(regions: dict[str, Town]) -> None:
    mine = regions["town"].call()
    answer = regions["harbour"]["hotline"].post("incidents", a_call(1))  # the same car
    assert answer.status_code == 409
    assert mine["number"] in answer.json()["detail"]
    assert "'town'" in answer.json()["remedy"]
    desk, path = regions["town"]["desk"], f"incidents/{mine['id']}"
    anyhow = {"If-Match": "*"}  # the dispatcher may plan it at any moment
    closed = desk.post(f"{path}/cancel", {"reason": "towed away"}, headers=anyhow)
    assert closed.status_code == 200
    assert regions["harbour"]["hotline"].post("incidents", a_call(1)).status_code == 201
