"""What every endpoint stands on: the region's world, and the way to streams and settings."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI, Request

from api.judging import Judging
from api.known_tokens import KnownTokens
from api.route_lines import RouteLines
from api.settings import Settings
from api.shared import SharedAnswers
from api.streams import EventFeed
from dispatch.context import DispatchContext
from dispatch.desk import IntakeDesk
from field_app.fixes import Fixes
from geo_data.city import City
from kernel.clock import Clock
from kernel.database import Database


@dataclass(frozen=True, slots=True)
class Runtime:
    """The service as its endpoints see it.

    Attributes
    ----------
    desk
        Takes calls: finds places, knows the rules.
    feed
        Wakes streams when events are committed.
    lines
        Ways on the map.
    shared
        Lists that every console asks for.
    fixes
        Takes the places of units, which come by the hundred.
    known
        Tokens that were proved a moment ago.
    judging
        Judges every unit of the region for an incident.
    """

    settings: Settings
    context: DispatchContext
    desk: IntakeDesk
    feed: EventFeed
    lines: RouteLines
    shared: SharedAnswers
    fixes: Fixes
    known: KnownTokens
    judging: Judging

    @property
    def database(self) -> Database:
        """The installation's database."""
        return self.context.database

    @property
    def clock(self) -> Clock:
        """The service's clock."""
        return self.context.clock

    @property
    def city(self) -> City:
        """The region's city."""
        return self.context.city

    @property
    def region(self) -> str:
        """Name of the region this service works in."""
        return self.context.region


def runtime_in(app: FastAPI) -> Runtime:
    """Return the runtime of an application."""
    runtime: Runtime = app.state.runtime
    return runtime


async def runtime_of(request: Request) -> Runtime:
    """Return the runtime of the application that serves a request; async: it needs no thread."""
    return runtime_in(request.app)
