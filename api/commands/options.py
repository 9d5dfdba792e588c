"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.settings import Settings

City = Annotated[
    str | None, typer.Option("--city", help="The city to serve: one of `roadflare city list`.")
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        "--database",
        help="sqlite:///FILE or postgresql://HOST/NAME; else DATABASE_URL, else a SQLite file.",
    ),
]
DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where cities and databases lie.")]
SpeedsFile = Annotated[
    Path | None,
    typer.Option("--speeds", help="Speed table, TOML (docs/speeds.md); else as the map says."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]


def settings_from(**given: Any) -> Settings:
    """Return the settings of the environment, with what was given on the command line."""
    if "database" in given:
        given["database_url"] = given.pop("database")
    return Settings(**{name: value for name, value in given.items() if value is not None})
