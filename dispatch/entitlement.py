"""Who pays: rules over the age of the car and what happened, the first that fits decides."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from kernel.errors import BadData
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Whether help is free for the owner, and the reason in words; ``rule`` names the rule."""

    free: bool
    reason: Words
    rule: str

    def as_json(self) -> dict[str, Any]:
        """Return the stored form; `entitlement_from_json` reads it back."""
        return {"free": self.free, "reason": self.reason.as_dict(), "rule": self.rule}


def entitlement_from_json(raw: dict[str, Any]) -> Entitlement:
    """Return the entitlement that `Entitlement.as_json` wrote."""
    return Entitlement(raw["free"], Words(**raw["reason"]), raw["rule"])


@dataclass(frozen=True, slots=True)
class EntitlementRule:
    """One row of the table; a condition that is ``None`` does not restrict.

    Attributes
    ----------
    faults
        Faults it holds for; empty: all.
    purchase_known
        Whether the date of purchase must be known (or unknown).
    within_years
        The call is on or before this anniversary of the purchase.
    """

    name: str
    free: bool
    reason: Words
    faults: frozenset[str] = frozenset()
    purchase_known: bool | None = None
    within_years: int | None = None

    def fits(self, fault: str, purchased_on: date | None, on: date) -> bool:
        """Return whether the rule holds for a call on the day ``on``."""
        if self.faults and fault not in self.faults:
            return False
        if self.purchase_known is not None and self.purchase_known != (purchased_on is not None):
            return False
        if self.within_years is None:
            return True
        return purchased_on is not None and on <= anniversary(purchased_on, self.within_years)


def decide(
    fault: str,
    purchased_on: date | None,
    on: date,
    rules: tuple[EntitlementRule, ...] | None = None,
) -> Entitlement:
    """Return who pays for a call on the (local) day ``on``.

    ``rules`` are those of `load_rules` unless given; the last one always fits.
    """
    for rule in load_rules() if rules is None else rules:
        if rule.fits(fault, purchased_on, on):
            until = purchased_on and anniversary(purchased_on, rule.within_years or 0)
            words = rule.reason.fill(until=until, purchased_on=purchased_on)
            return Entitlement(rule.free, words, rule.name)
    raise BadData("No entitlement rule fits.", remedy="End the table with a rule for everything.")


def anniversary(day: date, years: int) -> date:
    """Return the same day ``years`` later; 29 February becomes 28 where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


@cache
def load_rules() -> tuple[EntitlementRule, ...]:
    """Return the rules that ship with the product (``entitlement_rules.toml``)."""
    return parse_rules((files("dispatch") / "entitlement_rules.toml").read_text(encoding="utf-8"))


def parse_rules(text: str) -> tuple[EntitlementRule, ...]:
    """Return the rules of a TOML text.

    Raises
    ------
    BadData
        When the table does not end with a rule without conditions.
    """
    rules = tuple(
        EntitlementRule(
            name=raw["name"],
            free=raw["free"],
            reason=Words(**raw["reason"]),
            faults=frozenset(raw.get("faults", ())),
            purchase_known=raw.get("purchase_known"),
            within_years=raw.get("within_years"),
        )
        for raw in tomllib.loads(text).get("rule", [])
    )
    if not rules or not rules[-1].fits("", None, date.max) or rules[-1].within_years is not None:
        raise BadData(
            "The entitlement rules do not cover every call.",
            remedy="End the table with a rule that has no conditions.",
        )
    return rules
