"""``roadflare report``: how well the promise was kept, and what owners think of it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Annotated

import typer

from api.commands.opening import open_database
from api.commands.options import (
    AsJson,
    City,
    DatabaseUrl,
    DataDir,
    settings_from,
)
from api.quality import quality
from kernel.clock import SystemClock
from sla.report import Ratings, Report

app = typer.Typer(help="Tell how well the promise was kept, and what owners think of it.")


@app.command("report")
def tell(
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="Of so many days until now.")] = 30,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell how well the promise was kept, and what owners think of it.

    The words of low ratings are personal data: what you keep of this is yours to delete.
    """
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    now = SystemClock().now()
    since = now - timedelta(days=days)
    opened = open_database(settings.database)
    try:
        with opened.read() as session:
            found = quality(session, settings.city, since, now, settings.public_url)
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    for line in (*_promise(found), *_ratings(found.ratings)):
        typer.echo(line)


def _promise(found: Report) -> list[str]:
    times = found.response_s
    all_kept = _percent(found.share_within_target)
    urban_kept = _percent(found.urban_share_within_target)
    lines = [
        f"Incidents: {found.n_incidents}, {all_kept} within the promise",
        f"Urban:     {found.n_urban}, {urban_kept} within the promise",
    ]
    if times.p50 is not None and times.p90 is not None:
        lines.append(f"Response:  {times.p50 / 60:.0f} min, nine of ten {times.p90 / 60:.0f} min")
    return lines


def _ratings(found: Ratings) -> list[str]:
    if found.mean_stars is None:
        return ["Ratings:   none"]
    counted = f"Ratings:   {found.n_ratings}, {found.mean_stars:.1f} stars on average"
    return [
        f"{counted}, {_percent(found.share_low)} with one or two",
        *(f"  {it.stars}/5 {it.number} {it.link} {it.text}".rstrip() for it in found.low),
    ]


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
