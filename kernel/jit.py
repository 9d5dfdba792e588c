"""Compiling number-crunching functions: numba behind one typed decorator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Return the function compiled to machine code on its first call, and kept on disk.

    It runs without Python's global lock, so that other threads go on. The machine code is kept in
    ``NUMBA_CACHE_DIR``, else beside the source; a changed source file is compiled anew, but a
    changed *callee in another file* is not noticed: keep functions that call each other together.
    """
    return cast("Function", numba.njit(cache=True, nogil=True)(function))
