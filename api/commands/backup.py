"""``roadflare backup`` and ``roadflare restore``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.backups import back_up, restore
from api.commands.options import AsJson, DatabaseUrl, DataDir, settings_from

backup_app = typer.Typer(add_completion=False)
restore_app = typer.Typer(add_completion=False)

BackupFile = Annotated[Path, typer.Argument(metavar="FILE", help="The backup.")]


@backup_app.command()
def backup(
    file: BackupFile,
    *,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy a database while it is in use; FILE appears when it is whole.

    It holds personal data: keep it as closely as the database itself.
    """
    settings = settings_from(database=database, data_dir=data_dir)
    back_up(settings.database, file)
    size = file.stat().st_size
    told = {"file": str(file), "bytes": size}
    typer.echo(json.dumps(told) if as_json else f"{file}: {size:,} bytes.")


@restore_app.command("restore")
def restore_command(
    file: BackupFile,
    *,
    database: DatabaseUrl = None,
    force: Annotated[
        bool, typer.Option("--force", help="Also when the database holds events; they are lost.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Put a backup in place of a database and verify its event log; exit code 1 if it is broken.

    Stop every process of the service first.
    """
    settings = settings_from(database=database, data_dir=data_dir)
    found = restore(file, settings.database, force=force)
    broken = found.broken
    head = f"{found.n_events}:{found.head_hash}"
    told = {"events": found.n_events, "head": head, "ok": broken is None}
    if as_json:
        typer.echo(json.dumps(told))
    elif broken is None:
        typer.echo(f"Restored: {found.n_events} events, whole. Head {head}")
    else:
        typer.echo(f"Restored, but broken at event {broken.seq}: {broken.reason}.")
    if broken is not None:
        raise typer.Exit(1)
