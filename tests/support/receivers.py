"""Receivers of webhooks on loopback: one that answers as told, one that answers by the drop."""

from __future__ import annotations

import contextlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """A web server on loopback that keeps what it gets and answers as told."""

    def __init__(self) -> None:
        self.status = 204
        self.headers: dict[str, str] = {}
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.came_from: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"  # connections stay open

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                given = {name.lower(): value for name, value in self.headers.items()}
                receiver.got.append((given, body))
                receiver.came_from.append(self.client_address[1])
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook?x=1"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class Dripping:
    """A receiver on loopback that begins as told, then sends a byte every few milliseconds."""

    N_BYTES = 1000

    def __init__(self, begun: bytes) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}/"
        self._begun, self._n_sent = begun, 0
        self._thread = threading.Thread(target=self._drip)
        self._thread.start()

    def _drip(self) -> None:
        connection, _ = self._listening.accept()
        pause = threading.Event()
        with connection, contextlib.suppress(OSError):
            connection.recv(65_536)
            connection.sendall(self._begun)
            while self._n_sent < self.N_BYTES:
                connection.sendall(b"H")
                self._n_sent += 1
                pause.wait(0.01)

    def close(self) -> int:
        """Return how many bytes were sent."""
        self._thread.join()
        self._listening.close()
        return self._n_sent
