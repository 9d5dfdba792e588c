"""The rule table of triage: read from data, checked whole at load, then asked.

First match wins. A table that could leave a call without an answer, or names a skill nobody can
have, is refused when it is read, not when somebody stands in the rain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from dispatch.triage import Triage, TriageOption, TriageOutcome
from kernel.errors import BadData
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Facts:
    """What triage knows of a call.

    Attributes
    ----------
    text
        Scenario, symptom and effect together.
    allow_remote
        ``False`` when advice was given already and did not help.
    """

    fault: str
    text: str = ""
    state_of_charge_pct: float | None = None
    drivable: bool | None = None
    safe_place: bool | None = None
    n_people: int | None = None
    channel: str = "phone"
    country: str = ""
    on_motorway: bool = False
    allow_remote: bool = True


@dataclass(frozen=True, slots=True)
class Condition:
    """When a row holds; ``None`` or empty: no restriction. All restrictions must hold."""

    faults: frozenset[str] = frozenset()
    says: tuple[str, ...] = ()
    soc_below: float | None = None
    drivable: frozenset[str] = frozenset()
    safe_place: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    countries: frozenset[str] = frozenset()
    motorway: bool | None = None
    people_at_least: int | None = None

    @property
    def only_faults(self) -> bool:
        """Whether it restricts nothing but the fault."""
        return self == Condition(faults=self.faults)

    def holds(self, facts: Facts) -> bool:
        """Return whether every restriction holds."""
        soc, people = facts.state_of_charge_pct, facts.n_people
        return (
            _within(facts.fault, self.faults)
            and _within(facts.channel, self.channels)
            and _within(facts.country, self.countries)
            and _within(_tri_state(facts.drivable), self.drivable)
            and _within(_tri_state(facts.safe_place), self.safe_place)
            and (self.motorway is None or self.motorway == facts.on_motorway)
            and (self.soc_below is None or (soc is not None and soc < self.soc_below))
            and (self.people_at_least is None or (people or 0) >= self.people_at_least)
            and (not self.says or any(_says(facts.text, phrase) for phrase in self.says))
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One row that answers."""

    name: str
    condition: Condition
    outcome: TriageOutcome
    options: tuple[TriageOption, ...]
    priority: int
    instructions: Words


@dataclass(frozen=True, slots=True)
class Modifier:
    """One row that adds to an answer."""

    name: str
    condition: Condition
    priority_at_least: int = 0
    needs: frozenset[str] = frozenset()
    add_s: int = 0
    safety: tuple[Words, ...] = ()
    instructions: Words | None = None


@dataclass(frozen=True, slots=True)
class RuleTable:
    """A whole table, checked; make it with `dispatch.triage_file.read_rules`."""

    rules: tuple[Rule, ...]
    modifiers: tuple[Modifier, ...] = field(default_factory=tuple)

    def triage(self, facts: Facts) -> Triage:
        """Return what the call needs.

        Raises
        ------
        BadData
            When no rule holds; a checked table has one for every known fault.
        """
        for rule in self.rules:
            if rule.outcome is TriageOutcome.REMOTE and not facts.allow_remote:
                continue
            if rule.condition.holds(facts):
                return self._answer(rule, facts)
        raise BadData(
            f"No triage rule holds for the fault {facts.fault!r}.",
            remedy="End the table with a rule for it that has no other condition.",
        )

    def _answer(self, rule: Rule, facts: Facts) -> Triage:
        if rule.outcome is TriageOutcome.REMOTE:
            return Triage(rule.outcome, rule.name, (), (), rule.priority, rule.instructions)
        held = [modifier for modifier in self.modifiers if modifier.condition.holds(facts)]
        return Triage(
            outcome=rule.outcome,
            rule=rule.name,
            modifiers=tuple(modifier.name for modifier in held),
            options=tuple(_modified(option, held) for option in rule.options),
            priority=max([rule.priority, *(modifier.priority_at_least for modifier in held)]),
            instructions=_joined([*(m.instructions for m in held), rule.instructions]),
            safety=tuple(words for modifier in held for words in modifier.safety),
        )


def _modified(option: TriageOption, modifiers: Iterable[Modifier]) -> TriageOption:
    for modifier in modifiers:
        time = replace(
            option.service,
            mean_s=option.service.mean_s + modifier.add_s,
            p90_s=option.service.p90_s + modifier.add_s,
        )
        option = replace(option, needs=option.needs | modifier.needs, service=time)
    return option


def _joined(parts: Iterable[Words | None]) -> Words:
    known = [part for part in parts if part is not None]
    return Words(zh="".join(part.zh for part in known), en=" ".join(part.en for part in known))


def _within(value: str, allowed: frozenset[str]) -> bool:
    return not allowed or value in allowed


def _tri_state(value: bool | None) -> str:  # noqa: FBT001 - one value, not a switch
    return "unknown" if value is None else "yes" if value else "no"


def _says(text: str, phrase: str) -> bool:
    if not phrase.isascii():
        return phrase in text
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE) is not None
