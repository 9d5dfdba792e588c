"""A TCP proxy on 127.0.0.1 that delays, goes silent, cuts and heals, in threads of its own."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Proxy:
    """Passes connections on to ``target``; what it does to them may change at any time.

    Attributes
    ----------
    delay_s
        How long each piece of data waits, in each direction.
    is_silent
        Half-open: connections stay, are even accepted, and nothing passes.
    is_cut
        New connections are refused at once.
    """

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.delay_s, self.is_silent, self.is_cut = 0.0, False, False
        self._closed = threading.Event()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.05)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        self.is_cut = True
        self._end_all()

    def heal(self) -> None:
        """Pass everything on again at once, what was held back too."""
        self.delay_s, self.is_silent, self.is_cut = 0.0, False, False

    def close(self) -> None:
        """End the proxy."""
        self._closed.set()
        self._end_all()
        self._thread.join()
        self._listener.close()

    def _end_all(self) -> None:
        for pair in tuple(self._pairs):
            for side in pair:
                with contextlib.suppress(OSError):
                    side.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while not self._closed.is_set():
            try:
                client, _ = self._listener.accept()
            except TimeoutError:
                continue
            if self.is_cut:
                client.close()
                continue
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        try:
            server = socket.create_connection(self.target, timeout=5)
        except OSError:
            client.close()
            return
        pair = (client, server)
        self._pairs.add(pair)
        try:
            self._pump(client, server)
        except OSError:
            pass
        finally:
            self._pairs.discard(pair)
            client.close()
            server.close()

    def _pump(self, client: socket.socket, server: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while not self._closed.is_set():
                if self.is_silent:
                    self._closed.wait(0.02)
                    continue
                for key, _ in selector.select(0.05):
                    data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                    if not data:
                        return
                    if self.delay_s:
                        self._closed.wait(self.delay_s)
                    key.data.sendall(data)


@contextmanager
def proxy_to(port: int) -> Iterator[Proxy]:
    """Yield a proxy before a port of 127.0.0.1."""
    proxy = Proxy(("127.0.0.1", port))
    try:
        yield proxy
    finally:
        proxy.close()
