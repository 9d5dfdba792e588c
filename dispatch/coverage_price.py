"""What it costs to leave a part of the region without help: a price for the place of ending.

After the marginal coverage of DMEXCLP (Jagtenberg, Bhulai and van der Mei, *An efficient heuristic
for real-time ambulance redeployment*, 2015): with each unit busy for a share ``q`` of the time,
one more unit where ``k`` others are within reach helps in ``q**k * (1 - q)`` of the cases. The
others are taken to stay where they will be free next; the optimizer moves them, so that the price
is a guess, better the fewer units move at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dispatch.core.model import Coverage
from kernel.position import Position

if TYPE_CHECKING:
    from geo_data.city import City

MOST_POINTS = 250
"""Calls are expected at no more points than this: the zones with most people."""


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Where calls are expected; ``share[n]`` adds up to 1."""

    positions: tuple[Position, ...]
    share: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Post:
    """A unit as coverage sees it: its skills, and the number of the place where it is free next."""

    skills: frozenset[str]
    place: int


@lru_cache(maxsize=8)
def demand_of(city: City) -> Demand:
    """Return the zones of a city, each at one point inside it, by how many people live there."""
    import shapely  # noqa: PLC0415 - only where coverage has a price

    people = np.asarray(city.zone_table.columns["population"], dtype=np.float64)
    rows = np.argsort(-people, kind="stable")[:MOST_POINTS]
    points = shapely.get_coordinates(shapely.point_on_surface(city.zone_table.geometry[rows]))
    total = float(people[rows].sum())
    share = people[rows] / total if total > 0 else np.full(len(rows), 1 / max(1, len(rows)))
    return Demand(tuple(Position(lon, lat) for lon, lat in points.tolist()), share)


def end_prices(
    reaches: NDArray[np.bool_],
    share: NDArray[np.float64],
    posts: Sequence[Post],
    *,
    busy: float,
    coverage_cny: float,
) -> list[tuple[Coverage, ...]]:
    """Return for each unit the price of ending at each place, for its rarest skill.

    Parameters
    ----------
    reaches
        [n_places, n_points]: whether a unit at a place reaches a point in time.
    share
        [n_points] of all calls.
    posts
        The units.
    busy
        Share of the time that a unit is busy, 0 to 1.
    coverage_cny
        Price of one percent of calls that would be helped in time, and are not.

    Returns
    -------
    list
        Nothing for a unit without a skill; else 0 for its best place.
    """
    holders = Counter(skill for post in posts for skill in post.skills)
    at = np.array([post.place for post in posts], dtype=np.intp)
    result: list[tuple[Coverage, ...]] = []
    for i, post in enumerate(posts):
        if not post.skills:
            result.append(())
            continue
        skill = min(post.skills, key=lambda it: (holders[it], it))
        others = [k for k, it in enumerate(posts) if k != i and skill in it.skills]
        n_others = reaches[at[others]].sum(axis=0) if others else np.zeros(len(share))
        gain = reaches @ (share * np.power(busy, n_others) * (1 - busy))
        missed = 100 * coverage_cny * (gain.max(initial=0.0) - gain)
        result.append((Coverage(skill, tuple(np.round(missed, 3).tolist())),))
    return result
