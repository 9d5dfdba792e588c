"""``roadflare serve``: API and dispatcher of one region, until it is told to stop."""

from __future__ import annotations

import contextlib
import gc
import json
import signal
import socket
import sys
from types import FrameType
from typing import Annotated

import typer
import uvicorn

from api.commands.options import (
    AsJson,
    City,
    DatabaseUrl,
    DataDir,
    SpeedsFile,
    settings_from,
)
from api.logs import configure_logs
from api.run_sheet import RunSheets
from api.service import Service, open_service
from kernel.clock import Clock, ScaledClock, SystemClock
from kernel.errors import ExternalServiceError

app = typer.Typer(add_completion=False)


class _Server(uvicorn.Server):
    """A server that ends its streams first, so that stopping takes no longer than a request."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to stop."""
        self._service.end_streams()
        super().handle_exit(sig, frame)


@app.command()
def serve(
    *,
    city: City = None,
    database: DatabaseUrl = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on.")] = None,
    speed: Annotated[
        float, typer.Option(min=0.1, max=1000, help="Seconds of service time per second.")
    ] = 1.0,
    speeds: SpeedsFile = None,
    api_only: Annotated[
        bool,
        typer.Option(
            "--api-only",
            help="Leave dispatching to others, see `roadflare dispatcher` (PostgreSQL).",
        ),
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Run the API and the dispatcher of one region.

    On SQLite one process holds both, and a second is refused. On PostgreSQL any number of processes
    share the work: all answer requests, one of them is elected to dispatch.
    """
    settings = settings_from(
        city=city,
        database=database,
        host=host,
        port=port,
        data_dir=data_dir,
        speeds=speeds,
        with_dispatcher=False if api_only else None,
    )
    configure_logs(as_json=as_json, level=settings.log_level)
    clock: Clock = SystemClock() if speed == 1.0 else ScaledClock(speed)
    # The port is taken first: finding it taken after loading a city would be late.
    with (
        _listen(settings.host, settings.port) as listening,
        open_service(settings, clock) as service,
        contextlib.closing(_run_sheets(service)),
    ):
        config = uvicorn.Config(
            service.app,
            log_level="warning",
            access_log=False,
            timeout_graceful_shutdown=5,
            timeout_keep_alive=75,  # phones report every few seconds: longer than they pause
            server_header=False,
        )
        url = f"http://{settings.host}:{listening.getsockname()[1]}"
        # Many short requests beside a few long computations: let nobody hold the interpreter long.
        sys.setswitchinterval(0.001)
        gc.freeze()  # what was loaded stays, and need not be looked at again
        gc.set_threshold(50_000, 20, 100)
        # uvicorn raises the signal again when it has stopped; then the rest is still to be closed.
        signal.signal(signal.SIGTERM, lambda *_: None)
        _announce(url, service.runtime.region, as_json=as_json)
        _Server(config, service).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket on the address; ``port`` 0 takes any free one."""
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError as error:
        raise ExternalServiceError(
            f"{host}:{port} cannot be listened on ({error.strerror}).",
            remedy="Give another --port, or stop what listens there.",
        ) from error


def _run_sheets(service: Service) -> RunSheets:
    settings = service.runtime.settings
    return RunSheets(service.runtime.context, settings.run_sheets, settings.run_sheet_s)


def _announce(url: str, region: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"url": url, "region": region}) + "\n")
    else:
        sys.stdout.write(f"Serving {region} at {url}/ (Ctrl-C stops it).\n")
    sys.stdout.flush()  # whoever started us waits for this line
