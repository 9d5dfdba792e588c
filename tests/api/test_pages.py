from __future__ import annotations

from pathlib import Path

import pytest

from api import pages
from api.app import create_app
from tests.support.service import Client, Town


def built(folder: Path, *names: str) -> None:
    for name in ("assets/app-abc123.js", *names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{folder.name} {name}")


@pytest.fixture
def front_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shared_town: Town
) -> tuple[Client, Path]:
    monkeypatch.setattr(pages, "CONSOLE", tmp_path / "console")
    monkeypatch.setattr(pages, "FIELD", tmp_path / "field")
    app = create_app(shared_town.service.runtime)
    return Client(shared_town.nobody._portal, app), tmp_path


def test_pages_that_are_not_built_say_what_to_do(front_ends: tuple[Client, Path]) -> None:
    client, _ = front_ends
    for path in ("/console/", "/field/", "/t/abc"):
        answer = client.get(path)
        assert answer.status_code == 503
        assert "./run demo" in answer.text


def test_pages_are_asked_again_and_hashed_files_kept(front_ends: tuple[Client, Path]) -> None:
    client, folder = front_ends
    built(folder / "console", "index.html", "track.html")
    built(folder / "field", "index.html", "worker.js")
    for path, text in (
        ("/console/", "console index.html"),
        ("/t/abcdef", "console track.html"),
        ("/field/", "field index.html"),
        ("/field/worker.js", "field worker.js"),
    ):
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (200, text)
        assert answer.headers["cache-control"] == "no-cache"
    kept = client.get("/console/assets/app-abc123.js")
    assert kept.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert client.get("/console").headers["location"] == "/console/"
    for path in ("/console/assets/none.js", "/console/../settings.py", "/console/%2e%2e/x"):
        assert client.get(path).status_code == 404


def test_every_answer_is_guarded(shared_town: Town) -> None:
    for path in ("/t/abc", "me", "nothing", "/nowhere"):
        headers = shared_town.nobody.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "worker-src 'self' blob:" in policy
        assert "http" not in policy
    assert shared_town["desk"].get("incidents").headers["cache-control"] == "no-store"


def test_the_basemap_is_served_in_ranges(shared_town: Town) -> None:
    address = shared_town["desk"].get("region").json()["basemap"]
    part = shared_town.nobody.get(address, headers={"Range": "bytes=0-6"})
    assert (part.status_code, part.content) == (206, b"PMTiles")
    assert part.headers["content-range"].startswith("bytes 0-6/")
    assert shared_town.nobody.get("/basemap/elsewhere.pmtiles").status_code == 404


def test_the_region_says_what_a_map_needs(shared_town: Town) -> None:
    region = shared_town["desk"].get("region").json()
    west, south, east, north = region["bounds"]
    assert west < region["center"][0] < east
    assert south < region["center"][1] < north
    assert region["areas"]["type"] == "FeatureCollection"
    assert [centre["name"] for centre in region["centres"]] == ["新城服务中心"]
    assert region["attribution"]


def test_places_by_name_and_back(shared_town: Town) -> None:
    hotline = shared_town["hotline"]
    found = hotline.get("geocode", params={"q": "滨海西路"}).json()["items"]
    assert "滨海西路" in found[0]["text"]
    assert 0 < found[0]["confidence"] <= 1
    here = {"lon": found[0]["lon"], "lat": found[0]["lat"]}
    assert "滨海西路" in hotline.get("reverse", params=here).json()["text"]
    incident = hotline.post(
        "incidents",
        {
            "channel": "phone",
            "caller": {"phone": "13812347777"},
            "vehicle": {"plate": "闽AD77777"},
            "location": {"address": "滨海西路"},
            "fault": "tyre",
        },
    )
    assert incident.status_code == 201
    assert incident.json()["location"]["lon"] == found[0]["lon"]
