"""``roadflare dispatcher``: one region's dispatcher as a process of its own (PostgreSQL)."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from typing import Annotated

import typer

from api.commands.options import AsJson, DatabaseUrl, DataDir, SpeedsFile, settings_from
from api.logs import configure_logs
from api.run_sheet import RunSheets
from api.watched import watched
from api.world import open_world
from kernel.clock import SystemClock
from kernel.errors import InvalidInput

app = typer.Typer(add_completion=False)


@app.command()
def dispatcher(
    *,
    region: Annotated[
        str | None, typer.Option("--region", "--city", help="The region to dispatch: its city.")
    ] = None,
    database: DatabaseUrl = None,
    speeds: SpeedsFile = None,
    watch_port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="Serve /healthz, /readyz and /metrics here."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run the dispatcher of one region, without API.

    Any number may be started: one is elected, the others stand by and take over in seconds.
    """
    settings = settings_from(city=region, database=database, data_dir=data_dir, speeds=speeds)
    configure_logs(as_json=as_json, level=settings.log_level)
    if settings.database.startswith("sqlite"):
        raise InvalidInput.one(
            "/database",
            "dispatcher.sqlite",
            "On SQLite one process holds API and dispatcher.",
            "Use `roadflare serve`, or give --database postgresql://HOST/NAME.",
        )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with contextlib.ExitStack() as held:
        world = open_world(settings, SystemClock(), held)
        sheets = RunSheets(world.context, settings.run_sheets, settings.run_sheet_s)
        held.callback(sheets.close)
        url = held.enter_context(watched(world, settings.host, watch_port, stop))
        told = {"region": world.context.region, "watch": url}
        text = json.dumps(told) if as_json else f"Dispatching {world.context.region}."
        sys.stdout.write(text + "\n")
        sys.stdout.flush()  # whoever started us waits for this line
        thread = threading.Thread(target=world.dispatch, args=(stop,), name="dispatcher")
        thread.start()
        while not stop.wait(0.5):
            pass
        world.retire()
        thread.join()
