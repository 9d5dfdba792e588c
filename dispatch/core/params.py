"""How hard an engine tries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SolveParams:
    """Budgets; steps decide, the clock is a safety net.

    Attributes
    ----------
    ortools_steps
        Neighbours OR-Tools may look at; 0 leaves OR-Tools out.
    polish_steps
        Rounds of ruin and recreate between two descents.
    wall_limit_s
        After this much real time, seconds, an engine stops where it is. A plan cut short by it need
        not be the same in a second run; `None` never cuts.
    """

    ortools_steps: int = 500
    polish_steps: int = 800
    wall_limit_s: float | None = 3.0

    def __post_init__(self) -> None:
        if self.ortools_steps < 0 or self.polish_steps < 0:
            raise ValueError("steps must not be negative; 0 leaves the part out")
        if self.wall_limit_s is not None and not self.wall_limit_s > 0:
            raise ValueError(f"wall_limit_s must be positive or None, not {self.wall_limit_s!r}")
