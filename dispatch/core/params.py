"""How hard an engine tries."""

from __future__ import annotations

from dataclasses import dataclass

ENDLESS = 10**9
"""More steps than there is time for."""


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
    seconds
        Time that ``colgen`` uses up as long as it can still gain: then time decides, not
        ``ruin_steps``, and ``wall_limit_s`` counts for nothing. `None`: steps decide.
    ruin_steps
        Rounds of compiled ruin and recreate before columns are generated (``colgen``).
    pricing_rounds
        Rounds of column generation; each one that is finished may raise the bound.
    most_labels
        Labels of one unit in one round, at most; a round that needs more proves nothing.
    listed_routes
        Routes that may be listed to close the gap.
    cut_rounds
        Rounds of cuts on the listed routes.
    integer_nodes
        Nodes of the search tree of the integer program over what is left.
    """

    ortools_steps: int = 500
    polish_steps: int = 800
    wall_limit_s: float | None = 3.0
    seconds: float | None = None
    ruin_steps: int = 2_000
    pricing_rounds: int = 60
    most_labels: int = 60_000
    listed_routes: int = 400_000
    cut_rounds: int = 30
    integer_nodes: int = 2_000

    def __post_init__(self) -> None:
        if self.ortools_steps < 0 or self.polish_steps < 0:
            raise ValueError("steps must not be negative; 0 leaves the part out")
        budgets: tuple[int, ...] = (self.ruin_steps, self.pricing_rounds, self.most_labels)
        budgets += (self.listed_routes, self.cut_rounds, self.integer_nodes)
        if min(budgets) < 0:
            raise ValueError("budgets must not be negative; 0 leaves the part out")
        if self.seconds is not None and not self.seconds > 0:
            raise ValueError(f"seconds must be positive or None, not {self.seconds!r}")
        if self.wall_limit_s is not None and not self.wall_limit_s > 0:
            raise ValueError(f"wall_limit_s must be positive or None, not {self.wall_limit_s!r}")

    @classmethod
    def within(cls, seconds: float) -> SolveParams:
        """Return budgets with which each engine uses up to so many seconds."""
        return cls(
            ENDLESS,
            ENDLESS,
            wall_limit_s=seconds,
            seconds=seconds,
            most_labels=300_000,
            integer_nodes=ENDLESS,
        )
