"""What somebody lacks to do a job, in words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from dispatch.job_option import UNREADABLE, JobOption
from fleet.catalogue import catalogue
from kernel.words import Words

_READABLE = Words(
    zh="任务数据（原数据有误，请添加备注或更正位置）",
    en="data that can be read (add a note or correct the place)",
)


def lacking(options: Sequence[JobOption], has: Collection[str]) -> list[Words]:
    """Return the skills and equipment that are missing for the option that wants least more.

    What cannot be read is named where nothing else can be.
    """
    missing = (option.needs - frozenset(has) for option in options)
    least = min(missing, key=lambda it: (UNREADABLE in it, len(it)))
    return [label(name) for name in sorted(least)]


def label(name: str) -> Words:
    """Return the words for a skill or a piece of equipment; its own name where it has none."""
    if name == UNREADABLE:
        return _READABLE
    known = catalogue()
    return known.label(name) if name in known.names else Words(zh=name, en=name)
