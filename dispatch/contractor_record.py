"""How soon each contractor really comes, learned from what it answered and when it arrived.

The settings say what is known before the first offer; they count as `PRIOR_OFFERS` offers. Each
offer that was taken counts as one more: from the offer to the arrival (until then, to the ETA it
gave), without the drive from its yard. The last ones count, since companies change.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.params import ContractorRules
from dispatch.store import ContractorOfferRow, IncidentRow
from kernel.position import Position

PRIOR_OFFERS = 4
"""How many offers the settings count as: after as many, half of a guess is what was seen."""

LAST_OFFERS = 40
"""How many of the offers that a contractor took last are looked at."""

LOOK_BACK = 1000
"""Among how many of a region's last ones they are sought: read before each plan, however many years
of them there are."""


@dataclass(frozen=True, slots=True)
class Taken:
    """An offer that a contractor took.

    Attributes
    ----------
    position
        Where the car was.
    reach_s
        Seconds from the offer to the arrival, or to the ETA given where it has not arrived.
    """

    contractor_id: int
    position: Position
    reach_s: float


@dataclass(frozen=True, slots=True)
class Lead:
    """From an offer to wheels turning: the expected seconds, and how far off that may be.

    Any time within ``spread_s`` of the mean is as likely as any other.
    """

    mean_s: float
    spread_s: float


def offers_taken(session: Session, region: str) -> tuple[Taken, ...]:
    """Return the offers that each contractor took last, at most `LAST_OFFERS`, newest first."""
    recent = (
        select(ContractorOfferRow.id, ContractorOfferRow.contractor_id)
        .where(ContractorOfferRow.region == region, ContractorOfferRow.eta_at.is_not(None))
        .order_by(ContractorOfferRow.id.desc())
        .limit(LOOK_BACK)
        .subquery()
    )
    by_contractor = func.row_number().over(
        partition_by=recent.c.contractor_id, order_by=recent.c.id.desc()
    )
    last = select(recent.c.id, by_contractor.label("nth")).subquery()
    query = (
        select(
            ContractorOfferRow.contractor_id,
            IncidentRow.position,
            ContractorOfferRow.offered_at,
            func.coalesce(ContractorOfferRow.arrived_at, ContractorOfferRow.eta_at),
        )
        .join(last, last.c.id == ContractorOfferRow.id)
        .join(IncidentRow, IncidentRow.id == ContractorOfferRow.incident_id)
        .where(last.c.nth <= LAST_OFFERS)
        .order_by(ContractorOfferRow.id.desc())
    )
    return tuple(
        Taken(contractor_id, position, (there_at - offered_at).total_seconds())
        for contractor_id, position, offered_at, there_at in session.execute(query)
    )


def lead_of(rules: ContractorRules, seen_s: Sequence[float]) -> Lead:
    """Return the lead to expect after leads of ``seen_s`` seconds.

    Mean and variance are those of the seen ones and of `PRIOR_OFFERS` uniform in the settings'
    interval; the spread is that of the uniform distribution with this variance.
    """
    n = PRIOR_OFFERS + len(seen_s)
    mean_s = (PRIOR_OFFERS * rules.mobilise_s + sum(seen_s)) / n
    variance = PRIOR_OFFERS * (rules.spread_s**2 / 3 + (rules.mobilise_s - mean_s) ** 2)
    variance += sum((it - mean_s) ** 2 for it in seen_s)
    return Lead(max(0.0, mean_s), math.sqrt(3 * variance / n))
