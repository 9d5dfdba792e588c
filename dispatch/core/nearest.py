"""Nearest free unit, in order of call: what a dispatcher without a computer does."""

from __future__ import annotations

from math import inf

from dispatch.core.finish import finished_plan
from dispatch.core.insertion import Pricer
from dispatch.core.model import Plan, Problem
from dispatch.core.params import SolveParams
from dispatch.core.start import NOWHERE_YET, Start
from dispatch.core.tours import Tours, base_tours


def nearest(problem: Problem, params: SolveParams, seed: int, start: Start = NOWHERE_YET) -> Plan:
    """Give each job, in the order of the problem, the free unit that is there first.

    Free are units that are available now, hold no commitment that binds them and have not been
    given a job before. The option is the one with the least drive, then the least price. Cost
    decides nothing.
    """
    del params, seed, start
    tours = base_tours(Pricer.of(problem))
    for job in range(len(tours.pricer.compiled.jobs)):
        if job in tours.left:
            _give(tours, job)
    return finished_plan(tours, engine="nearest", one_job_ahead=True)


def free_units(tours: Tours) -> list[int]:
    """Return the units that are available now and have no job."""
    units = tours.pricer.compiled.units
    return [u for u, route in enumerate(tours.routes) if not route and units[u].available_s == 0]


def _give(tours: Tours, job: int) -> None:
    compiled, pricer = tours.pricer.compiled, tours.pricer
    offers = [
        (compiled.rows[compiled.units[u].start_place][compiled.first[c]], compiled.options[c], u, c)
        for u in free_units(tours)
        for c in compiled.able[u][job]
        if pricer.route_cny(u, (c,)) < inf
    ]
    if offers:
        _, _, u, c = min(offers, key=lambda it: (it[0], it[1].price_cny, it[2], it[3]))
        tours.change(u, (c,))
