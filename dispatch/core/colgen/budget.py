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
        limit = self.limit_s if self.seconds is None else self.seconds
        return float("inf") if limit is None else max(0.0, limit - self.spent_s())

    def over(self, share: float = 1.0) -> bool:
        """Return whether this share of the time to use is up, or the safety net is reached."""
        if self.seconds is not None:
            return self.spent_s() >= share * self.seconds
        return self.limit_s is not None and self.spent_s() >= self.limit_s
