"""The table of required photos is data, and a broken one is refused with what is wrong."""

from __future__ import annotations

import pytest

from dispatch.evidence import evidence_rules, parse_evidence
from dispatch.job_option import JobKind
from dispatch.progress import ReportKind
from kernel.errors import BadData

STEPS = """
[steps.fault]
by = "owner"
en = "x"
zh = "x"
[steps.work]
by = "technician"
en = "y"
zh = "y"
[reasons]
"""


def test_cars_that_change_hands_are_pictured_before_and_after() -> None:
    rules = evidence_rules()
    asked = {kind: [(it.step.name, it.before, it.n) for it in rules.of(kind)] for kind in JobKind}
    assert asked == {
        JobKind.TOW: [
            ("before_loading", ReportKind.LOADED, 1),
            ("after_unloading", ReportKind.DONE, 1),
        ],
        JobKind.TRANSFER: [
            ("pick_up", ReportKind.LOADED, 1),
            ("hand_over", ReportKind.DONE, 1),
        ],
        JobKind.REPAIR: [],
        JobKind.BOOST: [],
        JobKind.INSTALLATION: [],
    }


def test_a_step_that_is_gone_from_the_table_is_called_by_its_name() -> None:
    assert evidence_rules().label("before_the_flood").zh == "before_the_flood"


@pytest.mark.parametrize(
    ("required", "named"),
    [
        ('kind = "tow"\nstep = "flood"\nbefore = "done"\nn = 1', "'flood' is no step"),
        ('kind = "tow"\nstep = "fault"\nbefore = "done"\nn = 1', "'fault' is no step"),
        ('kind = "toe"\nstep = "work"\nbefore = "done"\nn = 1', "'toe'"),
        ('kind = "tow"\nstep = "work"\nbefore = "soon"\nn = 1', "'soon'"),
    ],
)
def test_a_broken_table_names_what_is_wrong(required: str, named: str) -> None:
    with pytest.raises(BadData, match=named):
        parse_evidence(f"{STEPS}\n[[required]]\n{required}")


def test_the_steps_that_the_program_needs_must_be_there() -> None:
    with pytest.raises(BadData, match="'work' is missing"):
        parse_evidence(STEPS.replace("work", "play"))
