"""A measured run as Markdown, for the documentation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from benchmarks.routing.workload import MATRIX_SIZES

_HEAD = (
    "engine", "model", *(f"{n}x{n}" for n in MATRIX_SIZES), "1 to 1 (p99)", "route", "one to all",
    "all speeds", "1 % of speeds", "prepared in", "import", "memory",
)  # fmt: skip


def markdown(result: Mapping[str, Any]) -> str:
    """Return the engines as one table, the goals as another, and how it was measured.

    A tilde marks what was extrapolated from fewer rows or taken from another step.
    """
    lines = [_row(_HEAD), _row("-" * len(_HEAD))]
    for name, figures in result["engines"].items():
        lines.append(_row(_engine(name, figures)))
        if "http" in figures:
            lines.append(_row(_through_http(name, figures["http"])))
    more = [_more(result["engines"]["roadflare"])] if "roadflare" in result["engines"] else []
    return "\n".join([*lines, "", *_goals(result), "", *more, _source(result), ""])


def growth_markdown(result: Mapping[str, Any]) -> str:
    """Return the points of growth as a table."""
    head = (
        "network", "junctions", "edges", "turns", "prepared in", "all speeds", "1 % of speeds",
        "1 to 1", "route", "100x100", "1000x1000", "2000x2000", "one to all", "memory",
    )  # fmt: skip
    lines = [_row(head), _row("-" * len(head))]
    for point in result["growth"]:
        graph, matrix = point["graph"], point["matrix_s"]
        cells = [point["name"], *(f"{graph[key]:,}" for key in ("nodes", "edges", "turn_arcs"))]
        seconds = [
            *(point[key] for key in ("preprocess_s", "reweight_all_s", "reweight_1pct_s")),
            *(point[key]["p50"] / 1e6 for key in ("p2p_us", "route_us")),
            *(matrix[n] for n in ("100", "1000", "2000")),
            point["one_to_all_s"],
        ]
        cells += [*map(duration, seconds), f"{point['rss_mb']:.0f} MB"]
        lines.append(_row(cells))
    return "\n".join([*lines, ""])


def _engine(name: str, figures: Mapping[str, Any]) -> list[str]:
    guessed = figures["estimated_values"]

    def cell(key: str, seconds: float | None) -> str:
        return "-" if seconds is None else ("~" if key in guessed else "") + duration(seconds)

    p2p, route = figures["p2p_us"], figures["route_us"]
    return [
        f"`{name}`",
        figures["model"].replace("_", " "),
        *(cell(f"matrix_s.{n}", figures["matrix_s"][str(n)]) for n in MATRIX_SIZES),
        f"{duration(p2p['p50'] / 1e6)} ({duration(p2p['p99'] / 1e6)})",
        duration(route["p50"] / 1e6),
        *(
            cell(key, figures[key])
            for key in (
                "one_to_all_s", "reweight_all_s", "reweight_1pct_s", "preprocess_s", "import_s",
            )
        ),
        f"{figures['rss_mb']:.0f} MB",
    ]  # fmt: skip


def _through_http(name: str, waited: Mapping[str, Any]) -> list[str]:
    matrices = (duration(waited["matrix_s"][str(n)]) for n in MATRIX_SIZES)
    p2p = duration(waited["p2p_us"]["p50"] / 1e6)
    return [f"`{name}`, as its client waits", "", *matrices, p2p, *[""] * 7]


def duration(seconds: float) -> str:
    """Return a time with three digits and the unit that fits."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            value = seconds / size
            return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"
    return f"{seconds * 1e6:.0f} us"


def _goals(result: Mapping[str, Any]) -> list[str]:
    lines = [_row(["goal", "floor", "aim", "measured"]), _row("-" * 4)]
    for goal in result["goals"]:
        unit = goal["unit"]
        verdict = "" if goal["floor_holds"] else " **(floor missed)**"
        if goal["floor_holds"] and goal["aim_holds"] is False:
            verdict = " (aim missed)"
        aim = "-" if goal["aim"] is None else f"{goal['aim']:g} {unit}"
        measured = f"{goal['measured']:.3g} {unit}{verdict}"
        lines.append(_row([goal["what"], f"{goal['floor']:g} {unit}", aim, measured]))
    return lines


def _more(figures: Mapping[str, Any]) -> str:
    """Return what only Roadflare was asked."""
    if "slice_mb" not in figures:
        return ""
    meanwhile = figures["p2p_meanwhile_us"]
    return (
        f"A further slice takes {figures['slice_mb']:.1f} MB, and "
        f"{figures['slice_with_routes_mb']:.1f} MB once a route is asked of it; that first route "
        f"takes {duration(figures['first_route_s'])}. While another thread makes metrics without a "
        f"pause, 1 to 1 takes {duration(meanwhile['p50'] / 1e6)} "
        f"({duration(meanwhile['p99'] / 1e6)}).\n"
    )


def _source(result: Mapping[str, Any]) -> str:
    graph, machine = result["graph"], result.get("machine", {})
    return (
        f"{result['extract']}: {graph['nodes']:,} junctions, {graph['edges']:,} edges, "
        f"{graph['turn_arcs']:,} turns; seed {result['seed']}, one thread, medians. "
        f"{result['pairs_checked']:,} pairs compared, {result['mismatches']} mismatches. "
        f"{machine.get('cpu', '')}, commit {result.get('commit', 'unknown')}."
    )


def _row(cells: Any) -> str:
    return "| " + " | ".join(cells) + " |"
