from __future__ import annotations

import itertools
from typing import Any

import pytest

from dispatch.triage import FaultKind, TriageOutcome, triage_from_json
from dispatch.triage_file import DEFAULT_FILE, default_rules, read_rules
from dispatch.triage_rules import Facts
from fleet.catalogue import catalogue
from kernel.errors import BadData

TEXT = DEFAULT_FILE.read_text(encoding="utf-8")


def rule_for(**facts: Any) -> str:
    return default_rules().triage(Facts(**facts)).rule


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"fault": "flat_battery"}, "drive_battery_empty"),
        ({"fault": "flat_battery", "text": "小电瓶亏电"}, "small_battery"),
        ({"fault": "flat_battery", "text": "the 12V one"}, "small_battery"),
        ({"fault": "tyre", "text": "Sidewall cut"}, "several_tyres"),
        ({"fault": "tyre", "text": "a trim came off"}, "tyre"),  # "rim" only as a whole word
        ({"fault": "keys_locked_in", "text": "my child is in"}, "somebody_locked_in"),
        ({"fault": "charger", "state_of_charge_pct": 7.9}, "charger_and_empty"),
        ({"fault": "charger", "state_of_charge_pct": 8.0}, "charger"),
        ({"fault": "charger"}, "charger"),
        ({"fault": "breakdown", "text": "冒烟"}, "smoke"),
        ({"fault": "breakdown", "text": "screen frozen", "drivable": True}, "frozen_screen"),
        ({"fault": "breakdown", "text": "screen frozen"}, "breakdown"),
    ],
)
def test_the_first_rule_that_holds_answers(facts: dict[str, Any], rule: str) -> None:
    assert rule_for(**facts) == rule


def test_every_call_gets_an_answer_and_nobody_in_danger_is_helped_from_afar() -> None:
    says = {phrase for rule in default_rules().rules for phrase in rule.condition.says}
    three = (True, False, None)
    for fault, text, drivable, safe in itertools.product(FaultKind, ["", *says], three, three):
        facts = Facts(fault.value, text, None, drivable, safe)
        triage = default_rules().triage(facts)
        assert (triage.outcome is TriageOutcome.JOB) == bool(triage.options)
        assert not (triage.outcome is TriageOutcome.REMOTE and safe is False)
        assert all(option.needs <= catalogue().names for option in triage.options)
        assert triage.instructions.zh
        assert triage.instructions.en


def test_an_unsafe_place_raises_the_priority_and_needs_cones() -> None:
    safe = default_rules().triage(Facts("breakdown", safe_place=True))
    unsafe = default_rules().triage(Facts("breakdown", safe_place=False))
    assert (safe.priority, unsafe.priority) == (0, 1)
    assert all("safety_cones" in option.needs for option in unsafe.options)
    assert unsafe.safety
    assert unsafe.instructions.en.startswith("Switch on the hazard lights")


def test_an_accident_needs_a_flatbed_high_voltage_training_and_time_to_watch() -> None:
    triage = default_rules().triage(Facts("accident"))
    (tow,) = triage.options
    assert {"flatbed", "hv_safety"} <= tow.needs
    assert tow.service.mean_s >= 1800
    assert "battery_watch" in triage.modifiers
    assert default_rules().triage(Facts("accident", safe_place=False)).priority == 2


def test_only_in_china_the_motorway_needs_an_authorised_unit() -> None:
    for country, needed in (("CN", True), ("CL", False)):
        triage = default_rules().triage(Facts("tyre", country=country, on_motorway=True))
        assert all(("motorway" in option.needs) is needed for option in triage.options)


def test_advice_is_not_given_twice() -> None:
    facts = {"fault": "breakdown", "text": "黑屏", "drivable": True}
    assert default_rules().triage(Facts(**facts)).outcome is TriageOutcome.REMOTE
    again = default_rules().triage(Facts(**facts, allow_remote=False))
    assert again.outcome is TriageOutcome.JOB


def test_a_triage_is_read_back_as_it_was_stored() -> None:
    for fault in FaultKind:
        triage = default_rules().triage(Facts(fault.value, safe_place=False))
        assert triage_from_json(triage.as_json()) == triage


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ('needs = ["boost"]', 'needs = ["bost"]', "no skill or equipment 'bost'"),
        ('centre_needs = ["bodywork"]', 'centre_needs = ["magic"]', "'magic'"),
        ('name = "other"\nfaults = ["other"]', 'name = "other"\nfaults = ["rust"]', "'rust'"),
        ('name = "tyre"\nfaults = ["tyre"]', 'name = "tyre"\nfaults = ["other"]', "fault tyre"),
        ("soc_below = 8.0", "", "rule charger: never reached"),
        ("soc_below = 8.0", "soc_bellow = 8.0", "'soc_bellow' is not known"),
        ('name = "charger"\n', 'name = "tyre"\n', "the name is taken"),
        ("priority = 2", "priority = 7", "priority is 0 to 2"),
        ("p90_s = 2340", "p90_s = 10", "mean_s <= p90_s"),
        ('options = ["unlock"]', 'options = ["unlok"]', "unlok"),
        ('options = ["unlock"]', 'options = ["repair"]', "option unlock: no rule uses it"),
        ('safe_place = ["yes", "unknown"]', 'safe_place = ["no"]', "unsafe place"),
        ('outcome = "remote"', 'outcome = "job"', "a job needs options"),
        ("motorway = true", 'safe_place = ["perhaps"]', "yes, no or unknown"),
        ("[[modifier]]", "[[modifer]]", "no table 'modifer'"),
    ],
)
def test_a_wrong_table_is_refused_when_it_is_read(before: str, after: str, complaint: str) -> None:
    assert before in TEXT
    with pytest.raises(BadData, match=complaint):
        read_rules(TEXT.replace(before, after))
