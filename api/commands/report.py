"""``roadflare report``: how well the promise was kept, by whom, and what owners thought of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

import typer

from api.commands.opening import open_database
from api.commands.options import AsJson, City, DatabaseUrl, DataDir, settings_from
from api.quality import quality
from kernel.clock import SystemClock
from sla.contractor_scores import ContractorScore
from sla.report import Rated, Ratings, Report

app = typer.Typer(
    add_completion=False, help="Tell how well the promise was kept, and what owners thought of it."
)

_MOST_DAYS = 36_500


@app.command("report")
def tell(
    *,
    days: Annotated[
        int, typer.Option("--days", min=1, max=_MOST_DAYS, help="Of so many days until now.")
    ] = 30,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Tell how well the promise was kept, what owners thought of it, and how contractors did.

    The words of low ratings are personal data: what you keep of this is yours to delete.
    """
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    now = SystemClock().now()
    opened = open_database(settings.database)
    try:
        with opened.read() as session:
            since = now - timedelta(days=days)
            found = quality(session, settings.city, since, now, settings.public_url)
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps(found.as_json(), ensure_ascii=False))
        return
    for line in (*_promise(found), *_thought(found.ratings), *_contractors(found.contractors)):
        typer.echo(line)


def _promise(found: Report) -> list[str]:
    times = found.response_s
    lines = [
        f"Calls:     {found.n_incidents}{_kept(found.share_within_target)}",
        f"Urban:     {found.n_urban}{_kept(found.urban_share_within_target)}",
    ]
    if times.p50 is not None and times.p90 is not None:
        half, nine = times.p50 / 60, times.p90 / 60
        lines.append(f"Response:  half within {half:.0f} min, nine of ten within {nine:.0f} min")
    return lines


def _thought(found: Ratings) -> list[str]:
    mean, answered = found.mean_stars, found.share_answered
    stars = "" if mean is None else f", {mean:.1f} of 5 stars on average"
    share = "nobody was asked" if answered is None else f"{answered:.1%} of those who were helped"
    return [
        f"Ratings:   {found.n_ratings}{stars}",
        f"Answered:  {share}",
        *(_low(it) for it in found.low),
    ]


def _low(it: Rated) -> str:
    words = " ".join(it.text.split())  # one line each, whatever the owner typed
    return f"  {it.stars}/5  {it.number}  {it.link}  {words}".rstrip()


def _kept(share: float | None) -> str:
    return "" if share is None else f", {share:.1%} within the promise"


def _contractors(found: Sequence[ContractorScore]) -> list[str]:
    return [
        f"Contractor {it.contractor}: asked about {it.n_asked}, came to {it.n_came}, declined "
        f"{it.n_declined}, silent on {it.n_unanswered}{_when_it_came(it)}"
        for it in found
    ]


def _when_it_came(it: ContractorScore) -> str:
    if it.share_in_time is None or it.share_on_eta is None or it.reach_s is None:
        return ""
    stars = "" if it.mean_stars is None else f", {it.mean_stars:.1f} of 5 stars ({it.n_ratings})"
    return (
        f"; {it.share_in_time:.0%} within the promise, {it.share_on_eta:.0%} by its own ETA, "
        f"half of them {it.reach_s / 60:.0f} min after it was asked{stars}"
    )
