"""``roadflare demo``: a city at work, live or in a minute on the virtual clock."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.demo.load import CALLS_PER_HOUR

app = typer.Typer(add_completion=False)


@app.command(name="demo")
def demo(
    *,
    headless: Annotated[
        bool, typer.Option("--headless", help="No browser: virtual clock, three policies, report.")
    ] = False,
    minutes: Annotated[float, typer.Option(min=1, max=1440, help="Length of the day.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Draws the day.")] = 7,
    report: Annotated[Path | None, typer.Option(help="Write the headless report here.")] = None,
    city: Annotated[str, typer.Option(help="A city of `roadflare city list`.")] = "demo",
    calls_per_hour: Annotated[float, typer.Option(min=0.1, max=600)] = CALLS_PER_HOUR,
    speed: Annotated[
        float, typer.Option(min=0.1, max=120, help="Live: seconds of the city per second.")
    ] = 10,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Live: 127.0.0.1, this port.")] = 8080,
    data_dir: Annotated[Path, typer.Option(envvar="ROADFLARE_DATA_DIR")] = Path(".cache/data"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON only.")] = False,
) -> None:
    """Show a city at work.

    Live, it prints the address of the dispatch console; Ctrl-C ends it. With --headless it plays a
    day as fast as it goes and compares the optimizer with nearest-unit and Hungarian dispatch.
    """
    if headless:
        _headless(city, data_dir, minutes, seed, calls_per_hour, report, as_json=as_json)
        return
    from benchmarks.demo.processes import ended_by_signals, start_server

    with (
        ended_by_signals(),
        start_server(city, data_dir=data_dir, port=port, speed=speed) as server,
    ):
        from benchmarks.demo.stage import Play, open_stage  # while the server starts

        with open_stage(Play(city, data_dir, seed, calls_per_hour), server) as stage:
            crew = stage.fleet.technicians[0]
            _announce(stage.console_url, stage.url, crew, speed, as_json=as_json)
            try:
                sys.exit(stage.wait())
            except KeyboardInterrupt:
                typer.echo("The city goes home.", err=True)


def _headless(
    city: str,
    data_dir: Path,
    minutes: float,
    seed: int,
    calls_per_hour: float,
    report: Path | None,
    *,
    as_json: bool,
) -> None:
    from benchmarks.demo.compare import DayRequest, play_day
    from benchmarks.service import quiet
    from geo_data.city import load_city

    quiet()
    request = DayRequest(minutes=minutes, seed=seed, calls_per_hour=calls_per_hour)
    found = load_city(city, data_dir)
    day = play_day(found, data_dir, request, tell=lambda line: typer.echo(line, err=True))
    if report is not None:
        report.write_text(json.dumps(day, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    typer.echo(json.dumps(day, ensure_ascii=False) if as_json else _table(day))


def _announce(console: str, url: str, crew: Any, speed: float, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"console": console, "url": url, "speed": speed}))
        return
    typer.echo(f"\n  Dispatch console   {console}")
    typer.echo(f"  Technician's page  {url}/field/   (unit {crew.user}, PIN {crew.secret})")
    typer.echo(f"  Time runs {speed:g} times as fast as on your watch. Ctrl-C ends it.\n")


def _table(day: dict[str, Any]) -> str:
    """Return the comparison for people."""
    lines = [
        f"{day['incidents']} incidents, {day['units']} units, seed {day['seed']}",
        "",
        f"{'policy':<12}{'urban in time':>15}{'all in time':>13}{'mean':>9}{'p90':>9}{'nobody':>8}",
    ]
    rows = {"optimizer": day} | {p: day[p] for p in ("hungarian", "nearest") if p in day}
    for name, row in rows.items():
        response = row["response_s"]
        lines.append(
            f"{name:<12}{_percent(row['urban_share_within_target']):>15}"
            f"{_percent(row['share_within_target']):>13}{_minutes(response['mean']):>9}"
            f"{_minutes(response['p90']):>9}{len(row['unassigned']):>8}"
        )
    decision = day["decision_s"]
    took = f"p50 {decision['p50']} s, p99 {decision['p99']} s"
    refused = f"{day['checker_failures']} refused by the checker"
    lines += ["", f"{day['decisions']} decisions, {took}; {refused}; {day['events']} events"]
    return "\n".join(lines)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _minutes(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds / 60:.1f} min"
