"""Problems and plans as JSON documents, and back; faults are gathered with their pointers.

The documents mirror `model`, field by field, with four differences: ids of other things drop
their ``_id`` (``job``, ``unit``), a plan says ``cost`` and ``lower_bound``, locks are words, and a
missing way in ``travel_s`` is ``null``. Fields with a default may be left out.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import datetime
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from dispatch.core.model import UNREACHABLE_S, Lock, Plan, Problem, Unit
from kernel.errors import Fault, InvalidInput

PROBLEM_FORMAT = "roadflare.problem/1"
"""Name and version of a problem document; optional fields may be added to a version."""

PLAN_FORMAT = "roadflare.plan/1"
"""Name and version of a plan document."""

NAMES = {"job_id": "job", "unit_id": "unit", "cost_cny": "cost", "lower_bound_cny": "lower_bound"}
_REPORTED = {"seconds", "gap"}

T = TypeVar("T")


def problem_to_dict(problem: Problem) -> dict[str, Any]:
    """Return a document that `problem_from_dict` reads back."""
    document: dict[str, Any] = encode(problem)
    return {"format": PROBLEM_FORMAT} | document


def plan_to_dict(plan: Plan) -> dict[str, Any]:
    """Return a document that `plan_from_dict` reads back."""
    document: dict[str, Any] = encode(plan)
    return {"format": PLAN_FORMAT} | document


def problem_from_dict(document: object) -> Problem:
    """Return the problem of a document; whether it makes sense is `validate`'s to say.

    Raises
    ------
    InvalidInput
        With every missing, unknown or misshapen field.
    """
    return _read(document, PROBLEM_FORMAT, Problem, set())


def plan_from_dict(document: object) -> Plan:
    """Return the plan of a document; what a report adds (seconds, gap) is passed over.

    Raises
    ------
    InvalidInput
        With every missing, unknown or misshapen field.
    """
    return _read(document, PLAN_FORMAT, Plan, _REPORTED)


def unit_from_dict(document: object) -> Unit:
    """Return a single unit of a document.

    Raises
    ------
    InvalidInput
        With every missing, unknown or misshapen field.
    """
    faults: list[Fault] = []
    result = _decode(document, Unit, "", faults)
    if faults or not isinstance(result, Unit):
        raise InvalidInput(faults)
    return result


def _read(document: object, name: str, kind: type[T], passed_over: set[str]) -> T:
    if not isinstance(document, dict) or document.get("format", name) != name:
        told = document.get("format") if isinstance(document, dict) else None
        message = f"This is not a document of the format {name!r}"
        message += "." if told is None else f", but {_short(told)}."
        raise InvalidInput.one("/format", "document.format", message, "Give another file.")
    faults: list[Fault] = []
    body = {key: value for key, value in document.items() if key not in passed_over | {"format"}}
    result = _decode(body, kind, "", faults)
    if faults or not isinstance(result, kind):
        raise InvalidInput(faults)
    return result


# ------------------------------------------------------------------ out


def encode(value: Any) -> Any:
    """Return a value of the model, or of its explanations, as JSON carries it."""
    if is_dataclass(value):
        return {document_key(it.name): encode(getattr(value, it.name)) for it in fields(value)}
    writer = next((write for kind, write in _WRITERS.items() if isinstance(value, kind)), None)
    return value if writer is None else writer(value)


def _rows(matrix: NDArray[np.int32]) -> list[list[int | None]]:
    return [[None if it == UNREACHABLE_S else it for it in row] for row in matrix.tolist()]


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Lock: lambda lock: lock.name.lower(),
    np.ndarray: _rows,
    np.generic: lambda number: number.item(),
    datetime: datetime.isoformat,
    frozenset: sorted,
    tuple: lambda items: [encode(it) for it in items],
    Mapping: dict,
}


def document_key(name: str) -> str:
    """Return what a field is called in documents."""
    return NAMES.get(name, name)


# ------------------------------------------------------------------ in


def _decode(value: Any, kind: Any, at: str, faults: list[Fault]) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        inner = next(it for it in get_args(kind) if it is not type(None))
        return None if value is None else _decode(value, inner, at, faults)
    if is_dataclass(kind) and isinstance(kind, type):
        return _decode_object(value, kind, at, faults)
    if origin is tuple:
        return _decode_tuple(value, get_args(kind), at, faults)
    reader = _READERS.get(kind if origin is None else origin)
    if reader is None:
        raise TypeError(f"no reader for {kind!r}")
    try:
        return reader(value)
    except (TypeError, ValueError, OverflowError) as error:
        faults.append(Fault(at, "document.value", f"{_short(value)}: {error}"))
        return None


def _decode_object(value: Any, kind: type, at: str, faults: list[Fault]) -> Any:
    if not isinstance(value, dict):
        faults.append(Fault(at, "document.value", f"{_short(value)} is not an object."))
        return None
    hints = get_type_hints(kind)
    known = {document_key(it.name): it for it in fields(kind)}
    for key in value.keys() - known.keys():
        remedy = f"Use {', '.join(sorted(known))}."
        faults.append(Fault(f"{at}/{key}", "document.unknown", f"{key!r} is unknown.", remedy))
    before = len(faults)
    arguments = {}
    for key, it in known.items():
        if key in value:
            arguments[it.name] = _decode(value[key], hints[it.name], f"{at}/{key}", faults)
        elif it.default is MISSING and it.default_factory is MISSING:
            message = f"{key!r} is missing."
            faults.append(Fault(f"{at}/{key}", "document.missing", message, "Add it."))
    return kind(**arguments) if len(faults) == before else None


def _decode_tuple(value: Any, kinds: tuple[Any, ...], at: str, faults: list[Fault]) -> Any:
    if not isinstance(value, list):
        faults.append(Fault(at, "document.value", f"{_short(value)} is not a list."))
        return ()
    if kinds[-1] is Ellipsis:
        return tuple(_decode(it, kinds[0], f"{at}/{i}", faults) for i, it in enumerate(value))
    if len(value) != len(kinds):
        faults.append(Fault(at, "document.value", f"{_short(value)} needs {len(kinds)} entries."))
        return ()
    pairs = enumerate(zip(value, kinds, strict=True))
    return tuple(_decode(it, kind, f"{at}/{i}", faults) for i, (it, kind) in pairs)


def _whole(value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)  # JSON has one kind of number: 300.0 is whole, its schema says
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("a whole number is needed")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError("a number is needed")
    return float(value)


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("true or false is needed")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is needed")
    if not value.isascii() and any("\ud800" <= it <= "\udfff" for it in value):
        raise ValueError("it ends, or begins, within a character (a lone surrogate)")
    return value


def _instant(value: Any) -> datetime:
    return datetime.fromisoformat(_text(value))


def _lock(value: Any) -> Lock:
    if not isinstance(value, str) or value not in {lock.name.lower() for lock in Lock}:
        raise ValueError("a lock is one of free, unit, order, full")
    return Lock[value.upper()]


def _set(value: Any) -> frozenset[str]:
    if not isinstance(value, list):
        raise TypeError("a list of texts is needed")
    return frozenset(_text(it) for it in value)


def _amounts(value: Any) -> dict[str, float]:
    if not isinstance(value, dict):
        raise TypeError("an object of numbers is needed")
    return {_text(key): _number(it) for key, it in value.items()}


def _matrix(value: Any) -> NDArray[np.int32]:
    if not isinstance(value, list) or not all(isinstance(row, list) for row in value):
        raise TypeError("a list of rows is needed")
    if any(len(row) != len(value) for row in value):
        raise ValueError("the rows are not as long as there are rows")
    try:
        rows = [[UNREACHABLE_S if it is None else _whole(it) for it in row] for row in value]
        return np.array(rows, dtype=np.int32).reshape(len(rows), len(rows))
    except (TypeError, OverflowError):
        raise ValueError(_wrong_cell(value)) from None


def _wrong_cell(rows: list[list[Any]]) -> str:
    """Return what is wrong with the first cell of a matrix that is no travel time."""
    for i, row in enumerate(rows):
        for j, it in enumerate(row):
            try:
                fits = it is None or abs(_whole(it)) <= UNREACHABLE_S
            except TypeError:
                fits = False
            if not fits:
                return (
                    f"{_short(it)} in row {i}, column {j} is no whole number of seconds, nor null"
                )
    return "a whole number of seconds is needed"


_READERS: dict[Any, Callable[[Any], Any]] = {
    int: _whole,
    float: _number,
    str: _text,
    bool: _truth,
    datetime: _instant,
    Lock: _lock,
    frozenset: _set,
    Mapping: _amounts,
    np.ndarray: _matrix,
}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
