"""Which tables the transactions of this process write to: what was read of others still holds."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, event

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

_KEY = "roadflare_written"
_ANY = "*"
"""Stands for every table: a statement that was written by hand."""

_WRITES = ("INSERT", "UPDATE", "DELETE", "TRUNCATE", "MERGE", "WITH")


class Written:
    """Counts, for each table, the transactions that wrote to it."""

    def __init__(self, engine: Engine) -> None:
        self._n: Counter[str] = Counter()
        self._turn = threading.Lock()
        event.listen(engine, "before_cursor_execute", _note)

    def count(self, *tables: str) -> int:
        """Return a number that grows with every transaction that wrote to one of these tables."""
        return self._n[_ANY] + sum(self._n[it] for it in tables)

    def take(self, session: Session) -> frozenset[str]:
        """Return what a transaction that is about to end has written to."""
        session.flush()
        found: set[str] = session.connection().info.pop(_KEY, set())
        return frozenset(found)

    def committed(self, tables: frozenset[str]) -> None:
        """Count a transaction."""
        with self._turn:
            self._n.update(tables)


def _note(
    connection: Connection,
    _cursor: Any,
    statement: str,
    _parameters: Any,
    context: Any,
    _many: bool,  # noqa: FBT001 - SQLAlchemy calls it so
) -> None:
    if context.isinsert or context.isupdate or context.isdelete:
        table = context.compiled.compile_state.dml_table.name
    elif getattr(context.compiled, "compile_state", None) is None and _is_write(statement):
        table = _ANY
    else:
        return
    connection.info.setdefault(_KEY, set()).add(table)


def _is_write(statement: str) -> bool:
    return statement.lstrip()[:8].upper().startswith(_WRITES)
