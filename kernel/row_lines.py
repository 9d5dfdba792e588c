"""Rows as they stand in the database, to tell whether anything of them has changed.

SQLite writes them out itself and hands over one text: while it does so other threads of this
process work on, and a row is not made into Python values only to be compared.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from sqlalchemy import Select, Text, func, literal, literal_column, select, type_coerce
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session
from sqlalchemy.types import NullType

Restrict = Callable[[Select[Any]], Select[Any]]
"""Adds which rows are meant, and their order."""

_KEY = "|"


class RowLines:
    """The rows of a table, each as something that is equal only while all its columns are.

    Parameters
    ----------
    model
        Whose table it is.
    keys
        Columns of whole numbers, told apart from the rest.
    columns
        By name; all of the table unless given.
    """

    def __init__(
        self,
        model: type[DeclarativeBase],
        *keys: InstrumentedAttribute[Any],
        columns: Sequence[str] | None = None,
    ) -> None:
        table = model.__table__
        names = [it.name for it in table.columns] if columns is None else columns
        plain = [type_coerce(table.columns[it], NullType()) for it in names]
        self._n_keys = len(keys)
        self._rows: Select[Any] = select(*keys, *(it.label(None) for it in plain))
        # As text: for SQLAlchemy to look at each part of it anew takes longer than SQLite does.
        known = [f"coalesce({model.__tablename__}.{it.key}, '') || '{_KEY}'" for it in keys]
        values = ", ".join(_as_json(f"{model.__tablename__}.{it}") for it in names)
        line = " || ".join([*known, f"json_array({values})"])
        self._lines: Select[Any] = select(literal_column(line, Text()).label("line")).select_from(
            table
        )

    def read(
        self, session: Session, restrict: Restrict
    ) -> list[tuple[tuple[int | None, ...], Hashable]]:
        """Return the keys of each row, and what it says."""
        if session.get_bind().dialect.name != "sqlite":
            found = session.execute(restrict(self._rows)).all()
            return [(tuple(row[: self._n_keys]), tuple(row[self._n_keys :])) for row in found]
        lines = restrict(self._lines).subquery()
        text = session.scalar(select(func.group_concat(lines.c.line, literal("\n"))))
        return [self._split(line) for line in text.split("\n")] if text else []

    def _split(self, line: str) -> tuple[tuple[int | None, ...], Hashable]:
        *keys, rest = line.split(_KEY, self._n_keys)
        return tuple(int(it) if it else None for it in keys), rest


def _as_json(column: str) -> str:
    """Return a column as JSON can hold it; texts in it have no bare line ends."""
    return f"iif(typeof({column}) = 'blob', hex({column}), {column})"
