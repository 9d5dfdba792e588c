"""``roadflare openapi``: the OpenAPI document, from which the front ends generate their types."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.commands.options import AsJson
from api.document import openapi_text

app = typer.Typer(add_completion=False)


@app.command()
def openapi(
    file: Annotated[
        Path | None, typer.Argument(help="Write it here instead of to standard output.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Write the OpenAPI document."""
    text = openapi_text()
    if file is None:
        typer.echo(text, nl=False)
        return
    file.write_text(text, encoding="utf-8")
    typer.echo(json.dumps({"file": str(file)}) if as_json else f"Wrote {file}.")
