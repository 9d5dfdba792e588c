"""One attempt: signed, to the address that was checked, without redirects, within seconds."""

from __future__ import annotations

import json
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from api.webhooks.addresses import RefusedAddress, Resolve, Target, checked
from api.webhooks.outbox import Due, Outcome
from api.webhooks.signing import derived_secret, signed_headers
from kernel.errors import InvalidInput
from kernel.events import Event

if TYPE_CHECKING:
    import httpx

TIMEOUT_S = 20.0
_READ_AT_MOST = 4096


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
            verify=self.verify, timeout=self.timeout_s, follow_redirects=False, trust_env=False
        )
        self._opened.append(client)
        return client

    def send(self, due: Due, now: datetime) -> Outcome:
        """Make one attempt; whatever happens is an outcome."""
        import httpx  # noqa: PLC0415 (as above)

        try:
            target = checked(due.url, to_private=self.to_private, resolve=self.resolve)
        except RefusedAddress as refused:
            return Outcome(None, f"refused: {refused.why}")
        except InvalidInput:
            return Outcome(None, "refused: the URL is not allowed")
        try:
            return self._post(target, due, now)
        except httpx.TimeoutException:
            return Outcome(None, "no answer in time")
        except httpx.HTTPError as error:
            return Outcome(None, f"not reached: {type(error).__name__}")

    def _post(self, target: Target, due: Due, now: datetime) -> Outcome:
        body = body_of(due.event)
        secrets = [derived_secret(self.key, salt) for salt in due.salts]
        headers = signed_headers(secrets, message_id(due), now, body) | {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "User-Agent": "Roadflare-Webhooks/1",
        }
        extensions = {"sni_hostname": target.host}  # the certificate is checked against the name
        with self.client.stream(
            "POST", target.url, content=body, headers=headers, extensions=extensions
        ) as answer:
            n_read = 0
            for chunk in answer.iter_raw(1024):
                n_read += len(chunk)
                if n_read >= _READ_AT_MOST:
                    break
            ok = 200 <= answer.status_code < 300
            asked = answer.headers.get("retry-after", "")
            return Outcome(
                answer.status_code,
                None if ok else f"answered {answer.status_code}",
                float(asked) if asked.isdigit() else None,
            )

    def close(self) -> None:
        """Close connections."""
        for client in self._opened:
            client.close()
