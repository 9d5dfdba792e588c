"""Where a search begins: the plan in force, greedy, the optimal assignment, each completed."""

from __future__ import annotations

from dispatch.core.greedy import insert_by_regret
from dispatch.core.hungarian import assign
from dispatch.core.insertion import Pricer
from dispatch.core.model import Commitment
from dispatch.core.tours import Tours, base_tours


def plan_in_force(pricer: Pricer) -> Tours:
    """Return the commitments as they stand, as far as they are possible, and the rest inserted."""
    tours = committed(pricer)
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
            if pricer.route_cny(u, longer) < float("inf"):
                tours.change(u, longer)
    return tours


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
