"""The last step of every engine: from tours to a plan whose reasons are true."""

from __future__ import annotations

from dispatch.core.evaluate import plan_from_tours
from dispatch.core.model import Plan
from dispatch.core.tours import Tours, insert_fixed


def finished_plan(tours: Tours, *, engine: str, one_job_ahead: bool = False) -> Plan:
    """Return the plan of tours, with the jobs that locks bind inserted where that is possible."""
    insert_fixed(tours)
    return plan_from_tours(
        tours.pricer.compiled, tours.routes, engine=engine, one_job_ahead=one_job_ahead
    )
