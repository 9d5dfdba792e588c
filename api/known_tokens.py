"""Who speaks, remembered for a moment: a phone proves itself every few seconds.

A token is looked up anew whenever this process has changed anything since, and in any case after
`KNOWN_S`: so long may a token that another process has revoked still be believed here.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from api.identity import Principal, principal_of
from kernel.clock import Clock
from kernel.database import Database

KNOWN_S = 2.0
_MOST = 5000


@dataclass(slots=True)
class KnownTokens:
    """Tokens that were proved lately, of one database; only their digests are kept."""

    database: Database
    clock: Clock
    _known: OrderedDict[bytes, tuple[Principal, int, float]] = field(default_factory=OrderedDict)

    def recall(self, token: str) -> Principal | None:
        """Return who a token stands for, if that is known and nothing can have changed it."""
        found = self._known.get(_digest(token))
        if found is None:
            return None
        principal, n_changes, at_s = found
        is_fresh = n_changes == self.database.n_changes and time.monotonic() - at_s < KNOWN_S
        return principal if is_fresh and principal.expires_at > self.clock.now() else None

    def look_up(self, token: str) -> Principal:
        """Return who a token stands for by the database; raise as `principal_of` does."""
        n_changes, at_s = self.database.n_changes, time.monotonic()
        with self.database.read() as session:
            principal = principal_of(session, token, self.clock.now())
        self._known[_digest(token)] = principal, n_changes, at_s
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return principal


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
