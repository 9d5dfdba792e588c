"""Rows as they stand in the database, to tell whether anything of them has changed.

The database writes them out itself and hands over one text: while it does so other threads of this
process work on, and a row is not made into Python values only to be compared. SQLite, which is in
this process, hands over what they say; PostgreSQL a digest of it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, cast

from sqlalchemy import Select, Table, Text, func, literal, literal_column, select
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

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
        table = cast(Table, model.__table__)
        names = [it.name for it in table.columns] if columns is None else columns
        self._n_keys = len(keys)
        # As text: for SQLAlchemy to look at each part of it anew takes longer than SQLite does.
        known = [f"coalesce({{}}({table.name}.{it.key}), '') || '{_KEY}'" for it in keys]
        values = [f"{table.name}.{it}" for it in names]
        said = {
            "sqlite": f"json_array({', '.join(map(_as_json, values))})",
            "postgresql": _digest(f"row({', '.join(values)})::text"),
        }
        as_text = {"sqlite": "", "postgresql": "text"}
        self._lines: dict[str, Select[Any]] = {
            it: _line(table, [*(key.format(as_text[it]) for key in known), said[it]]) for it in said
        }

    def read(
        self, session: Session, restrict: Restrict
    ) -> list[tuple[tuple[int | None, ...], Hashable]]:
        """Return the keys of each row, and what it says."""
        dialect = session.get_bind().dialect.name
        lines = restrict(self._lines[dialect]).subquery()
        together = func.group_concat if dialect == "sqlite" else func.string_agg
        text = session.scalar(select(together(lines.c.line, literal("\n"))))
        return [self._split(line) for line in text.split("\n")] if text else []

    def _split(self, line: str) -> tuple[tuple[int | None, ...], Hashable]:
        *keys, rest = line.split(_KEY, self._n_keys)
        return tuple(int(it) if it else None for it in keys), rest


def _line(table: Table, parts: Sequence[str]) -> Select[Any]:
    return select(literal_column(" || ".join(parts), Text()).label("line")).select_from(table)


def _digest(text: str) -> str:
    return f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"


def _as_json(column: str) -> str:
    """Return a column as JSON can hold it; texts in it have no bare line ends."""
    return f"iif(typeof({column}) = 'blob', hex({column}), {column})"
