"""Where a search begins: the plan in force, greedy, the optimal assignment, each completed."""

from __future__ import annotations

from math import inf

from dispatch.core.greedy import insert_by_regret
from dispatch.core.hungarian import assign
from dispatch.core.insertion import Pricer
from dispatch.core.model import Commitment, Plan
from dispatch.core.start import known_choices, planned_sequences
from dispatch.core.tours import Tours, base_tours


def plan_in_force(pricer: Pricer, plan: Plan | None = None) -> Tours:
    """Return the plan, else the commitments, as far as it is possible, and the rest inserted."""
    tours = followed(pricer, plan)
    insert_by_regret(tours)
    return tours


def committed(pricer: Pricer) -> Tours:
    """Return the commitments as they stand, as far as they are possible, and nothing else."""
    tours = base_tours(pricer)
    compiled = pricer.compiled
    for commitment in sorted(compiled.problem.commitments, key=_by_position):
        j = compiled.job_index[commitment.job_id]
        if j in tours.left:
            u = compiled.unit_index[commitment.unit_id]
            choice = compiled.choice_index[j, commitment.option]
            longer = (*tours.routes[u], choice)
            if pricer.route_cny(u, longer) < inf:
                tours.change(u, longer)
    return tours


def followed(pricer: Pricer, plan: Plan | None) -> Tours:
    """Return the routes of a plan as far as they are possible; the commitments' without one."""
    if plan is None:
        return committed(pricer)
    compiled, tours = pricer.compiled, base_tours(pricer)
    taken: set[int] = set()
    for unit_id, sequence in planned_sequences(plan).items():
        u = compiled.unit_index.get(unit_id)
        if u is not None:
            wanted = [
                c for c in known_choices(compiled, sequence) if compiled.job_of[c] not in taken
            ]
            _follow(tours, u, tuple(wanted))
            taken.update(compiled.job_of[c] for c in tours.routes[u])
    return tours


def _follow(tours: Tours, u: int, wanted: tuple[int, ...]) -> None:
    """Give a unit a route, or what is possible of it behind what it must do."""
    compiled, pricer = tours.pricer.compiled, tours.pricer
    must, free = tours.routes[u], tours.left
    wanted = tuple(c for c in wanted if c in must or compiled.job_of[c] in free)
    if set(must) <= set(wanted) and pricer.route_cny(u, wanted) < inf:
        tours.change(u, wanted)
        return
    for choice in wanted:
        if compiled.job_of[choice] in tours.left:
            longer = (*tours.routes[u], choice)
            if pricer.route_cny(u, longer) < inf:
                tours.change(u, longer)


def from_nothing(pricer: Pricer) -> Tours:
    """Return what regret insertion makes of it, whatever was planned before."""
    tours = base_tours(pricer)
    insert_by_regret(tours)
    return tours


def from_assignment(pricer: Pricer) -> Tours:
    """Return the optimal assignment of free units, and the rest inserted behind it."""
    tours = base_tours(pricer)
    assign(tours)
    insert_by_regret(tours)
    return tours


def _by_position(commitment: Commitment) -> tuple[str, int, str]:
    return commitment.unit_id, commitment.position, commitment.job_id
