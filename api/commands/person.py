"""``roadflare person``: what is stored about one person, and taking it away."""

from __future__ import annotations

import json
from pathlib import Path
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
from api.personal_data import erase, export, find
from dispatch.phone import read_phone
from dispatch.regions import get_region
from kernel.clock import SystemClock
from kernel.errors import Fault, InvalidInput
from kernel.private_details import broken_seals

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Export or erase what is stored about one person.",
)

Phone = Annotated[str, typer.Argument(help="The person's telephone number.")]


@app.command("export")
def export_person(
    phone: Phone,
    *,
    file: Annotated[
        Path | None, typer.Option("--out", help="Write it here instead of to standard output.")
    ] = None,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write everything that is stored about a person, as JSON."""
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    opened = open_database(settings.database)
    try:
        with opened.read() as session:
            country = get_region(session, settings.city).country
            person = find(session, settings.city, _number(phone, country))
            text = json.dumps(export(session, person), ensure_ascii=False, indent=2) + "\n"
    finally:
        opened.close()
    if file is None:
        typer.echo(text, nl=False)
        return
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
    typer.echo(json.dumps({"file": str(file)}) if as_json else f"Wrote {file}.")


@app.command("erase")
def erase_person(
    phone: Phone,
    *,
    sure: Annotated[bool, typer.Option("--yes", help="Do not ask; it cannot be undone.")] = False,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Erase a person's data in every table; the event log stays whole and verifiable."""
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    if not sure:
        typer.confirm("This cannot be undone. Erase?", abort=True, err=True)
    opened = open_database(settings.database)
    try:
        with opened.write() as session:
            country = get_region(session, settings.city).country
            person = find(session, settings.city, _number(phone, country))
            counts = erase(session, SystemClock().now(), settings.city, person)
    finally:
        opened.close()
    told = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    typer.echo(json.dumps({"erased": counts}) if as_json else f"Erased: {told}.")


@app.command("verify")
def verify_words(
    *,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Check that no words kept beside the event log were changed since."""
    settings = settings_from(database=database, data_dir=data_dir)
    opened = open_database(settings.database)
    try:
        with opened.read() as session:
            broken = broken_seals(session)
    finally:
        opened.close()
    typer.echo(json.dumps({"broken": broken}) if as_json else f"{len(broken)} changed.")
    if broken:
        raise typer.Exit(1)


def _number(text: str, country: str) -> str:
    found = read_phone(text, country, "/phone")
    if isinstance(found, Fault):
        raise InvalidInput([found])
    return found
