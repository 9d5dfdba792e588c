"""Standard Webhooks 1.0: what a delivery carries so that its receiver can believe it.

HMAC-SHA256 over ``id.timestamp.body``, written ``v1,`` and base64; with two secrets, during a
change, two signatures. Source: the specification of the Standard Webhooks project, 1.0.0.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"


def derived_secret(key: str, salt: str) -> str:
    """Return the signing secret of one webhook, as its receiver is given it.

    It is derived from the installation's key (from the environment) and the webhook's salt, and so
    is never stored: who reads the database cannot sign.
    """
    secret = hmac.new(key.encode(), f"webhook {salt}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(secret).decode()


def signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """Return one signature, ``v1,…``."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def signed_headers(
    secrets: Sequence[str], message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of one attempt; ``at`` is when it is made."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(one, message_id, at, body) for one in secrets),
    }
