"""Rows that cannot be read: each is set aside alone, told in the log, and stays as it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from shapely.errors import ShapelyError
from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute, Session

from kernel.errors import InvalidInput

T = TypeVar("T")

DAMAGE = (LookupError, TypeError, ValueError, AttributeError, InvalidInput, ShapelyError)
"""What reading a stored value raises that nobody here has written."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NoJson:
    """Stands for a stored text that is no JSON: whoever reads it finds neither list nor object."""

    stored: str


def read_json(stored: str) -> Any:
    """Return the value of a JSON text, `NoJson` where it is none: other columns are read still."""
    try:
        return json.loads(stored)
    except ValueError:
        return NoJson(stored)


def readable(
    session: Session,
    query: Select[*tuple[Any, ...]],
    key: InstrumentedAttribute[int],
    make: Callable[[Any], T],
) -> tuple[T, ...]:
    """Return what is made of each row of a query; those that cannot be read are left out and told.

    Parameters
    ----------
    key
        The column that names a row, by which each is asked for alone once one cannot be read.
    make
        What a row becomes.
    """
    try:
        return tuple(map(make, session.execute(query)))
    except DAMAGE:
        keys = session.scalars(query.with_only_columns(key)).all()
    found: list[T] = []
    for one in keys:
        try:
            found += map(make, session.execute(query.where(key == one)))
        except DAMAGE as error:
            reason = f"{type(error).__name__}: {error}"
            _log.error("row.damaged", table=key.class_.__tablename__, id=one, reason=reason)
    return tuple(found)
