"""Who speaks, remembered for a moment: a phone proves itself every few seconds.

What is known is looked up anew, all of it in one query, whenever this process has written to what
tokens stand on, and in any case after `KNOWN_S`: so long may a token that another process has
revoked still be believed here.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field

from api.identity import Principal, digest_of_token, principal_of, principals_of
from api.store import SessionRow, TokenRow, UserRow
from kernel.clock import Clock
from kernel.database import Database

KNOWN_S = 2.0

FORGOTTEN_S = 30.0
"""Who says nothing for so long is looked up by himself the next time."""

_MOST = 5000
_TABLES = tuple(it.__tablename__ for it in (UserRow, TokenRow, SessionRow))


@dataclass(slots=True)
class _Known:
    principal: Principal
    used_s: float


@dataclass(slots=True)
class KnownTokens:
    """Tokens that were proved lately, of one database; only their digests are kept."""

    database: Database
    clock: Clock
    _known: dict[str, _Known] = field(default_factory=dict)
    _digests: dict[int, str] = field(default_factory=dict)
    _n_changes: int = -1
    _looked_s: float = float("-inf")
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def recall(self, token: str) -> Principal | None:
        """Return who a token stands for, if that is known and nothing can have changed it."""
        return self._recall(digest_of_token(token)) if self._is_fresh() else None

    def holds(self, token_id: int) -> bool:
        """Return whether a token is known to be good; false also where it is not known."""
        digest = self._digests.get(token_id)
        if digest is None or not self._is_fresh():
            return False
        known = self._known.get(digest)
        return known is not None and known.principal.expires_at > self.clock.now()

    def look_up(self, token: str) -> Principal:
        """Return who a token stands for by the database; raise as `principal_of` does."""
        digest = digest_of_token(token)
        with self._turn:  # many come at once when something has changed: one looks for all
            if not self._is_fresh():
                self._look_again()
            known = self._recall(digest)
            if known is not None:
                return known
            with self.database.read() as session:
                principal = principal_of(session, token, self.clock.now())
            if len(self._known) < _MOST:
                self._known[digest] = _Known(principal, time.monotonic())
                self._digests[principal.token_id] = digest
            return principal

    def _is_fresh(self) -> bool:
        return (
            self._n_changes == self.database.written.count(*_TABLES)
            and time.monotonic() - self._looked_s < KNOWN_S
        )

    def _recall(self, digest: str) -> Principal | None:
        known = self._known.get(digest)
        if known is None or known.principal.expires_at <= self.clock.now():
            return None
        known.used_s = time.monotonic()
        return known.principal

    def _look_again(self) -> None:
        n_changes, now_s = self.database.written.count(*_TABLES), time.monotonic()
        lately = {
            digest: it for digest, it in self._known.items() if now_s - it.used_s < FORGOTTEN_S
        }
        with self.database.read() as session:
            held = principals_of(session, lately, self.clock.now()) if lately else {}
        self._known = {digest: _Known(it, lately[digest].used_s) for digest, it in held.items()}
        self._digests = {it.token_id: digest for digest, it in held.items()}
        self._n_changes, self._looked_s = n_changes, now_s
