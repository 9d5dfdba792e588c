"""A service at an address of this machine ends with nothing left open."""

from __future__ import annotations

import gc
import socket
import threading
import warnings
from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.local_server import serving
from api.service import Service

CHUNK = b"x" * 65_536


@pytest.mark.parametrize("asks", [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", b""])
def test_who_takes_no_answer_leaves_no_connection_open(asks: bytes) -> None:
    sent_much = threading.Event()

    async def endless(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for _ in range(2):
                message = await receive()
                await send({"type": f"{message['type']}.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for n in range(10_000):
            if n == 3:
                sent_much.set()
            await send({"type": "http.response.body", "body": CHUNK, "more_body": True})

    service = cast(Service, SimpleNamespace(app=endless, end_streams=lambda: None))
    gc.collect()
    with warnings.catch_warnings(record=True) as complaints:
        warnings.simplefilter("always")
        with serving(service) as url:
            port = int(url.rpartition(":")[2])
            silent = socket.create_connection(("127.0.0.1", port))
            silent.sendall(asks)
            if asks:
                assert sent_much.wait(30)
        silent.close()
        gc.collect()
    assert [str(one.message) for one in complaints] == []
