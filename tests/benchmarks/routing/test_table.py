from __future__ import annotations

import pytest

from benchmarks.routing.goals import goals
from benchmarks.routing.table import duration, markdown


def engine(thousand_s: float, **more) -> dict:
    sizes = {"100": 0.001, "500": 0.01, "1000": thousand_s, "2000": 4 * thousand_s}
    figures = {
        "model": "no_turns", "matrix_s": sizes, "p2p_us": {"p50": 40.0, "p99": 90.0},
        "route_us": {"p50": 600.0}, "one_to_all_s": 0.002, "reweight_all_s": 0.15,
        "reweight_1pct_s": 0.01, "preprocess_s": 3.0, "import_s": 0.5, "rss_mb": 99.6,
        "estimated_values": [],
    }  # fmt: skip
    return figures | more


ENGINES = {
    "roadflare": engine(0.2),
    "pyroutingkit": engine(0.5, estimated_values=["matrix_s.2000"]),
    "osrm": engine(
        1.4,
        one_to_all_s=None,
        http={
            "matrix_s": {"100": 0.01, "500": 0.1, "1000": 2.0, "2000": 8.0},
            "p2p_us": {"p50": 900.0},
        },
    ),
}

START = {"nothing": 12.0, "cache": 2.5}


def test_goals_are_ratios_of_one_run():
    found = {goal["what"]: goal for goal in goals(ENGINES, START)}
    against_osrm = found["1000x1000 with turns against OSRM's table, HTTP taken off"]
    assert against_osrm["measured"] == pytest.approx(7.0)
    assert (against_osrm["floor_holds"], against_osrm["aim_holds"]) == (True, True)
    against_cch = found["1000x1000 with turns against pyroutingkit without turns"]
    assert against_cch["measured"] == pytest.approx(2.5)
    assert (against_cch["floor_holds"], against_cch["aim_holds"]) == (True, False)
    route = found["route with geometry, median"]
    assert (route["floor_holds"], route["aim_holds"]) == (False, None)
    assert found["all speeds changed"]["measured"] == pytest.approx(150)
    assert found["extract to first answer, from nothing"]["floor_holds"]
    assert not found["the same, from its cache"]["floor_holds"]


def test_goals_without_their_engines_are_left_out():
    names = {goal["what"] for goal in goals({"roadflare": engine(0.2)}, START)}
    assert not any("against" in name for name in names)
    assert "1 to 1, median" in names


def test_the_table_says_what_was_estimated_and_missed():
    text = markdown(
        {
            "engines": ENGINES, "goals": goals(ENGINES, START), "extract": "x.osm.pbf", "seed": 4,
            "graph": {"nodes": 5, "edges": 1234, "turn_arcs": 10},
            "pairs_checked": 10_240, "mismatches": 0, "commit": "abc", "machine": {"cpu": "Z80"},
        }
    )  # fmt: skip
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("|")[1].strip() for row in rows] == [
        "`roadflare`", "`pyroutingkit`", "`osrm`", "`osrm`, as its client waits",
    ]  # fmt: skip
    assert "~2.00 s" in rows[1]
    assert "40 us (90 us)" in rows[0]
    assert len({row.count("|") for row in rows}) == 1
    assert "(aim missed)" in text
    assert "**(floor missed)**" in text
    assert "1,234 edges" in text
    assert "10,240 pairs compared, 0 mismatches. Z80, commit abc." in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.000023, "23 us"), (0.00123, "1.23 ms"), (0.2, "200 ms"), (1.5, "1.50 s"), (93.2, "93.2 s")],
)
def test_durations(seconds, text):
    assert duration(seconds) == text
