"""Reads a request's body once, at the door: its size, and JSON that means one thing only.

Python's parser lets through what RFC 8259 forbids or leaves open: ``NaN``, members given twice,
nesting without end. Refused here, for every endpoint alike.
"""

from __future__ import annotations

import json
import math
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import http_problem, problem_of
from kernel.errors import Fault, InvalidInput

MAX_BODY_BYTES = 1_000_000
LISTEN_ON_BYTES = 16_000_000
"""Of a body that is too long, so much is taken and thrown away: whoever still sends when the
connection closes is told that it broke, and never sees the answer."""
MAX_JSON_DEPTH = 40
MAX_INTEGER = 2**53 - 1
_MAX_DIGITS = 17
_NO_JSON_ZH = "发送的内容不是可用的 JSON，请检查后重新提交。"
_SHOWN = 80
_VALUE = "json_body"

_WITH_BODY = ("POST", "PUT", "PATCH", "DELETE")


class BodyDoor:
    """ASGI middleware in front of the application."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY_BYTES) -> None:
        self.app = app
        self.max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 or 422 at once, or pass the request on with its body."""
        if scope["type"] != "http" or scope["method"] not in _WITH_BODY:
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        body = await _read(headers, receive, self.max_bytes)
        if body is None:
            await _throw_away(receive)
            refusal = http_problem(
                413,
                f"The body is longer than {self.max_bytes} bytes",
                {"Connection": "close"},
            )
            await refusal(scope, receive, send)
            return
        if body and _is_json(headers):
            value = read_json(body)
            if isinstance(value, Fault):
                await problem_of(InvalidInput([value]))(scope, receive, send)
                return
            scope.setdefault("state", {})[_VALUE] = value
        await self.app(scope, _Replay(body, receive), send)


def json_of(scope: Scope) -> Any:
    """Return what the body of a request behind the door says; ``None`` without one in JSON."""
    return scope.get("state", {}).get(_VALUE)


class _Replay:
    """Gives the body read before, then whatever comes (a disconnect)."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self.body: bytes | None = body
        self.receive = receive

    async def __call__(self) -> Message:
        if self.body is None:
            return await self.receive()
        body, self.body = self.body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _read(headers: Headers, receive: Receive, max_bytes: int) -> bytes | None:
    """Return the whole body, or ``None`` as soon as it is too long."""
    declared = headers.get("content-length", "")
    if declared.isdigit() and int(declared) > max_bytes:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > max_bytes:
            return None
        if not message.get("more_body", False):
            return bytes(body)


async def _throw_away(receive: Receive) -> None:
    """Take what is left of a body, up to `LISTEN_ON_BYTES`."""
    n_bytes, more = 0, True
    while more and n_bytes < LISTEN_ON_BYTES:
        message = await receive()
        n_bytes += len(message.get("body", b""))
        more = message["type"] == "http.request" and message.get("more_body", False)


def _is_json(headers: Headers) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def read_json(body: bytes) -> Any:
    """Return the value of a JSON text, or the `Fault` in it; it must be UTF-8 (RFC 8259, 8.1)."""
    try:
        value = json.loads(
            body.decode("utf-8-sig"),  # given bytes, the parser lets half a character through
            object_pairs_hook=no_duplicates,
            parse_constant=_no_constant,
            parse_int=_exact,
            parse_float=_finite,
        )
        _check_depth(value)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except Refused as error:
        return Fault("", error.code, str(error), error.remedy, _NO_JSON_ZH)
    except RecursionError:
        return _too_deep()
    except UnicodeEncodeError:
        return Fault(
            "",
            "json.surrogate",
            "A text holds half a character.",
            "Send whole UTF-16 pairs.",
            "文字中有不完整的字符，请重新输入。",
        )
    except ValueError as error:
        return Fault(
            "",
            "json.invalid",
            f"The body is not JSON: {error}.",
            "Send valid JSON, UTF-8.",
            _NO_JSON_ZH,
        )
    return value


class Refused(Exception):
    """What the parser takes and we do not."""

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


def no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the members of an object, in time that grows with their number only.

    Raises
    ------
    Refused
        When a name comes twice.
    """
    members: dict[str, Any] = {}
    for name, value in pairs:
        if name in members:
            what = f"The member {name[:_SHOWN]!r} is given twice."
            raise Refused("json.duplicate", what, "Give it once.")
        members[name] = value
    return members


def _no_constant(name: str) -> Any:
    raise Refused("json.number", f"{name} is not a JSON number.", "Give a finite number or null.")


def _exact(digits: str) -> int:
    """Return an integer that every JSON parser reads as the same number (RFC 7493, 2.2)."""
    if len(digits) > _MAX_DIGITS or abs(int(digits)) > MAX_INTEGER:
        raise Refused(
            "json.integer",
            f"{digits[:20]} is beyond 2^53: not every program can hold it exactly.",
            "Give a smaller number, or text where it is a name.",
        )
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Refused("json.number", f"{digits[:20]} is too large.", "Give a finite number.")
    return number


def _too_deep() -> Fault:
    return Fault(
        "",
        "json.depth",
        f"The JSON is nested deeper than {MAX_JSON_DEPTH}.",
        "Send it flatter.",
        _NO_JSON_ZH,
    )


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > MAX_JSON_DEPTH:
        raise RecursionError
    children = value.values() if isinstance(value, dict) else value
    if isinstance(value, dict | list):
        for child in children:
            if isinstance(child, dict | list):
                _check_depth(child, depth + 1)
