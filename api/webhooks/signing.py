"""What a delivery carries so that its receiver can believe it: Standard Webhooks 1.0.

The library of that project signs; with two secrets, during a change, there are two signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime

from standardwebhooks import Webhook

PREFIX = "whsec_"


def derived_secret(key: str, salt: str) -> str:
    """Return the signing secret of one webhook, as its receiver is given it.

    It is derived from the installation's key (from the environment) and the webhook's salt, and so
    is never stored: who reads the database cannot sign.
    """
    secret = hmac.new(key.encode(), f"webhook {salt}".encode(), hashlib.sha256).digest()
    return PREFIX + base64.b64encode(secret).decode()


def signed_headers(
    secrets: Sequence[str], message_id: str, at: datetime, body: bytes
) -> dict[str, str]:
    """Return the headers of one attempt; ``at`` is when it is made, in any time zone."""
    at = at.astimezone(UTC)  # the library takes whatever it is given for UTC
    signatures = [Webhook(one).sign(message_id, at, body.decode()) for one in secrets]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
