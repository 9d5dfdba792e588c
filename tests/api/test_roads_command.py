"""``roadflare roads``, against a real service at its address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

from api.commands.roads import app
from api.local_server import serving
from kernel.errors import ExternalServiceError, InvalidInput
from tests.support.service import HARBOUR, OpenTown, Town

AT = f"{HARBOUR[0]},{HARBOUR[1]}"


class Terminal:
    """The command as it is typed, with a service's address and somebody's token set."""

    def __init__(self, town: Town, url: str, token: str) -> None:
        self.town = town
        self._set = {"ROADFLARE_URL": url, "ROADFLARE_TOKEN": token, "COLUMNS": "200"}

    def says(self, *typed: str) -> str:
        """Return what is printed; a refusal is raised as the command line would tell it."""
        done = CliRunner().invoke(app, typed, env=self._set)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    def json(self, *typed: str) -> Any:
        """Return what is printed with ``--json``."""
        return json.loads(self.says(*typed, "--json"))


@pytest.fixture
def terminal(town: Town) -> Iterator[Terminal]:
    token = town["planner"].token
    assert token is not None
    # The service's own lines would stand among what the command prints.
    with capture_logs(), serving(town.service) as url:
        yield Terminal(town, url, token)


def in_force(town: Town) -> list[dict[str, Any]]:
    return list(town["desk"].get("road-reports").json()["items"])


def test_a_road_is_closed_listed_and_opened_again(terminal: Terminal) -> None:
    assert terminal.says("list") == "No report is in force.\n"
    until = terminal.town.clock.now() + timedelta(hours=2)
    made = terminal.json("close", "--at", AT, "--until", until.isoformat(), "--note", "burst main")
    [report] = in_force(terminal.town)
    assert report == made
    assert (report["effect"], report["note"], report["n_edges"]) == ("closed", "burst main", 2)
    line = terminal.says("list")
    for part in (str(made["id"]), "closed", "2 edges", f"until {made['until']}", "burst main"):
        assert part in line
    assert terminal.json("list") == {"items": [made]}
    assert terminal.says("clear", str(made["id"])).startswith("Cleared:")
    assert in_force(terminal.town) == []
    assert terminal.says("clear", str(made["id"])).startswith("Cleared:"), "twice is harmless"


def test_only_one_direction_is_slowed_where_a_heading_is_given(terminal: Terminal) -> None:
    road = terminal.town["desk"].get(
        f"road-reports/road-at?lon={HARBOUR[0]}&lat={HARBOUR[1]}"
    ).json()  # fmt: skip
    heading = road["directions"][0]["heading_deg"]
    spot = f"{road['lon']},{road['lat']}"
    line = terminal.says("slow", "--factor", "0.5", "--at", spot, "--heading", str(heading))
    assert "0.5 x speed" in line
    assert "1 edges  until cleared" in line
    [report] = in_force(terminal.town)
    assert (report["effect"], report["value"], report["heading_deg"]) == ("factor", 0.5, heading)


def test_an_area_is_slowed_to_a_speed(terminal: Terminal) -> None:
    west, south, east, north = terminal.town.service.runtime.city.bounds
    corners = f"{west},{south} {east},{south} {east},{north} {west},{north}"
    made = terminal.json("slow", "--kph", "12", "--area", corners)
    assert (made["effect"], made["value"]) == ("speed", 12.0)
    assert made["n_edges"] > 100


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("slow", "--at", AT), "No speed is said, or two"),
        (("slow", "--at", AT, "--factor", "0.5", "--kph", "9"), "No speed is said, or two"),
        (("slow", "--at", AT, "--factor", "9"), "is no value of 'factor'"),
        (("close",), "Which roads is not said"),
        (("close", "--way", "4711"), "Way 4711"),
        (("close", "--at", "-8.6,41.1"), "nearest road"),
        (("close", "--at", AT, "--until", "yesterday"), "time"),
        (("close", "--at", "here"), "here"),
        (("clear", "4711"), "4711"),
    ],
)
def test_what_the_service_refuses_is_told_and_nothing_is_reported(
    terminal: Terminal, typed: tuple[str, ...], says: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        terminal.says(*typed)
    assert says in str(refused.value)
    assert in_force(terminal.town) == []


def test_a_token_of_somebody_else_is_refused(terminal: Terminal) -> None:
    token = terminal.town["hotline"].token
    assert token is not None
    with pytest.raises(InvalidInput, match="call_taker"):
        terminal.says("list", "--token", token)


def test_a_service_that_is_not_there_is_named(open_town: OpenTown) -> None:
    town = open_town()
    with serving(town.service) as url:
        gone = url
    with pytest.raises(ExternalServiceError, match="did not answer"):
        Terminal(town, gone, "any").says("list")
