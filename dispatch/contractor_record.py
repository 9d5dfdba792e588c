"""How soon each contractor really comes, learned from what it answered and when it arrived.

The settings say what is known before the first offer; they count as `PRIOR_OFFERS` offers. Each
offer that was answered counts as one more: from the offer to the arrival (until then, to the ETA it
gave), without the drive from its yard. Who cannot be there by the time that an offer asks for comes
later than that: without these, whoever is asked for soon arrivals only would seem to come soon
always. The last ones count, since companies change.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, load_only

from dispatch.params import ContractorRules
from dispatch.store import NOT_A_MINUTE_LATER, ContractorOfferRow, IncidentRow
from kernel.position import Position

PRIOR_OFFERS = 4
"""How many offers the settings count as: after as many, half of a guess is what was seen."""

LAST_OFFERS = 80
"""How many of the offers that a contractor answered last are looked at."""

LOOK_BACK = 1000
"""Among how many of a region's last ones they are sought: read before each plan, however many years
of them there are."""

SLIP_SPREAD_S = 240
"""An ETA is taken to be off by up to this, either way, before anybody has arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an offer that a contractor answered.

    Attributes
    ----------
    position
        Where the car was.
    reach_s
        Seconds from the offer to the arrival, or to the ETA given last where it has not arrived, or
        to now where it should have; where it declined, to the time by which it was needed. From
        whom it was taken back, it takes longer than its ETA.
    is_known
        Whether it takes so long; else it takes longer.
    slip_s
        Seconds from the ETA that it gave first, whatever it said later, to its arrival; ``None``
        where it has not arrived.
    """

    contractor_id: int
    position: Position
    reach_s: float
    is_known: bool
    slip_s: float | None


@dataclass(frozen=True, slots=True)
class Lead:
    """From an offer to wheels turning: the expected seconds, and how far off that may be.

    Any time within ``spread_s`` of the mean is as likely as any other.
    """

    mean_s: float
    spread_s: float


@dataclass(frozen=True, slots=True)
class Slip:
    """How much later than its own ETA a contractor arrives; every slip between is as likely."""

    mean_s: float
    spread_s: float


def offers_answered(session: Session, region: str, now: datetime) -> tuple[Answer, ...]:
    """Return the offers that each contractor answered last, at most `LAST_OFFERS`, newest first.

    Only the last answer about each incident counts, and no refusal whatever the time.
    """
    offer = ContractorOfferRow
    says_when = or_(
        offer.eta_at.is_not(None),
        and_(offer.state == "rejected", offer.needed_by_at.is_not(None)),
    )
    recent = (
        select(offer.id, offer.contractor_id, offer.incident_id)
        .where(offer.region == region, says_when)
        .order_by(offer.id.desc())
        .limit(LOOK_BACK)
        .subquery()
    )
    about = select(
        recent.c.id,
        recent.c.contractor_id,
        func.row_number()
        .over(
            partition_by=(recent.c.contractor_id, recent.c.incident_id),
            order_by=recent.c.id.desc(),
        )
        .label("nth"),
    ).subquery()
    newest = select(
        about.c.id,
        func.row_number()
        .over(partition_by=about.c.contractor_id, order_by=about.c.id.desc())
        .label("nth"),
    ).where(about.c.nth == 1)
    last = newest.subquery()
    query = (
        select(offer, IncidentRow.position)
        .join(last, last.c.id == offer.id)
        .join(IncidentRow, IncidentRow.id == offer.incident_id)
        .where(last.c.nth <= LAST_OFFERS)
        .order_by(offer.id.desc())
        .options(load_only(*_LEARNED_FROM))
    )
    return tuple(_answer(now, row, position) for row, position in session.execute(query))


_LEARNED_FROM = (
    ContractorOfferRow.contractor_id,
    ContractorOfferRow.offered_at,
    ContractorOfferRow.eta_at,
    ContractorOfferRow.changed_eta_at,
    ContractorOfferRow.arrived_at,
    ContractorOfferRow.needed_by_at,
    ContractorOfferRow.state,
)


def _answer(now: datetime, row: ContractorOfferRow, position: Position) -> Answer:
    """Return the answer that a row tells of, which has an ETA or a time by which it was needed."""
    eta_at, arrived_at, expected_at = row.eta_at, row.arrived_at, row.expected_at
    there_at = arrived_at or expected_at or row.needed_by_at
    is_missing = row.state == "accepted" and expected_at is not None and expected_at < now
    if is_missing:
        there_at = now
    reach_s = 0.0 if there_at is None else (there_at - row.offered_at).total_seconds()
    slip_s = None
    if arrived_at is not None and eta_at is not None:
        slip_s = (arrived_at - eta_at).total_seconds()
    has_come = arrived_at is not None or not (is_missing or row.state == "withdrawn")
    return Answer(row.contractor_id, position, reach_s, eta_at is not None and has_come, slip_s)


def lead_of(rules: ContractorRules, seen: Iterable[tuple[float, bool]]) -> Lead:
    """Return the lead to expect after others.

    Mean and variance are those of the seen ones and of `PRIOR_OFFERS` uniform in the settings'
    interval; the spread is that of the uniform distribution with this variance.

    Parameters
    ----------
    seen
        Leads, seconds, and whether each is known; else it is longer.
    """
    weighed = _redistributed(seen)
    n = PRIOR_OFFERS + sum(weight for _, weight in weighed)
    mean_s = (PRIOR_OFFERS * rules.mobilise_s + sum(it * weight for it, weight in weighed)) / n
    variance = PRIOR_OFFERS * (rules.spread_s**2 / 3 + (rules.mobilise_s - mean_s) ** 2)
    variance += sum(weight * (it - mean_s) ** 2 for it, weight in weighed)
    return Lead(max(0.0, mean_s), math.sqrt(3 * variance / n))


def slip_of(seen_s: Sequence[float]) -> Slip:
    """Return the slip to expect after those of ``seen_s`` seconds.

    As in `lead_of`; before the first arrival ETAs are taken to be right on average.
    """
    n = PRIOR_OFFERS + len(seen_s)
    mean_s = sum(seen_s) / n
    variance = PRIOR_OFFERS * (SLIP_SPREAD_S**2 / 3 + mean_s**2)
    variance += sum((it - mean_s) ** 2 for it in seen_s)
    return Slip(mean_s, math.sqrt(3 * variance / n))


def _redistributed(seen: Iterable[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Return leads with weights: what is only known to be longer counts as the longer ones do.

    Each such lead leaves its weight to all that are longer, in equal parts; the longest is taken to
    end `NOT_A_MINUTE_LATER`. That is the product-limit estimate: Efron, *The two sample problem
    with censored data* (1967), section 7.
    """
    ordered = sorted(seen, key=lambda it: (it[0], not it[1]))
    found = []
    inherited = 0.0
    for left, (lead_s, is_known) in zip(reversed(range(len(ordered))), ordered, strict=True):
        weight = 1 + inherited
        if is_known:
            found.append((lead_s, weight))
        elif left:
            inherited += weight / left
        else:
            found.append((lead_s + NOT_A_MINUTE_LATER.total_seconds(), weight))
    return found
