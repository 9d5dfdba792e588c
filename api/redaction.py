"""Keeps telephone numbers, tokens, links and places out of logs, whoever writes them.

What we write holds none of them on purpose. This is for what we do not write: the message of an
exception that quotes a value, a driver that repeats a statement with its parameters.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

_DEGREES = r"-?\d{1,3}\.\d{3,}"
_BETWEEN = r"(?:\s*,\s*|\s+|['\"]?\s*,\s*['\"]?\w+['\"]?[:=]\s*)"
_PATTERNS = (
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://[secret]@"),
    (re.compile(r"(?i)\b(bearer|token|secret|password)([=: '\"]+)[^\s'\",}]{4,}"), r"\1\2[secret]"),
    (re.compile(r"(?<![\w-])[A-Za-z0-9_-]{30,100}(?![\w-])"), "[key]"),
    (re.compile(r"(?<![\w.:-])\+?\d[\d ]{8,13}\d(?![\w.:-])"), "[number]"),
    (re.compile(_DEGREES + _BETWEEN + _DEGREES), "[place]"),
    (re.compile(r"(?i)\b(lon|lat)(gitude|itude)?(['\"]?\s*[:=]\s*)-?\d{1,3}\.\d+"), r"\1\3[place]"),
)


def redacted(text: str) -> str:
    """Return a text without anything that looks like personal data or a secret."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact every value of a structlog event, as a processor."""
    return {name: value if name in _PLAIN else _value(value) for name, value in event.items()}


class RedactingFilter(logging.Filter):
    """The same for the standard library's loggers, those of others."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact a record before it is written."""
        message = record.getMessage()
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.msg, record.args = redacted(message), None
        record.exc_text = redacted(record.exc_text) if record.exc_text else None
        return True


_PLAIN = frozenset({"timestamp", "level", "request_id", "method", "route"})
"""What we make ourselves; a route is a template, without values."""


def _value(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {name: _value(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return value if isinstance(value, int | float | bool | None) else redacted(str(value))
