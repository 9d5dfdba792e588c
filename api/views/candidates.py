"""Which units could go, as the dispatcher compares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta

from api.models import incident_out as wire
from api.views.timeline import with_reason
from api.views.words import bilingual
from dispatch.contractors_for import Choice
from dispatch.diversion import Diverting
from dispatch.explain import RULES, Candidate, Candidates, Forbidden
from kernel.words import Words


def candidates_out(found: Candidates, reasons: Mapping[int, str]) -> wire.Candidates:
    """Return every unit of the region, best first; a technician who declined with the reason."""
    return wire.Candidates(
        plan_version=found.plan_version,
        items=[_candidate_out(it, reasons.get(it.unit.id)) for it in found.items],
        contractor=None if found.helper is None else wire.Helper(**asdict(found.helper)),
        silent=[wire.SilentHelper(**asdict(it)) for it in found.silent],
    )


def _candidate_out(it: Candidate, declined_because: str | None) -> wire.Candidate:
    return wire.Candidate(
        unit_id=it.unit.id,
        unit_code=it.unit.code,
        name=it.unit.name,
        kind=it.unit.kind.value,
        state=it.unit.state.value,
        chosen=it.chosen,
        option=it.option,
        arrival_at=it.arrival_at,
        on_time=it.on_time,
        diversion=None if it.diverting is None else _diversion_out(it.diverting),
        extra_cost_cny=it.extra_cost_cny,
        terms=dict(it.terms),
        locked_to=it.locked_to,
        forbidden=None if it.forbidden is None else _forbidden_out(it.forbidden, declined_because),
        effects=[
            wire.Effect(incident_number=effect.incident_number, delay_s=effect.delay_s)
            for effect in it.effects
        ],
    )


def _forbidden_out(it: Forbidden, declined_because: str | None) -> wire.Forbidden:
    """Return why a unit cannot go: what stands in its way, and that its technician declined."""
    text = it.text
    if it.declined:
        declined = RULES["declined"]
        if declined_because:
            declined = with_reason(declined, declined_because)
        text = declined if it.rule == "declined" else _both(it.text, declined)
    return wire.Forbidden(rule=it.rule, text=bilingual(text))


def _both(first: Words, then: Words) -> Words:
    return Words(zh=f"{first.zh}{then.zh}", en=f"{first.en} {then.en}")


def _diversion_out(it: Diverting) -> wire.Diversion:
    return wire.Diversion(
        arrival_at=it.arrival_at,
        others=[
            wire.Diverted(
                incident_number=other.incident_number,
                unit_code=other.unit_code,
                contractor=other.contractor,
                arrival_at=other.arrival_at,
                delay_s=other.delay_s,
            )
            for other in it.others
        ],
    )


def contractor_choices_out(found: Iterable[Choice], now: datetime) -> wire.ContractorChoices:
    """Return the contractors as they are compared, in the order given."""
    return wire.ContractorChoices(items=[_choice_out(it, now) for it in found])


def _choice_out(it: Choice, now: datetime) -> wire.ContractorChoice:
    guess = it.guess
    spread = timedelta(seconds=0.0 if guess is None else guess.spread_s)
    return wire.ContractorChoice(
        id=it.contractor.id,
        name=it.contractor.name,
        from_at=None if guess is None else max(now, guess.arrival_at - spread),
        to_at=None if guess is None else guess.arrival_at + spread,
        price_cny=None if guess is None else guess.price_cny,
        state=None if it.asked is None else it.asked.state,
        silent_until=None if it.silence is None else it.silence.again_at,
        best=it.is_best,
    )
