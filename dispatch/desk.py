"""What the call takers of one region work with; opened once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field

from dispatch.locate import Locator
from dispatch.triage_file import default_rules
from dispatch.triage_rules import RuleTable


@dataclass(frozen=True, slots=True)
class IntakeDesk:
    """A region's name, who finds its places, and its triage rules."""

    region: str
    locator: Locator
    rules: RuleTable = field(default_factory=default_rules)
