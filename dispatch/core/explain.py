"""Why this unit, and what would each other one cost? Every unit judged on one job, exactly.

*Extra cost* has two meanings, and a verdict says which it has in ``method``:

``insertion``
    All other jobs stay where they are in the plan at hand, in their order; the job moves to the
    unit's cheapest place. Where there is none although the unit could do the job, what can be moved
    away from it is left out or inserted elsewhere. Quick, and never too low: the optimizer may know
    better.
``resolve``
    The whole problem solved anew with the job forced onto the unit (`forced`), or the insertion if
    that is cheaper. It is the least extra cost if the solver finds the least; it is negative where
    the plan at hand could be better.

A unit is *forbidden* only if no plan can let it do the job: a rule is broken even where everything
that may be moved away from it is, and whichever of the jobs locked to it are kept where it cannot
do them all. Then `remedy` says what the smallest change is, and `lessened` tries what of it can be
spared. It is always enough; where locks contradict each other, less would do in rare cases. Of jobs
that are tied to others by links this is known as far as insertion, two by two, and the solver can
tell. A unit that is only in time by way of two jobs of other units, or more, is only found by the
solver.
"""

from __future__ import annotations

from dataclasses import dataclass

from dispatch.core.evaluate import tours_of
from dispatch.core.insertion import Pricer
from dispatch.core.judged import Case, Resolve
from dispatch.core.ledger import Ledger, feasible
from dispatch.core.model import Plan, Problem
from dispatch.core.schedule import Timetable
from dispatch.core.verdict import UnitVerdict, rank
from kernel.errors import InvalidInput

__all__ = ["Explainer", "Resolve", "explain"]


def explain(
    problem: Problem, plan: Plan, job_id: str, *, resolve: Resolve | None = None
) -> tuple[UnitVerdict, ...]:
    """Return the verdict on every unit, cheapest first, forbidden ones last.

    Parameters
    ----------
    problem, plan
        A valid problem and a feasible plan for it.
    job_id
        The job in question; it may be left out by the plan.
    resolve
        Gives the exact extra cost; without it, insertion into the plan at hand does.

    Raises
    ------
    NotFound
        When the problem has no such job.
    InvalidInput
        When the plan names unknown things or breaks a rule.
    """
    return Explainer.of(Pricer.of(problem), plan).verdicts(job_id, resolve=resolve)


@dataclass(frozen=True, slots=True)
class Explainer:
    """One plan of one problem, for the verdicts on any of its jobs."""

    pricer: Pricer
    ledger: Ledger
    routes: list[tuple[int, ...]]
    times: list[Timetable]

    @classmethod
    def of(cls, pricer: Pricer, plan: Plan) -> Explainer:
        """Return the explainer of a plan.

        Raises
        ------
        InvalidInput
            When the plan names unknown things or breaks a rule.
        """
        ledger = Ledger(pricer.compiled)
        routes = [tuple(tour) for tour in tours_of(pricer.compiled, plan)]
        times = feasible(ledger.times(routes))
        if times is None:
            message = "The plan breaks a rule of the problem."
            raise InvalidInput.one("", "plan.broken", message, "Check it; then plan again.")
        return cls(pricer, ledger, routes, times)

    def verdicts(self, job_id: str, *, resolve: Resolve | None = None) -> tuple[UnitVerdict, ...]:
        """Return what `explain` does."""
        case = Case.of(self.pricer, self.ledger, self.routes, self.times, job_id)
        n_units = len(self.pricer.compiled.units)
        return tuple(sorted((case.verdict(u, resolve) for u in range(n_units)), key=rank))
