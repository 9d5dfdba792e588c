"""``/healthz``, ``/readyz`` and ``/metrics`` of a process without API."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sqlalchemy.exc import SQLAlchemyError

from api.metrics import scraped
from api.readiness import readiness
from api.world import World
from kernel.metrics import CONTENT_TYPE

Page = tuple[int, str, str]


@contextmanager
def watched(
    world: World, host: str, port: int | None, stop: threading.Event
) -> Iterator[str | None]:
    """Serve the three pages on ``host:port`` during the block; yield their address.

    Whoever reaches the port may read them: keep it on an address that only watchers reach.
    """
    if port is None:
        yield None
        return

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, kind, text = _page(world, self.path, closing=stop.is_set())
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: being watched is no news."""

    server = ThreadingHTTPServer((host, port), Handler)
    thread = threading.Thread(target=server.serve_forever, name="watched", daemon=True)
    thread.start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _page(world: World, path: str, *, closing: bool) -> Page:
    plain = "text/plain; charset=utf-8"
    if path == "/healthz":
        return 200, plain, "ok\n"
    if path == "/readyz":
        reasons = readiness(world, closing=closing)
        return (503 if reasons else 200), plain, "\n".join(reasons or ["ready"]) + "\n"
    if path == "/metrics":
        try:
            return 200, CONTENT_TYPE, scraped(world.metrics, world)
        except SQLAlchemyError:
            return 503, plain, "database unreachable\n"
    return 404, plain, "There are /healthz, /readyz and /metrics.\n"
