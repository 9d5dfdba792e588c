"""The service, found by its entry point: benchmarks and the API do not import each other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import entry_points
from typing import Any, Protocol

import structlog

from kernel.clock import Clock
from kernel.errors import BadData


class Dispatcher(Protocol):
    """The live loop, driven by hand."""

    @property
    def n_decisions(self) -> int:
        """How often it has snapshot, solved and checked."""
        ...

    def next_due(self) -> datetime | None:
        """Return when it must run next."""
        ...

    def run_due(self) -> bool:
        """Do what is due now; True if anything was done."""
        ...


class Service(Protocol):
    """A service in this process."""

    @property
    def app(self) -> Any:
        """The ASGI application."""
        ...

    @property
    def dispatcher(self) -> Dispatcher:
        """The region's dispatcher."""
        ...

    def issue_token(self, role: str) -> str:
        """Return a token of a role."""
        ...

    def on_notice(self, callback: Callable[[str], None]) -> None:
        """Register a push without content: ``unit:CODE``."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def quiet() -> None:
    """Log warnings only, on standard error: a simulated day makes a hundred thousand requests."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def open_service(clock: Clock, **settings: Any) -> Service:
    """Open a service of this installation on a clock.

    Raises
    ------
    BadData
        When the installation has no such entry point.
    """
    found = entry_points(group="roadflare.services", name="service")
    for entry in found:
        service: Service = entry.load()(clock=clock, **settings)
        return service
    raise BadData(
        "This installation offers no service.", remedy="Install the whole project: ./run demo."
    )
