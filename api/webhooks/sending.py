"""One attempt: signed, to the address that was checked, without redirects, within seconds."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

from api.webhooks.addresses import RefusedAddress, Resolve, Target, checked
from api.webhooks.outbox import Due, Outcome
from api.webhooks.signing import derived_secret, signed_headers
from kernel.errors import InvalidInput
from kernel.events import Event

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 20.0
"""For the connection, and again from there to the end of the answer's headers."""


def body_of(event: Event) -> bytes:
    """Return what is told: ids and figures; who and where is asked for with a token."""
    told: dict[str, Any] = {
        "type": event.kind,
        "timestamp": event.at.isoformat().replace("+00:00", "Z"),
        "data": {
            "seq": event.seq,
            "region": event.region,
            "incident_id": event.incident_id,
            "job_id": event.job_id,
            "unit_id": event.unit_id,
            **event.payload,
        },
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def message_id(due: Due) -> str:
    """Return what stays the same in every attempt, so that receivers know repeats."""
    return f"msg_{due.webhook_id}_{due.event.seq}"


@dataclass
class Sender:
    """Makes attempts; ``key`` is the installation's, ``to_private`` lets tests reach loopback."""

    key: str
    to_private: bool = False
    resolve: Resolve | None = None
    verify: ssl.SSLContext | bool = True
    timeout_s: float = TIMEOUT_S
    _opened: list[Any] = field(default_factory=list)

    @cached_property
    def client(self) -> httpx.Client:
        """The HTTP client; no proxy of the environment may lead around the address check."""
        import httpx  # noqa: PLC0415 (most services tell nobody)

        client = httpx.Client(
            verify=self.verify,
            timeout=self.timeout_s,
            follow_redirects=False,
            trust_env=False,
            # A connection was checked against one name's certificate: it serves no other name.
            limits=httpx.Limits(max_keepalive_connections=0),
        )
        self._opened.append(client)
        return client

    def send(self, due: Due, now: datetime) -> Outcome:
        """Make one attempt; whatever happens is an outcome."""
        import httpx  # noqa: PLC0415 (as above)

        try:
            target = checked(due.url, to_private=self.to_private, resolve=self.resolve)
            return self._post(target, due, now)
        except RefusedAddress as refused:
            return Outcome(None, f"refused: {refused.why}")
        except InvalidInput:
            return Outcome(None, "refused: the URL is not allowed")
        except httpx.TimeoutException:
            return Outcome(None, "no answer in time")
        except httpx.HTTPError as error:
            return Outcome(None, f"not reached: {type(error).__name__}")
        except Exception as error:  # noqa: BLE001 - one receiver must not stop telling the others
            return Outcome(None, f"not told: {type(error).__name__}")

    def _post(self, target: Target, due: Due, now: datetime) -> Outcome:
        body = body_of(due.event)
        secrets = [derived_secret(self.key, salt) for salt in due.salts]
        headers = signed_headers(secrets, message_id(due), now, body) | {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "User-Agent": "Roadflare-Webhooks/1",
        }
        with (
            _Patience(self.timeout_s) as patience,
            self.client.stream(
                "POST",
                target.url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": target.host, "trace": patience.watch},
            ) as answer,
        ):
            ok = 200 <= answer.status_code < 300
            asked = answer.headers.get("retry-after", "")
            return Outcome(  # status and headers say all; the body is never read
                answer.status_code,
                None if ok else f"answered {answer.status_code}",
                float(asked) if asked.isascii() and asked.isdigit() else None,
            )

    def close(self) -> None:
        """Close connections."""
        for client in self._opened:
            client.close()


class _Patience:
    """Hangs up on a receiver that has not answered in time, also where each byte comes in time."""

    def __init__(self, wait_s: float) -> None:
        self._timer = threading.Timer(wait_s, self._hang_up)
        self._timer.daemon = True
        self._socket: socket.socket | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()

    def watch(self, name: str, info: dict[str, Any]) -> None:
        """Hear of what httpx does; once there is a connection, time runs."""
        if name not in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            return
        first = self._socket is None
        self._socket = info["return_value"].get_extra_info("socket")
        if first:
            self._timer.start()

    def _hang_up(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
