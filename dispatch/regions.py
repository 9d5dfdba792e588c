"""The regions served here: where they are in law and time, and the version of their plan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.store import RegionRow
from kernel.database import WriteSession
from kernel.errors import InvalidInput, NotFound


@dataclass(frozen=True, slots=True)
class Region:
    """One region.

    Attributes
    ----------
    country
        ISO 3166-1 alpha-2: decides plates, telephone numbers and motorway rules.
    time_zone
        IANA name: decides what day it is.
    """

    name: str
    country: str
    time_zone: str
    plan_version: int

    def today(self, now: datetime) -> date:
        """Return the local day."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()

    def clock(self, at: datetime, now: datetime) -> str:
        """Return the local time for people, with the day where it is not today's."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        return f"{local:%H:%M}" if local.date() == self.today(now) else f"{local:%m-%d %H:%M}"


def put_region(
    session: WriteSession, name: str, *, time_zone: str, country: str | None = None
) -> Region:
    """Set a region up, or change one; without ``country`` the time zone's is taken.

    Raises
    ------
    InvalidInput
        When the country is not given and the time zone belongs to none.
    """
    known = country or country_of_time_zone(time_zone)
    if known is None:
        raise InvalidInput.one(
            "/country",
            "region.country",
            f"The time zone {time_zone!r} belongs to no country.",
            "Give the country as two letters, e.g. CN.",
            zh=f"时区 {time_zone} 不属于任何国家，请用两个字母填写国家，例如 CN。",
        )
    row = session.get(RegionRow, name)
    if row is None:
        row = RegionRow(name=name, plan_version=0)
        session.add(row)
    row.country, row.time_zone = known.upper(), time_zone
    session.flush()
    return _region(row)


def get_region(session: Session, name: str) -> Region:
    """Return one region; NotFound when it has not been set up."""
    row = session.get(RegionRow, name)
    if row is None:
        raise no_region(name)
    return _region(row)


def plan_version(session: Session, region: str) -> int:
    """Return the version of the plan in force."""
    query = select(RegionRow.plan_version).where(RegionRow.name == region)
    return session.scalar(query) or 0


def country_of_time_zone(time_zone: str) -> str | None:
    """Return the country (alpha-2) of an IANA time zone, by the tz database's zone.tab."""
    return _countries().get(time_zone)


@cache
def _countries() -> dict[str, str]:
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return {row[2]: row[0] for row in rows}


def _region(row: RegionRow) -> Region:
    return Region(row.name, row.country, row.time_zone, row.plan_version)


def no_region(name: str) -> NotFound:
    """Return what is said where a region has not been set up."""
    return NotFound(
        "region",
        name,
        remedy="Set it up with PUT /fleet.",
        zh=f"区域 {name} 尚未设置，请联系管理员。",
    )
