"""``roadflare user`` and ``roadflare token``: who may log in, and tokens for machines."""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Annotated, cast, get_args

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from api import schema
from api.commands.options import AsJson, City, DatabaseUrl, DataDir, settings_from
from api.identity import NewUser, hash_secret, issue_token, put_user
from api.models.identity import Role
from api.settings import Settings
from api.store import UserRow
from fleet.store import unit_by_code
from kernel.clock import SystemClock
from kernel.database import Database
from kernel.errors import InvalidInput

user_app = typer.Typer(
    add_completion=False, no_args_is_help=True, help="Add people who may log in, and list them."
)
token_app = typer.Typer(add_completion=False)

_SHORTEST_SECRET = 4

RoleName = Annotated[str, typer.Option("--role", help=", ".join(get_args(Role)))]
UnitCode = Annotated[
    str | None, typer.Option("--unit", help="Code of the technician's unit, e.g. T-07.")
]


@user_app.command("add")
def add_user(
    login: Annotated[str, typer.Argument(help="What the person logs in with.")],
    *,
    role: RoleName,
    name: Annotated[str | None, typer.Option(help="What colleagues call the person.")] = None,
    unit: UnitCode = None,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a user, or change one; the secret is asked for, or read from standard input."""
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    checked = _role(role)
    secret = _secret()
    opened = _open(settings)
    try:
        with opened.write() as session:
            user = NewUser(
                region=settings.city,
                login=login,
                name=name or login,
                role=checked,
                secret_hash=hash_secret(secret),
                unit_id=_unit_id(session, settings.city, unit),
            )
            user_id = put_user(session, user)
    finally:
        opened.close()
    told = {"id": user_id, "user": login, "role": role, "region": settings.city}
    typer.echo(json.dumps(told) if as_json else f"{login} may log in as {role}.")


@user_app.command("list")
def list_users(
    *,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List who may log in."""
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    opened = _open(settings)
    try:
        with opened.read() as session:
            query = select(UserRow).where(UserRow.region == settings.city).order_by(UserRow.login)
            users = [
                {"user": row.login, "name": row.name, "role": row.role}
                for row in session.scalars(query)
            ]
    finally:
        opened.close()
    if as_json:
        typer.echo(json.dumps(users, ensure_ascii=False))
    for user in users if not as_json else ():
        typer.echo(f"{user['user']:<24}{user['role']:<14}{user['name']}")


@token_app.command()
def token(
    *,
    role: RoleName,
    unit: UnitCode = None,
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 366, help="How long it holds.")] = 12,
    city: City = None,
    database: DatabaseUrl = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Issue a bearer token for a role; it is shown once and stored as a digest only."""
    settings = settings_from(city=city, database=database, data_dir=data_dir)
    checked, now, life = _role(role), SystemClock().now(), timedelta(hours=hours)
    opened = _open(settings)
    try:
        with opened.write() as session:
            user = NewUser(
                region=settings.city,
                login=f"{role} (token{f' {unit}' if unit else ''})",
                name=role,
                role=checked,
                unit_id=_unit_id(session, settings.city, unit),
            )
            issued = issue_token(session, put_user(session, user), now, life)
    finally:
        opened.close()
    until = (now + life).isoformat()
    typer.echo(json.dumps({"token": issued, "expires_at": until}) if as_json else issued)


def _secret() -> str:
    """Ask for a secret without showing it; a pipe just says it."""
    asked = sys.stdin.isatty()
    secret = str(typer.prompt("Secret", hide_input=True, err=True)) if asked else input()
    if len(secret) < _SHORTEST_SECRET:
        raise InvalidInput.one(
            "/secret",
            "secret.short",
            f"The secret has {len(secret)} characters.",
            f"Give at least {_SHORTEST_SECRET}.",
        )
    return secret


def _open(settings: Settings) -> Database:
    """Open the database beside a running service: these are short transactions."""
    database = Database(settings.database)
    schema.upgrade(database)
    return database


def _unit_id(session: Session, region: str, code: str | None) -> int | None:
    return None if code is None else unit_by_code(session, region, code).id


def _role(name: str) -> Role:
    if name not in get_args(Role):
        raise InvalidInput.one(
            "/role", "role.unknown", f"{name!r} is no role.", f"Give {', '.join(get_args(Role))}."
        )
    return cast(Role, name)
