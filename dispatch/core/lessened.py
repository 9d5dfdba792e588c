"""Changes of which nothing can be spared: what is not needed goes, the rest is made smaller."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from dispatch.core.changes import Change

Changes = tuple[Change, ...]


def lessened(changes: Changes, enough: Callable[[Changes], bool]) -> Changes:
    """Return changes that are enough, of which less is not.

    Parameters
    ----------
    changes
        Changes that are enough together.
    enough
        Whether some changes are; it is asked often only where less is.

    Returns
    -------
    tuple of Change
        None can be left away, no skill spared, and no second or kWh.
    """
    while (less := next(filter(enough, _less(changes)), None)) is not None:
        changes = _least_amounts(less, enough)
    return changes


def _less(changes: Changes) -> Iterator[Changes]:
    """Yield the changes with one left away, a second or a kWh less, or a skill less; never none."""
    for i, it in enumerate(changes):
        before, after = changes[:i], changes[i + 1 :]
        if before or after:
            yield (*before, *after)
        if it.amount > 1:
            yield (*before, replace(it, amount=it.amount - 1), *after)
        if len(it.names) > 1:
            for name in it.names:
                names = tuple(other for other in it.names if other != name)
                yield (*before, replace(it, names=names), *after)


def _least_amounts(changes: Changes, enough: Callable[[Changes], bool]) -> Changes:
    """Return the changes with each amount as small as halving finds it."""
    for i, it in enumerate(changes):
        too_little = 0.0
        while changes[i].amount - too_little > 1:
            middle = too_little + (changes[i].amount - too_little) // 2
            tried = (*changes[:i], replace(it, amount=middle), *changes[i + 1 :])
            if enough(tried):
                changes = tried
            else:
                too_little = middle
    return changes
