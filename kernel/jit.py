"""Compiling number-crunching functions: numba behind one typed decorator."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.np import linalg


def _load_without_blas() -> None:
    """Load numba's array functions without their search for a BLAS.

    It loads all of SciPy's linear algebra, a fifth of the time in which a service starts; nothing
    compiled here multiplies matrices.
    """

    def no_blas() -> None:
        raise ImportError("not asked for")

    found = linalg.ensure_blas
    linalg.ensure_blas = no_blas
    try:
        importlib.import_module("numba.np.arraymath")  # asks for a BLAS as it is loaded
    finally:
        linalg.ensure_blas = found


_load_without_blas()

UNCOUNTED: dict[str, Any] = {"_nrt": False}
"""An option of numba that its types leave out."""

Function = TypeVar("Function", bound=Callable[..., Any])


def jit(function: Function) -> Function:
    """Return the function compiled to machine code on its first call, and kept on disk.

    It runs without Python's global lock, so that other threads go on. The machine code is kept in
    ``NUMBA_CACHE_DIR``, else beside the source; a changed source file is compiled anew, but a
    changed *callee in another file* is not noticed: keep functions that call each other together.
    """
    return cast("Function", numba.njit(cache=True, nogil=True)(function))


def jit_uncounted(function: Function) -> Function:
    """Return the function compiled like `jit`, without counting references to arrays.

    It must allocate no array and return none: all that it works on is its caller's. Counting takes
    most of the time of small functions that hand structures of many arrays to each other.
    """
    return cast("Function", numba.njit(cache=True, nogil=True, **UNCOUNTED)(function))
