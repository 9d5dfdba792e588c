"""A real server process that may be killed at any moment and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Literal

from kernel.errors import ExternalServiceError

START_WITHIN_S = 100.0
_LOOK_EVERY_S = 0.05


@dataclass
class Server:
    """``roadflare serve`` (or ``dispatcher``) on one port and one database.

    Attributes
    ----------
    settings
        More environment variables.
    command, more
        Of the process, and further arguments.
    start_s
        Seconds of each start, from the call of the process to its first ready answer.
    """

    city: str
    database: str
    data_dir: Path
    admin: str
    log: Path
    port: int = 0
    start_s: list[float] = field(default_factory=list)
    settings: Mapping[str, str] = field(default_factory=dict)
    command: Literal["serve", "dispatcher"] = "serve"
    more: tuple[str, ...] = ()
    _process: subprocess.Popen[bytes] | None = None
    _said: IO[bytes] | None = None

    def __post_init__(self) -> None:
        self.port = self.port or _free_port()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Of the process that runs."""
        if self._process is None:
            raise AssertionError("it was not started")
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises
        ------
        ExternalServiceError
            When it ends or does not become ready.
        """
        began = time.monotonic()
        self._said = self.log.open("ab")
        port = "--port" if self.command == "serve" else "--watch-port"
        self._process = subprocess.Popen(  # noqa: S603 (our own command)
            [
                *(sys.executable, "-c", "from api.cli import main; main()", self.command, "--json"),
                *("--city", self.city, "--database", self.database),
                *("--data-dir", str(self.data_dir), port, str(self.port), *self.more),
            ],
            env=os.environ
            | {"ROADFLARE_ADMIN_TOKEN": self.admin, "ROADFLARE_LOG_LEVEL": "warning"}
            | dict(self.settings),
            stdout=subprocess.DEVNULL,
            stderr=self._said,
        )
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() - began > START_WITHIN_S:
                self.kill()
                raise ExternalServiceError(
                    "The server did not start.", remedy=f"See the end of {self.log}."
                )
            time.sleep(_LOOK_EVERY_S)
        self.start_s.append(time.monotonic() - began)

    def kill(self) -> None:
        """Kill it (SIGKILL): it can do nothing about it."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop (SIGTERM) and return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        process, self._process = self._process, None
        process.send_signal(number)
        try:
            code = process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        if self._said is not None:
            self._said.close()
        return code

    def _is_ready(self) -> bool:
        # Plain, because it must not take the processor from the server that starts.
        asked = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            asked.request("GET", "/readyz")
            return asked.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            asked.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
