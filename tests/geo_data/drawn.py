"""Tiny maps drawn as letters on a grid, written as OSM XML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

from geo_data.network import RoadNetwork
from geo_data.osm_reader import read_osm

STEP_DEG = 0.001
WEST, NORTH = 119.0, 25.0

Tags = Mapping[str, str]


def node_id(letter: str) -> int:
    return ord(letter)


def draw(
    grid: str,
    ways: Mapping[int, tuple[str, Tags]],
    *,
    restrictions: Sequence[tuple[Tags, Sequence[tuple[str, str, int]]]] = (),
    node_tags: Mapping[str, Tags] | None = None,
    missing: str = "",
) -> str:
    """Return OSM XML: each letter of the grid is a node, each way a string of letters.

    A cell is 0.001° wide and high; ``missing`` letters are named by ways but not in the file.
    """
    lines = ['<osm version="0.6">']
    for row, text in enumerate(grid.strip("\n").splitlines()):
        for column, letter in enumerate(text):
            if letter.strip() and letter not in missing:
                place = f'lat="{NORTH - row * STEP_DEG:.4f}" lon="{WEST + column * STEP_DEG:.4f}"'
                lines.append(f'<node id="{node_id(letter)}" {place}>')
                lines += [*_tags((node_tags or {}).get(letter, {})), "</node>"]
    for way_id, (letters, tags) in ways.items():
        nodes = [f'<nd ref="{node_id(letter)}"/>' for letter in letters]
        lines += [f'<way id="{way_id}">', *nodes, *_tags({"highway": "residential"} | dict(tags))]
        lines.append("</way>")
    for number, (tags, members) in enumerate(restrictions, start=1):
        lines.append(f'<relation id="{number}">')
        lines += [f'<member type="{t}" role="{r}" ref="{i}"/>' for r, t, i in members]
        lines += [*_tags({"type": "restriction"} | dict(tags)), "</relation>"]
    return "\n".join([*lines, "</osm>"])


def read_drawn(folder: Path, *args: object, **kwargs: object) -> RoadNetwork:
    """Draw, write and read a map; arguments as for `draw`."""
    path = folder / "drawn.osm"
    path.write_text(draw(*args, **kwargs), encoding="utf-8")  # type: ignore[arg-type]
    return read_osm(path)


def edge(network: RoadNetwork, ends: str) -> int:
    """Return the edge between two lettered nodes, e.g. ``"AB"``; there must be exactly one."""
    found = edges(network, ends)
    assert len(found) == 1, f"{ends}: {found}"
    return found[0]


def edges(network: RoadNetwork, ends: str) -> list[int]:
    """Return all edges from one lettered node to another."""
    start, end = (node_id(letter) for letter in ends)
    ids = network.node_osm_id
    return [
        e
        for e in range(network.n_edges)
        if ids[network.edge_from[e]] == start and ids[network.edge_to[e]] == end
    ]


def driven(network: RoadNetwork) -> set[str]:
    """Return all edges as pairs of letters; ``?`` stands for the copy of a node at a barrier."""
    letters = [chr(i) if i > 0 else "?" for i in network.node_osm_id.tolist()]
    pairs = zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True)
    return {letters[a] + letters[b] for a, b in pairs}


def banned(network: RoadNetwork) -> set[str]:
    """Return the banned turns as the letters they pass, e.g. ``"ABC"``."""
    letters = [chr(i) for i in network.node_osm_id.tolist()]
    return {
        "".join(letters[network.edge_from[e]] for e in turn) + letters[network.edge_to[turn[-1]]]
        for turn in network.banned_turns
    }


def _tags(tags: Tags) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
