"""Fetching a place by name, from a small server that answers like Nominatim and Overpass."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import osmium
import osmnx
import pytest

from geo_data.city import City, load_city
from geo_data.city_import import TOWN, import_city_from_place
from kernel.errors import ExternalServiceError

KNOWN = "Linchuan Bay"
OUTLINE = [[119.5, 25.3], [119.75, 25.3], [119.75, 25.45], [119.5, 25.45], [119.5, 25.3]]


def town_elements() -> list[dict[str, Any]]:
    """Return the town's roads as Overpass would."""
    elements: list[dict[str, Any]] = []
    for item in osmium.FileProcessor(TOWN, osmium.osm.NODE | osmium.osm.WAY):
        tags = {tag.k: tag.v for tag in item.tags}
        if isinstance(item, osmium.osm.Node):
            place = {"lat": item.location.lat, "lon": item.location.lon}
            elements.append({"type": "node", "id": item.id, **place})
        elif "highway" in tags and tags["highway"] != "footway":
            nodes = [node.ref for node in item.nodes]
            elements.append({"type": "way", "id": item.id, "nodes": nodes, "tags": tags})
    return elements


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = KNOWN.split(maxsplit=1)[0] in self.path
        area = {
            "osm_type": "relation",
            "osm_id": 1,
            "boundingbox": ["25.3", "25.45", "119.5", "119.75"],
            "geojson": {"type": "Polygon", "coordinates": [OUTLINE]},
            "lat": "25.37",
            "lon": "119.63",
            "class": "boundary",
            "type": "administrative",
            "place_rank": 16,
            "importance": 0.5,
            "addresstype": "town",
            "name": KNOWN,
            "display_name": KNOWN,
        }
        self._answer([area] if known else [])

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer({"elements": town_elements()})

    def _answer(self, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def servers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "http_proxy",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ):
        monkeypatch.delenv(name, raising=False)
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(osmnx.settings, "nominatim_url", address + "/")
        monkeypatch.setattr(osmnx.settings, "overpass_url", address + "/api")
        monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield
        server.shutdown()
        thread.join()


def test_a_place_becomes_a_city(servers: None, tmp_path: Path, town: City) -> None:
    import_city_from_place("bay", f"{KNOWN}, China", tmp_path)
    city = load_city("bay", tmp_path)
    assert city.title == {"en": f"{KNOWN}, China", "zh": f"{KNOWN}, China"}
    assert city.timezone == "Asia/Shanghai"
    assert {"中山路", "甬莞高速公路"} <= set(city.network.names)
    # OSMnx keeps the largest connected part: not the island.
    assert "灵珠岛路" not in city.network.names
    km = float(city.network.edge_length_m.sum()) / 1000
    assert km == pytest.approx(float(town.network.edge_length_m.sum()) / 1000, rel=0.03)


def test_its_damaged_roads_heal_from_the_kept_graph(servers: None, tmp_path: Path) -> None:
    folder = import_city_from_place("bay", KNOWN, tmp_path)
    before = load_city("bay", tmp_path).network
    next(folder.glob("network-*.npz")).write_bytes(b"spoiled")
    assert load_city("bay", tmp_path).network.content_hash == before.content_hash


def test_an_unknown_place_is_said_to_be_unknown(servers: None, tmp_path: Path) -> None:
    with pytest.raises(ExternalServiceError, match="no roads for 'Atlantis'"):
        import_city_from_place("atlantis", "Atlantis", tmp_path)


def test_osmnx_settings_are_left_as_they_were(servers: None, tmp_path: Path) -> None:
    before = (osmnx.settings.requests_timeout, osmnx.settings.use_cache)
    import_city_from_place("bay", KNOWN, tmp_path, timeout_s=3)
    assert (osmnx.settings.requests_timeout, osmnx.settings.use_cache) == before
