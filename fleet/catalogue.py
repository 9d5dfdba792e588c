"""The vocabulary of skills and equipment: data in ``catalogue.toml``, with words for people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kernel.errors import Fault
from kernel.words import Words


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Known skills and equipment, by stable name."""

    skills: dict[str, Words]
    equipment: dict[str, Words]

    @property
    def names(self) -> frozenset[str]:
        """Every known skill and piece of equipment."""
        return frozenset(self.skills) | frozenset(self.equipment)

    def label(self, name: str) -> Words:
        """Return the words for a skill or a piece of equipment; KeyError when unknown."""
        return self.skills[name] if name in self.skills else self.equipment[name]

    def faults(
        self, skills: Iterable[str], equipment: Iterable[str], pointer: str = ""
    ) -> list[Fault]:
        """Return one fault for each name that is not in the catalogue."""
        return [
            Fault(
                f"{pointer}/{field}",
                f"{field}.unknown",
                f"There is no {noun} {name!r}.",
                f"Known: {', '.join(known)}.",
                zh=f"没有{noun_zh}“{name}”。可选：{'、'.join(known)}。",
            )
            for field, noun, noun_zh, given, known in (
                ("skills", "skill", "技能", skills, self.skills),
                ("equipment", "equipment", "装备", equipment, self.equipment),
            )
            for name in sorted(set(given) - known.keys())
        ]

    def split(self, names: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Return (skills, equipment) of a mixed set; unknown names are kept among the skills."""
        given = frozenset(names)
        equipment = given & self.equipment.keys()
        return given - equipment, equipment


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that ships with the product."""
    raw = tomllib.loads((files("fleet") / "catalogue.toml").read_text(encoding="utf-8"))
    return Catalogue(
        skills={name: Words(**words) for name, words in raw["skills"].items()},
        equipment={name: Words(**words) for name, words in raw["equipment"].items()},
    )
