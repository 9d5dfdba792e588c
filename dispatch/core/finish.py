"""The last step of every engine: from tours to a plan whose reasons are true."""

from __future__ import annotations

from dispatch.core.evaluate import plan_from_tours
from dispatch.core.model import Plan
from dispatch.core.tours import Tours, insert_fixed, insert_what_pays


def finished_plan(tours: Tours, *, engine: str, one_job_ahead: bool = False) -> Plan:
    """Return the plan of tours, with the jobs that locks bind inserted where that is possible.

    What is left out although it would pay is inserted too, unless the policy plans one job ahead.
    """
    insert_fixed(tours)
    if not one_job_ahead:
        insert_what_pays(tours)
    return plan_from_tours(
        tours.pricer.compiled, tours.routes, engine=engine, one_job_ahead=one_job_ahead
    )
