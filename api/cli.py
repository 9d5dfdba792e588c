"""The ``roadflare`` command: a table of contents of what every package offers.

Packages list their commands in the entry-point group ``roadflare.commands``; a command's module is
imported when it is run, never for ``--help``.
"""

from __future__ import annotations

import gc
import json
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from kernel.errors import InvalidInput, NotFound, RoadflareError, RoutingError

GROUP = "roadflare.commands"

CONTENTS: dict[str, tuple[str, str]] = {
    "demo": ("Start here", "See a city at work, live or as the report of one simulated day."),
    "serve": ("Dispatch", "Run the API and the dispatcher of one region."),
    "dispatcher": ("Dispatch", "Run the dispatcher of one region by itself, on PostgreSQL."),
    "plan": ("Dispatch", "Plan the booked visits of one day."),
    "user": ("Dispatch", "Add people who may log in, and list them."),
    "token": ("Dispatch", "Issue a bearer token for a role."),
    "city": ("Maps", "Import an OpenStreetMap extract, list and show cities."),
    "where": ("Maps", "Find a place by what people call it."),
    "route": ("Maps", "Drive from one place to another on the real roads."),
    "isochrone": ("Maps", "Show how far one gets in a given time."),
    "roads": ("Maps", "Close roads or slow them down on a running service."),
    "coverage": ("Planning", "Measure who can be reached within the promise."),
    "solve": ("Planning", "Solve a dispatch problem given as JSON."),
    "check": ("Planning", "Check a plan against every rule, apart from any solver."),
    "explain": ("Planning", "Judge every unit for a job: what forbids it, what it would cost."),
    "what-if": ("Planning", "Plan again after a change, and tell the difference."),
    "diff": ("Planning", "Tell two plans apart, in words and in minutes."),
    "schema": ("Planning", "Print the JSON Schema of snapshots and plans, or an example."),
    "bench": ("Planning", "Compare, measure and break."),
    "report": ("Operations", "Tell how well the promise was kept, and what owners think of it."),
    "migrate": ("Operations", "Bring a database's schema up to date, or take it back."),
    "person": ("Operations", "Export or erase what is stored about one person."),
    "audit": ("Operations", "Verify that nobody has touched the event log."),
    "backup": ("Operations", "Copy a database while it is in use."),
    "restore": ("Operations", "Put a backup in place of a database."),
    "compile": ("Operations", "Make the machine code now, not at the first question."),
    "openapi": ("Operations", "Write the OpenAPI document."),
    "screenshots": ("Operations", "Photograph every page, in both languages."),
}
"""Panel and line of each command, in the order of the page."""

_OWN = {
    "serve": "api.commands.serve:app",
    "user": "api.commands.people:user_app",
    "token": "api.commands.people:token_app",
    "migrate": "api.commands.database:app",
    "dispatcher": "api.commands.dispatcher:app",
    "person": "api.commands.person:app",
    "report": "api.commands.report:app",
    "audit": "api.commands.audit:app",
    "backup": "api.commands.backup:backup_app",
    "restore": "api.commands.backup:restore_app",
    "compile": "api.commands.compiling:app",
    "openapi": "api.commands.document:app",
    "roads": "api.commands.roads:app",
    "screenshots": "api.screenshots:app",
}
_USAGE = (InvalidInput, NotFound, RoutingError)


def offered() -> dict[str, EntryPoint]:
    """Return where each command is found, in the order of the contents page."""
    own = {name: EntryPoint(name, value, GROUP) for name, value in _OWN.items()}
    found = own | {entry.name: entry for entry in entry_points(group=GROUP)}
    listed = [name for name in CONTENTS if name in found]
    return {name: found[name] for name in [*listed, *sorted(found.keys() - CONTENTS.keys())]}


class Contents(TyperGroup):
    """The group of all commands; each is imported when it is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self._offered = offered()
        for name in self._offered:
            panel, line = CONTENTS.get(name, ("More", ""))
            self.add_command(TyperCommand(name, help=line, rich_help_panel=panel))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the real command in place of its line on the contents page."""
        name, line, rest = super().resolve_command(ctx, args)
        if name is None or line is None:
            return name, line, rest
        command = get_command(self._offered[name].load())
        command.name = name
        return name, command, rest


app = typer.Typer(
    cls=Contents,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="From a motorist's call to a unit on the road. Every command knows --json and --help.",
)


@app.callback()
def _contents() -> None:
    """Hold the commands."""


def main() -> None:
    """Run the command line; an error of the tree is one line with its remedy, no traceback."""
    # Loading modules makes a million objects that stay: with Python's own thresholds the collector
    # walks them dozens of times, a fifth of the time that a start takes.
    gc.set_threshold(700_000, 20, 100)
    try:
        app()
    except RoadflareError as error:
        _tell(error, as_json="--json" in sys.argv)
        sys.exit(2 if isinstance(error, _USAGE) else 1)
    except Exception as error:
        from api.commands.opening import out_of_reach  # noqa: PLC0415 (help loads nothing heavy)

        problem = out_of_reach(error)
        if problem is None:
            raise
        _tell(problem, as_json="--json" in sys.argv)
        sys.exit(1)


def _tell(error: RoadflareError, *, as_json: bool) -> None:
    if not as_json:
        typer.echo(f"roadflare: {error}", err=True)
        return
    faults = [
        {"pointer": it.pointer, "code": it.code, "message": it.message, "remedy": it.remedy}
        for it in (error.faults if isinstance(error, InvalidInput) else ())
    ]
    problem = {"code": error.code, "detail": error.message, "remedy": error.remedy}
    typer.echo(json.dumps({"error": problem | {"faults": faults}}, ensure_ascii=False), err=True)
