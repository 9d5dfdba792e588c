"""The JSON Schema of problem and plan documents, drawn from `model` and its docstrings.

One source for code, schema and text: a field that is added to `model` is in the schema at once,
with the sentence that stands beside it.
"""

from __future__ import annotations

import inspect
import re
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from typing import Any, Union, get_args, get_origin, get_type_hints

from dispatch.core.model import REASONS, TERMS, Lock, Plan, Problem
from dispatch.core.serialize import PLAN_FORMAT, PROBLEM_FORMAT, document_key

DIALECT = "https://json-schema.org/draft/2020-12/schema"

NEVER_NEGATIVE = re.compile(
    r"(_cny|_cny_per_min|kwh|service_s|available_s|duration_s|position|place)$"
)
"""Fields whose numbers are 0 or more, by the end of their name."""

MAYBE_NEGATIVE = {"cost_cny", "lower_bound_cny"}
"""What a unit drives and works anyway, on its way home, is not counted: a plan may save of it."""

OF_FIELDS: dict[str, dict[str, Any]] = {
    "id": {"minLength": 1},
    "cny": {"items": {"type": "number", "minimum": 0}},
    "since": {"enum": ["start", "end"]},
    "reason": {"enum": list(REASONS)},
    "terms": {"propertyNames": {"enum": list(TERMS)}},
}
"""What the types alone do not say, by field."""

GAP = "(cost - lower_bound) / cost; null without a bound, or where the cost is not above 0."

_PLACES: dict[str, Any] = {
    "city": {
        "type": "string",
        "description": "A city of `roadflare city list`, in whose roads the times are found.",
    },
    "places": {
        "type": "array",
        "items": {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
            "minItems": 2,
            "maxItems": 2,
        },
        "description": "[lon, lat] in WGS-84 of place 0, 1, 2 and so on, instead of travel_s.",
    },
}


def problem_schema() -> dict[str, Any]:
    """Return the JSON Schema of a problem document, as files hold it.

    Besides what `serialize` reads, a file may give ``city`` and ``places`` in place of
    ``travel_s``.
    """
    schema = _document(Problem, PROBLEM_FORMAT, "A snapshot: the input of one decision")
    schema["properties"] |= _PLACES
    schema["required"].remove("travel_s")
    schema["oneOf"] = [{"required": ["travel_s"]}, {"required": ["city", "places"]}]
    return schema


def plan_schema() -> dict[str, Any]:
    """Return the JSON Schema of a plan document; reports add what they measured."""
    schema = _document(Plan, PLAN_FORMAT, "A plan: who does what, when, at what cost")
    schema["properties"] |= {
        "seconds": {"type": "number", "description": "Wall-clock time, model and check included."},
        "gap": {"type": ["number", "null"], "description": GAP},
    }
    return schema


def _document(kind: type, name: str, title: str) -> dict[str, Any]:
    definitions: dict[str, Any] = {}
    body = _object(kind, definitions)
    body["properties"] = {"format": {"const": name}} | body["properties"]
    head = {"$schema": DIALECT, "$id": f"urn:{name.replace('/', ':').replace('.', ':')}"}
    return {**head, "title": title, **body, "$defs": definitions}


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints, told = get_type_hints(kind), _told(kind)
    properties, required = {}, []
    for it in fields(kind):
        key = document_key(it.name)
        shape = _shape(hints[it.name], definitions) | OF_FIELDS.get(it.name, {})
        _limit(shape, it)
        if it.name in told:
            shape["description"] = told[it.name]
        if it.default is MISSING and it.default_factory is MISSING:
            required.append(key)
        elif isinstance(it.default, int | float | str):
            shape["default"] = it.default
        properties[key] = shape
    return {
        "type": "object",
        "description": told[""],
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _limit(shape: dict[str, Any], it: Field[Any]) -> None:
    if NEVER_NEGATIVE.search(it.name) and it.name not in MAYBE_NEGATIVE:
        for part in (shape, *shape.get("anyOf", ())):
            if part.get("type") in ("integer", "number"):
                part["minimum"] = 0


def _shape(kind: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        some = next(it for it in inner if it is not type(None))
        return {"anyOf": [_shape(some, definitions), {"type": "null"}]}
    if is_dataclass(kind) and isinstance(kind, type):
        if kind.__name__ not in definitions:
            definitions[kind.__name__] = {}
            definitions[kind.__name__] = _object(kind, definitions)
        return {"$ref": f"#/$defs/{kind.__name__}"}
    if origin is tuple and inner[-1] is not Ellipsis:
        items = [_shape(it, definitions) for it in inner]
        return {"type": "array", "prefixItems": items, "minItems": len(items), "items": False}
    if origin in (tuple, frozenset):
        unique = {"uniqueItems": True} if origin is frozenset else {}
        return {"type": "array", "items": _shape(inner[0], definitions)} | unique
    if kind is Lock:
        return {"enum": [lock.name.lower() for lock in Lock]}
    return dict(_SHAPES[kind if origin is None else origin.__name__])


_SHAPES: dict[Any, dict[str, Any]] = {
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    datetime: {"type": "string", "format": "date-time"},
    "Mapping": {"type": "object", "additionalProperties": {"type": "number"}},
    "ndarray": {
        "type": "array",
        "items": {"type": "array", "items": {"type": ["integer", "null"], "minimum": 0}},
    },
}


def _told(kind: type) -> dict[str, str]:
    """Return what a class' docstring says: of the class under ``""``, of fields by name."""
    text = inspect.getdoc(kind) or ""
    general, _, attributes = text.partition("Attributes\n----------\n")
    told: dict[str, str] = {"": _flat(general)}
    names: tuple[str, ...] = ()
    for line in attributes.splitlines():
        if line and not line.startswith(" "):
            names = tuple(name.strip() for name in line.split(","))
            told |= dict.fromkeys(names, "")
        else:
            told |= {name: _flat(f"{told[name]} {line}") for name in names}
    return told


def _flat(text: str) -> str:
    return " ".join(text.replace("``", "").replace("`", "").replace("None", "null").split())
