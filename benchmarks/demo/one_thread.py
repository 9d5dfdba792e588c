"""The service's plain functions run where they are called, not in threads of their own.

On the virtual clock exactly one agent acts at a time and waits for its answer, so that handing each
request to a thread and back changes nothing but the time it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import anyio.to_thread

_Result = TypeVar("_Result")


@contextmanager
def one_thread() -> Iterator[None]:
    """Let AnyIO, and with it FastAPI, call plain functions directly until the block ends."""
    threaded = anyio.to_thread.run_sync
    anyio.to_thread.run_sync = _directly  # type: ignore[assignment]
    try:
        yield
    finally:
        anyio.to_thread.run_sync = threaded


async def _directly(function: Callable[..., _Result], *arguments: Any, **_: Any) -> _Result:
    return function(*arguments)
