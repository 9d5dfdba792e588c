"""``roadflare roads``: closures and slower traffic, told to a running service over HTTP."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any
from uuid import uuid4

import typer

from kernel.errors import ExternalServiceError, Fault, InvalidInput

if TYPE_CHECKING:
    import httpx

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Close roads or slow them down on a running service; list and clear such reports.",
)

_NEGATIVE_NUMBERS = {"ignore_unknown_options": True}

Url = Annotated[str, typer.Option(envvar="ROADFLARE_URL", help="Where the service answers.")]
Token = Annotated[
    str,
    typer.Option(
        envvar="ROADFLARE_TOKEN", help="Of a dispatcher, planner or admin; see `roadflare token`."
    ),
]
Ways = Annotated[list[int] | None, typer.Option("--way", help="An OSM way; repeat for more.")]
At = Annotated[str | None, typer.Option("--at", help="lon,lat: the road at that place.")]
Heading = Annotated[
    float | None, typer.Option("--heading", help="With --at: only the direction that runs so.")
]
Area = Annotated[
    str | None, typer.Option("--area", help="Corners 'lon,lat lon,lat ...': all roads in there.")
]
Until = Annotated[
    str | None, typer.Option("--until", help="2026-05-06T18:00Z; else until cleared.")
]
Note = Annotated[str | None, typer.Option("--note", help="Why, for colleagues.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON only.")]
LOCAL = "http://127.0.0.1:8080"


@app.command("list")
def list_reports(*, token: Token, url: Url = LOCAL, as_json: AsJson = False) -> None:
    """Show the reports in force."""
    found = _ask(url, token, "GET", "road-reports")
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False))
        return
    for item in found["items"]:
        typer.echo(_line(item))
    if not found["items"]:
        typer.echo("No report is in force.")


@app.command("close", context_settings=_NEGATIVE_NUMBERS)
def close(
    *,
    token: Token,
    way: Ways = None,
    at: At = None,
    heading: Heading = None,
    area: Area = None,
    until: Until = None,
    note: Note = None,
    url: Url = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Close roads: nobody is sent over them; who stands on one leaves by its open end."""
    body = {"effect": "closed", "where": _where(way, at, heading, area)}
    _report(url, token, body | {"until": until, "note": note}, as_json=as_json)


@app.command("slow", context_settings=_NEGATIVE_NUMBERS)
def slow(
    *,
    token: Token,
    factor: Annotated[float | None, typer.Option(help="On the usual speed, 0.05 to 2.")] = None,
    kph: Annotated[float | None, typer.Option(help="Instead: the speed itself, km/h.")] = None,
    way: Ways = None,
    at: At = None,
    heading: Heading = None,
    area: Area = None,
    until: Until = None,
    note: Note = None,
    url: Url = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Report another speed than usual."""
    if (factor is None) == (kph is None):
        raise InvalidInput.one(
            "/factor", "roads.value", "No speed is said, or two.", "Give one of --factor and --kph."
        )
    said = {"effect": "factor", "value": factor}
    if factor is None:
        said = {"effect": "speed", "value": kph}
    body = said | {"where": _where(way, at, heading, area), "until": until, "note": note}
    _report(url, token, body, as_json=as_json)


@app.command("clear")
def clear(
    report: Annotated[int, typer.Argument(min=1, help="Number of the report.")],
    *,
    token: Token,
    url: Url = LOCAL,
    as_json: AsJson = False,
) -> None:
    """Take a report back."""
    found = _ask(url, token, "POST", f"road-reports/{report}/clear")
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else f"Cleared: {_line(found)}")


def _where(
    way: list[int] | None, at: str | None, heading: float | None, area: str | None
) -> dict[str, Any]:
    where: dict[str, Any] = {"way_ids": way or []}
    if at is not None:
        lon, lat = _pair(at, "/at")
        where["at"] = {"lon": lon, "lat": lat, "heading_deg": heading}
    if area is not None:
        where["area"] = [_pair(corner, "/area") for corner in area.split()]
    return where


def _pair(text: str, pointer: str) -> list[float]:
    from routing.commands import parse_position  # noqa: PLC0415 (other commands need it not)

    position = parse_position(text, pointer)
    return [position.lon, position.lat]


def _report(url: str, token: str, body: dict[str, Any], *, as_json: bool) -> None:
    found = _ask(url, token, "POST", "road-reports", body)
    typer.echo(json.dumps(found, ensure_ascii=False) if as_json else _line(found))


def _line(item: dict[str, Any]) -> str:
    effects = {"closed": "closed", "factor": "{} x speed", "speed": "{} km/h"}
    effect = effects[item["effect"]].format(item["value"])
    until = f"until {item['until']}" if item["until"] else "until cleared"
    return (
        f"{item['id']:>5}  {effect:<14} {item['n_edges']:>5} edges  {until}  {item['note']}".strip()
    )


def _ask(url: str, token: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """Return the answer of the service.

    Raises
    ------
    InvalidInput
        When it refuses, with its own faults.
    ExternalServiceError
        When it does not answer.
    """
    import httpx  # noqa: PLC0415 (a third of a second)

    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid4().hex}
    address = f"{url.rstrip('/')}/api/v1/{path}"
    try:
        answer = httpx.request(method, address, json=body, headers=headers, timeout=30)
    except httpx.HTTPError as error:
        raise ExternalServiceError(
            f"{url} did not answer ({error}).",
            remedy="Start `roadflare serve`, or give its --url.",
        ) from error
    if answer.is_success:
        return dict(answer.json())
    raise _refusal(answer)


def _refusal(answer: httpx.Response) -> InvalidInput:
    problem = answer.json()
    faults = [
        Fault(it["pointer"], it["code"], it["message"], it.get("remedy", ""))
        for it in problem.get("faults", [])
    ]
    told = Fault("", problem.get("code", ""), problem.get("detail", ""), problem.get("remedy", ""))
    return InvalidInput(faults or [told])
