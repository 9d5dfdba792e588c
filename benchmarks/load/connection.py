"""HTTP as a page or a phone speaks it: kept connections, one token, each answer timed.

Written on sockets: the generator shares the machine with the service, and a client for every
purpose takes more of it than the service takes to answer.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from benchmarks.load.record import Record
from kernel.errors import ExternalServiceError

API = "/api/v1"
_RIGHT = frozenset({HTTPStatus.CONFLICT, HTTPStatus.PRECONDITION_FAILED})
LONGEST_ANSWER_S = 30.0
"""Whoever waits longer gives up."""

_SILENCE_S = 60.0
_MOST_KEPT = 4
_BUFFER_BYTES = 4_000_000
_FAULTS = (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    etag: str | None
    body: bytes

    @property
    def is_good(self) -> bool:
        """Return whether the request was done."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return what the body says."""
        return json.loads(self.body)


@dataclass(slots=True)
class _Socket:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Connection:
    """One client of the service.

    Attributes
    ----------
    record
        Where times go; changed between loads.
    """

    def __init__(self, url: str, record: Record) -> None:
        self.record = record
        self._token = ""
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._free: list[_Socket] = []
        self._streams: list[_Socket] = []

    async def login(self, user: str, secret: str) -> None:
        """Speak as a user from now on.

        Raises
        ------
        ExternalServiceError
            When that is refused.
        """
        answer = await self._exchange("POST", "/login", {"user": user, "secret": secret}, {})
        if not answer.is_good:
            raise ExternalServiceError(
                f"Logging in as {user} was answered {answer.status}.", remedy="See the API's log."
            )
        self._token = answer.json()["token"]

    async def close(self) -> None:
        """Hang up."""
        for socket in (*self._free, *self._streams):
            socket.writer.close()
        self._free.clear()
        self._streams.clear()

    async def ask(
        self,
        what: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
    ) -> Answer | None:
        """Return a good answer, or ``None`` and note why there is none."""
        more = {}
        if key is not None:
            more["Idempotency-Key"] = key
        if if_match is not None:
            more["If-Match"] = if_match
        began = time.perf_counter()
        try:
            answer = await self._exchange(method, path, body, more)
        except _FAULTS as error:
            self.record.error(f"{method} {_template(path)}: {type(error).__name__}")
            return None
        route = f"{method} {_template(path)}"
        self.record.took(what, route, (time.perf_counter() - began) * 1000)
        if answer.is_good:
            return answer
        if answer.status in _RIGHT:
            self.record.refused(f"{route}: {_code(answer)}")
        else:
            self.record.error(f"{route}: {answer.status} {_code(answer)}")
        return None

    async def stream(self, path: str) -> AsyncIterator[tuple[str, str]]:
        """Yield (event, data) of server-sent events for ever; connect again after what was seen."""
        seen = ""
        while True:
            more = {"Last-Event-ID": seen} if seen else {}
            try:
                socket = await self._open()
                self._streams.append(socket)
                socket.writer.write(self._request("GET", path, None, more))
                status, headers = await _head(socket.reader)
                if status != HTTPStatus.OK or b"transfer-encoding" not in headers:
                    self.record.error(f"stream {path}: {status}")
                else:
                    async for event in _events(socket.reader):
                        seen = event.get("id", seen)
                        if "data" in event:
                            yield event.get("event", ""), event["data"]
            except _FAULTS as error:
                self.record.error(f"stream {path}: {type(error).__name__}")
            else:
                socket.writer.close()
            await asyncio.sleep(1.0)

    async def _exchange(self, method: str, path: str, body: Any, more: dict[str, str]) -> Answer:
        async with asyncio.timeout(LONGEST_ANSWER_S):
            socket = self._kept() or await self._open()
            is_kept = False
            try:
                socket.writer.write(self._request(method, path, body, more))
                status, headers = await _head(socket.reader)
                n_bytes = int(headers.get(b"content-length", b"0"))
                answer = Answer(
                    status,
                    headers[b"etag"].decode() if b"etag" in headers else None,
                    await socket.reader.readexactly(n_bytes),
                )
                is_kept = headers.get(b"connection") != b"close" and len(self._free) < _MOST_KEPT
            finally:
                if is_kept:
                    self._free.append(socket)
                else:
                    socket.writer.close()
        return answer

    def _kept(self) -> _Socket | None:
        """Return a connection that is open still: the service ends those that say nothing."""
        while self._free:
            socket = self._free.pop()
            if not socket.reader.at_eof():
                return socket
            socket.writer.close()
        return None

    async def _open(self) -> _Socket:
        return _Socket(*await asyncio.open_connection(self._host, self._port, limit=_BUFFER_BYTES))

    def _request(self, method: str, path: str, body: Any, more: dict[str, str]) -> bytes:
        lines = [f"{method} {API}{path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        if self._token:
            lines.append(f"Authorization: Bearer {self._token}")
        lines += [f"{name}: {value}" for name, value in more.items()]
        content = b"" if body is None else json.dumps(body).encode()
        if content:
            lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + content


async def _head(reader: asyncio.StreamReader) -> tuple[int, dict[bytes, bytes]]:
    """Return status and headers of an answer, names in small letters."""
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head[:-4].split(b"\r\n")
    pairs = (line.partition(b": ") for line in lines)
    return int(first.split(b" ", 2)[1]), {name.lower(): value for name, _, value in pairs}


async def _events(reader: asyncio.StreamReader) -> AsyncIterator[dict[str, str]]:
    """Yield the fields of each server-sent event of a chunked body, until it ends."""
    text = b""
    while True:
        async with asyncio.timeout(_SILENCE_S):
            n_bytes = int((await reader.readuntil(b"\r\n")).strip(), 16)
            chunk = await reader.readexactly(n_bytes + 2)
        if n_bytes == 0:
            return
        text += chunk[:-2]
        *whole, text = text.split(b"\n\n")
        for one in whole:
            lines = (line.partition(": ") for line in one.decode().split("\n"))
            yield {name: value for name, _, value in lines if name}


def _template(path: str) -> str:
    parts = path.partition("?")[0].split("/")
    return "/".join("{id}" if part.isdigit() else part for part in parts)


def _code(answer: Answer) -> str:
    """Return why a request was refused: the problem's code, and what it points at."""
    try:
        problem = answer.json()
    except json.JSONDecodeError:
        return ""
    faults = [f"{it['pointer']} {it['code']}" for it in problem.get("faults", ())]
    return " ".join([str(problem.get("code", "")), *faults[:3]])
