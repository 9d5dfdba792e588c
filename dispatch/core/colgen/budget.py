"""When to stop: after so many steps, which repeats, or after so much time, which does not."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from dispatch.core.params import SolveParams


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be spent.

    ``seconds`` is the time to use as far as it helps (``None``: only steps count), ``limit_s`` the
    safety net on top of steps.
    """

    seconds: float | None
    limit_s: float | None
    started_s: float = field(default_factory=time.monotonic)

    @classmethod
    def of(cls, params: SolveParams) -> Budget:
        """Return the budget of parameters; the clock starts."""
        return cls(params.seconds, params.wall_limit_s)

    def spent_s(self) -> float:
        """Return the time since the start, seconds."""
        return time.monotonic() - self.started_s

    def left_s(self) -> float:
        """Return the time that is left, infinite where only steps count."""
        limits = [limit for limit in (self.seconds, self.limit_s) if limit is not None]
        if self.seconds is not None:
            limits = [self.seconds]
        return max(0.0, min(limits) - self.spent_s()) if limits else float("inf")

    def over(self, share: float = 1.0) -> bool:
        """Return whether this share of the time is used up."""
        limit = self.seconds if self.seconds is not None else self.limit_s
        return limit is not None and self.spent_s() >= share * limit
