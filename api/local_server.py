"""A service at a real address of this machine, from within a process: for browsers."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from api.service import Service


class _TidyServer(uvicorn.Server):
    """Leaves no connection open: the process lives on, unlike a server's own."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # Who takes no answer, or connected while we closed, has outlived the grace.
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await asyncio.sleep(0)


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Serve on a free port of 127.0.0.1 and yield the address; end with the block.

    The port listens before the server has started, so that the first request only waits.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        service.app, log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    server = _TidyServer(config)
    thread = threading.Thread(target=server.run, args=([listener],), name="local server")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        service.end_streams()
        server.should_exit = True
        thread.join()
        listener.close()
