"""``roadflare migrate``: the schema, up to date or taken back."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from api import schema
from api.commands.options import AsJson, DatabaseUrl, DataDir, settings_from
from api.holding import hold
from kernel.database import Database

app = typer.Typer(add_completion=False)


@app.command()
def migrate(
    revision: Annotated[str, typer.Argument(help="Revision to reach; base: nothing.")] = "head",
    *,
    back: Annotated[
        bool, typer.Option("--back", help="Take the schema back; what it drops is lost.")
    ] = False,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a database's schema up to date, or take it back."""
    settings = settings_from(database=database, data_dir=data_dir)
    lock = hold(settings.database)
    opened = Database(settings.database)
    try:
        before = schema.current(opened)
        if back:
            schema.downgrade(opened, revision)
        else:
            schema.upgrade(opened, revision)
        after = schema.current(opened)
    finally:
        opened.close()
        if lock is not None:
            lock.close()
    told = {"before": before, "after": after}
    typer.echo(json.dumps(told) if as_json else f"{before or 'empty'} -> {after or 'empty'}")
