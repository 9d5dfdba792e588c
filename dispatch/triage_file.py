"""Reads a rule table from TOML and refuses one that is incomplete, all its mistakes at once."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

from dispatch.job_option import JobKind, ServiceTime
from dispatch.triage import FaultKind, TriageOption, TriageOutcome
from dispatch.triage_rules import Condition, Modifier, Rule, RuleTable
from fleet.catalogue import catalogue
from kernel.errors import BadData
from kernel.words import Words

DEFAULT_FILE = Path(__file__).with_name("triage_rules.toml")
HIGHEST_PRIORITY = 2
_TRI_STATE = {"yes", "no", "unknown"}
_CONDITION = {f.name for f in fields(Condition)}
_SETS = {"faults", "drivable", "safe_place", "channels", "countries"}
_OPTION = {
    "kind", "label", "needs", "mean_s", "p90_s", "price_cny", "kwh", "centre_needs", "handover_s",
}  # fmt: skip
_RULE = _CONDITION | {"name", "outcome", "options", "priority", "instructions"}
_MODIFIER = _CONDITION | {
    "name", "priority_at_least", "needs", "add_s", "safety", "instructions",
}  # fmt: skip


@cache
def default_rules() -> RuleTable:
    """Return the table that ships with the product."""
    return read_rules(DEFAULT_FILE.read_text(encoding="utf-8"))


def read_rules(text: str) -> RuleTable:
    """Return the checked table of a TOML text.

    Raises
    ------
    BadData
        With every mistake: unknown names, a fault without a last rule, a rule that can never be
        reached, an option nobody uses, advice from afar for people in an unsafe place ...
    """
    raw = tomllib.loads(text)
    try:
        options = {name: _option(name, row) for name, row in raw.get("option", {}).items()}
        rules = tuple(_rule(row, options) for row in raw.get("rule", ()))
        modifiers = tuple(_modifier(row) for row in raw.get("modifier", ()))
    except (KeyError, TypeError, ValueError) as error:
        raise BadData(
            f"The triage table cannot be read: {error!r}.",
            remedy="See the head of dispatch/triage_rules.toml for what a row holds.",
        ) from error
    mistakes = [
        *_key_mistakes(raw),
        *(text for option in options.values() for text in _option_mistakes(option)),
        *(text for rule in rules for text in _rule_mistakes(rule)),
        *(text for modifier in modifiers for text in _modifier_mistakes(modifier)),
        *_order_mistakes(rules),
        *_unused(rules, options),
    ]
    if mistakes:
        raise BadData(
            "The triage table is wrong: " + " ".join(mistakes), remedy="Correct these rows."
        )
    return RuleTable(rules, modifiers)


# ------------------------------------------------------------------------------- reading


def _option(name: str, row: dict[str, Any]) -> TriageOption:
    centre = row.get("centre_needs")
    return TriageOption(
        name=name,
        kind=JobKind(row["kind"]),
        label=Words(**row["label"]),
        needs=frozenset(row["needs"]),
        service=ServiceTime(row["mean_s"], row["p90_s"]),
        price_cny=row.get("price_cny", 0.0),
        kwh=row.get("kwh", 0.0),
        centre_needs=None if centre is None else frozenset(centre),
        handover_s=row.get("handover_s", 0),
    )


def _condition(row: dict[str, Any]) -> Condition:
    return Condition(
        **{key: _frozen(key, value) for key, value in row.items() if key in _CONDITION}
    )


def _frozen(key: str, value: Any) -> Any:
    if key in _SETS:
        return frozenset(value)
    return tuple(value) if key == "says" else value


def _rule(row: dict[str, Any], options: dict[str, TriageOption]) -> Rule:
    return Rule(
        name=row["name"],
        condition=_condition(row),
        outcome=TriageOutcome(row["outcome"]),
        options=tuple(options[name] for name in row.get("options", ())),
        priority=row.get("priority", 0),
        instructions=Words(**row["instructions"]),
    )


def _modifier(row: dict[str, Any]) -> Modifier:
    spoken = row.get("instructions")
    return Modifier(
        name=row["name"],
        condition=_condition(row),
        priority_at_least=row.get("priority_at_least", 0),
        needs=frozenset(row.get("needs", ())),
        add_s=row.get("add_s", 0),
        safety=tuple(Words(**words) for words in row.get("safety", ())),
        instructions=None if spoken is None else Words(**spoken),
    )


# ------------------------------------------------------------------------------ checking


def _key_mistakes(raw: dict[str, Any]) -> list[str]:
    mistakes = [
        f"There is no table {name!r}." for name in raw.keys() - {"option", "rule", "modifier"}
    ]
    rows = [(f"option {name}", row, _OPTION) for name, row in raw.get("option", {}).items()]
    rows += [(f"rule {row['name']}", row, _RULE) for row in raw.get("rule", ())]
    rows += [(f"modifier {row['name']}", row, _MODIFIER) for row in raw.get("modifier", ())]
    for where, row, known in rows:
        mistakes += [f"{where}: {key!r} is not known." for key in sorted(row.keys() - known)]
    return mistakes


def _needs_mistakes(where: str, needs: frozenset[str]) -> list[str]:
    return [
        f"{where}: no skill or equipment {name!r} in the catalogue."
        for name in sorted(needs - catalogue().names)
    ]


def _option_mistakes(option: TriageOption) -> list[str]:
    where = f"option {option.name}"
    mistakes = _needs_mistakes(where, option.needs | (option.centre_needs or frozenset()))
    if (option.kind is JobKind.TOW) != (option.centre_needs is not None):
        mistakes.append(f"{where}: tows, and only they, have centre_needs.")
    if not 0 < option.service.mean_s <= option.service.p90_s:
        mistakes.append(f"{where}: needs 0 < mean_s <= p90_s.")
    if min(option.price_cny, option.kwh, option.handover_s) < 0:
        mistakes.append(f"{where}: price_cny, kwh and handover_s cannot be negative.")
    return mistakes


def _condition_mistakes(where: str, condition: Condition) -> list[str]:
    mistakes = [
        f"{where}: there is no fault {name!r}."
        for name in sorted(condition.faults - {kind.value for kind in FaultKind})
    ]
    mistakes += [
        f"{where}: {key} is yes, no or unknown, not {sorted(getattr(condition, key))}."
        for key in ("drivable", "safe_place")
        if getattr(condition, key) - _TRI_STATE
    ]
    return mistakes


def _rule_mistakes(rule: Rule) -> list[str]:
    where = f"rule {rule.name}"
    mistakes = _condition_mistakes(where, rule.condition)
    if not rule.condition.faults:
        mistakes.append(f"{where}: says for no fault.")
    if not 0 <= rule.priority <= HIGHEST_PRIORITY:
        mistakes.append(f"{where}: priority is 0 to {HIGHEST_PRIORITY}, not {rule.priority}.")
    if rule.outcome is TriageOutcome.JOB and not rule.options:
        mistakes.append(f"{where}: a job needs options.")
    if rule.outcome is TriageOutcome.REMOTE:
        if rule.options:
            mistakes.append(f"{where}: solved remotely, so it has no options.")
        if not rule.condition.safe_place or "no" in rule.condition.safe_place:
            mistakes.append(f"{where}: nobody in an unsafe place is helped from afar.")
    return mistakes


def _modifier_mistakes(modifier: Modifier) -> list[str]:
    where = f"modifier {modifier.name}"
    mistakes = _condition_mistakes(where, modifier.condition)
    mistakes += _needs_mistakes(where, modifier.needs)
    if not 0 <= modifier.priority_at_least <= HIGHEST_PRIORITY:
        mistakes.append(f"{where}: priority_at_least is 0 to {HIGHEST_PRIORITY}.")
    return mistakes


def _order_mistakes(rules: tuple[Rule, ...]) -> list[str]:
    mistakes: list[str] = []
    covered: set[str] = set()
    names: set[str] = set()
    for rule in rules:
        if rule.name in names:
            mistakes.append(f"rule {rule.name}: the name is taken.")
        names.add(rule.name)
        if rule.condition.faults and rule.condition.faults <= covered:
            mistakes.append(f"rule {rule.name}: never reached, rules above answer everything.")
        if rule.condition.only_faults and rule.outcome is TriageOutcome.JOB:
            covered |= rule.condition.faults
    mistakes += [
        f"fault {kind.value}: no last rule without other conditions."
        for kind in FaultKind
        if kind.value not in covered
    ]
    return mistakes


def _unused(rules: tuple[Rule, ...], options: dict[str, TriageOption]) -> list[str]:
    used = {option.name for rule in rules for option in rule.options}
    return [f"option {name}: no rule uses it." for name in sorted(options.keys() - used)]
