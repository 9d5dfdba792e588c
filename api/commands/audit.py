"""``roadflare audit verify``: find out whether anybody touched what was written."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api.commands.opening import open_database
from api.commands.options import AsJson, DatabaseUrl, DataDir, settings_from
from kernel import events
from kernel.errors import InvalidInput

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="The event log: what happened, chained by hashes.",
)


@app.callback()
def audit() -> None:
    """Hold the commands."""


@app.command()
def verify(
    *,
    known: Annotated[
        str | None,
        typer.Option(help="SEQ:HASH as an earlier run printed it; shows a cut or rewritten log."),
    ] = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Find any edit, gap or reordering of the event log; exit code 1 if there is one.

    It only reads, and may run beside the service. Note SEQ:HASH of the head somewhere else, and
    give it the next time.
    """
    settings = settings_from(database=database, data_dir=data_dir)
    opened = open_database(settings.database, upgrade=False)
    try:
        with opened.read() as session:
            found = events.audit(session, known=_known(known))
    finally:
        opened.close()
    broken = found.broken
    told = {
        "ok": broken is None,
        "events": found.n_events,
        "head": f"{found.n_events}:{found.head_hash}",
        "broken_at": None if broken is None else broken.seq,
        "reason": None if broken is None else broken.reason,
    }
    if as_json:
        typer.echo(json.dumps(told))
    elif broken is None:
        typer.echo(f"{found.n_events} events, whole. Head {told['head']}")
    else:
        typer.echo(
            f"Broken at event {broken.seq}: {broken.reason}. The {found.n_events} before fit."
        )
    if broken is not None:
        raise typer.Exit(1)


def _known(text: str | None) -> tuple[int, str] | None:
    if text is None:
        return None
    seq, _, digest = text.partition(":")
    if not (seq.isdigit() and len(digest) == len(events.GENESIS)):
        raise InvalidInput.one(
            "/known", "audit.known", f"{text!r} is no head of a log.", "Give SEQ:HASH as printed."
        )
    return int(seq), digest
