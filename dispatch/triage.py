"""What a call needs: solved remotely, one job, or alternatives. Values; rules are data.

The table is ``triage_rules.toml``, read and validated by `dispatch.triage_rules`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dispatch.job_option import JobKind, ServiceTime
from kernel.words import Words


class FaultKind(StrEnum):
    """What is wrong with the car."""

    FLAT_BATTERY = "flat_battery"
    BREAKDOWN = "breakdown"
    ACCIDENT = "accident"
    TYRE = "tyre"
    KEYS_LOCKED_IN = "keys_locked_in"
    CHARGER = "charger"
    OTHER = "other"


class TriageOutcome(StrEnum):
    """Whether a unit is sent."""

    REMOTE = "remote"
    JOB = "job"


@dataclass(frozen=True, slots=True)
class TriageOption:
    """One way to help, before it is known where a tow would go.

    Attributes
    ----------
    needs
        Skills and equipment of the unit, all of them.
    service
        Time at the car.
    price_cny
        What this way costs more than the cheapest: the owner's inconvenience of a tow.
    kwh
        Energy given to the car.
    centre_needs
        For tows: what the service centre must be able to do; ``None`` for work on the spot.
    handover_s
        For tows: time at the service centre.
    """

    name: str
    kind: JobKind
    label: Words
    needs: frozenset[str]
    service: ServiceTime
    price_cny: float = 0.0
    kwh: float = 0.0
    centre_needs: frozenset[str] | None = None
    handover_s: int = 0


@dataclass(frozen=True, slots=True)
class Triage:
    """The answer of the rule table.

    Attributes
    ----------
    rule, modifiers
        Names of the rows that spoke, for "why?".
    options
        Empty when solved remotely.
    priority
        0 normal, 1 high, 2 danger to people; higher first.
    instructions
        What the call taker tells the owner now.
    safety
        What the crew must mind.
    """

    outcome: TriageOutcome
    rule: str
    modifiers: tuple[str, ...]
    options: tuple[TriageOption, ...]
    priority: int
    instructions: Words
    safety: tuple[Words, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the stored form; `triage_from_json` reads it back."""
        return {
            "outcome": self.outcome.value,
            "rule": self.rule,
            "modifiers": list(self.modifiers),
            "options": [_option_as_json(option) for option in self.options],
            "priority": self.priority,
            "instructions": self.instructions.as_dict(),
            "safety": [words.as_dict() for words in self.safety],
        }


def triage_from_json(raw: dict[str, Any]) -> Triage:
    """Return the triage that `Triage.as_json` wrote."""
    return Triage(
        outcome=TriageOutcome(raw["outcome"]),
        rule=raw["rule"],
        modifiers=tuple(raw["modifiers"]),
        options=tuple(_option_from_json(option) for option in raw["options"]),
        priority=raw["priority"],
        instructions=Words(**raw["instructions"]),
        safety=tuple(Words(**words) for words in raw["safety"]),
    )


def _option_as_json(option: TriageOption) -> dict[str, Any]:
    return {
        "name": option.name,
        "kind": option.kind.value,
        "label": option.label.as_dict(),
        "needs": sorted(option.needs),
        "service": [option.service.mean_s, option.service.p90_s],
        "price_cny": option.price_cny,
        "kwh": option.kwh,
        "centre_needs": None if option.centre_needs is None else sorted(option.centre_needs),
        "handover_s": option.handover_s,
    }


def _option_from_json(raw: dict[str, Any]) -> TriageOption:
    centre = raw["centre_needs"]
    return TriageOption(
        name=raw["name"],
        kind=JobKind(raw["kind"]),
        label=Words(**raw["label"]),
        needs=frozenset(raw["needs"]),
        service=ServiceTime(*raw["service"]),
        price_cny=raw["price_cny"],
        kwh=raw["kwh"],
        centre_needs=None if centre is None else frozenset(centre),
        handover_s=raw["handover_s"],
    )
