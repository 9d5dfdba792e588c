"""Population reached within a limit, by zone and kind of unit.

People are spread over the roads of their zone by length (motorways and their links carry nobody): a
guess that is right to a few hundred metres; give smaller zones where that matters. A stretch counts
as reached when its far end is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.coverage.posts import Post
from geo_data.city import City
from geo_data.network import HIGHWAY_CLASSES, RoadNetwork
from routing.travel_times import TravelTimes
from sla.coverage import share, share_by_zone

_NOBODY_LIVES_AT = frozenset({"motorway", "motorway_link", "trunk", "trunk_link"})


@dataclass(frozen=True, eq=False)
class Demand:
    """People on edges: ``edge[n]``, ``zone[n]`` (row of the city's zones), ``weight[n]`` people."""

    edge: NDArray[np.int64]
    zone: NDArray[np.int64]
    weight: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Coverage:
    """Share of people reached by one kind of unit.

    ``by_zone[n_zones]`` is NaN where a zone has people but no road, or no people.
    """

    kind: str
    n_posts: int
    share: float
    urban_share: float
    by_zone: NDArray[np.float64]


def spread_people(city: City) -> Demand:
    """Spread the population of each zone over its roads, by length."""
    network = city.network
    points = [shapely.Point(xy) for xy in _midpoints(network)]
    zone_of_point, edge = shapely.STRtree(points).query(
        city.zones.geometry.to_numpy(), predicate="contains"
    )
    quiet = np.array([name not in _NOBODY_LIVES_AT for name in HIGHWAY_CLASSES])
    keep = quiet[network.edge_class[edge]]
    zone_of_point, edge = zone_of_point[keep], edge[keep]
    length = network.edge_length_m[edge]
    total = np.bincount(zone_of_point, length, minlength=len(city.zones))
    people = city.zones["population"].to_numpy(dtype=np.float64)
    weight = people[zone_of_point] * length / total[zone_of_point]
    return Demand(edge.astype(np.int64), zone_of_point.astype(np.int64), weight)


def coverage(
    city: City, travel_times: TravelTimes, posts: Sequence[Post], *, seconds: int
) -> list[Coverage]:
    """Return the coverage of each kind of unit among the posts, and of all together (``any``)."""
    demand = spread_people(city)
    urban = city.zones["urban"].to_numpy(dtype=bool)[demand.zone]
    kinds = {kind: [p for p in posts if p.kind == kind] for kind in sorted({p.kind for p in posts})}
    found = []
    for kind, members in {**kinds, "any": list(posts)}.items():
        snapped = travel_times.snap([post.position for post in members])
        reached = _on_either_side(city.network, travel_times.reach(snapped, seconds))[demand.edge]
        found.append(
            Coverage(
                kind,
                len(members),
                share(reached, demand.weight),
                share(reached[urban], demand.weight[urban]),
                share_by_zone(reached, demand.weight, demand.zone, len(city.zones)),
            )
        )
    return found


def as_rows(city: City, found: Sequence[Coverage], *, minutes: float) -> dict[str, Any]:
    """Return the JSON of a coverage: shares 0 to 1, ``null`` where a zone has nobody to reach."""
    people = float(city.zones["population"].sum())
    zones = [
        {
            "zone_id": int(zone.zone_id),
            "name": str(zone.name_),
            "population": float(zone.population),
            "urban": bool(zone.urban),
            "share": {c.kind: _number(c.by_zone[row]) for c in found},
        }
        for row, zone in enumerate(city.zones.rename(columns={"name": "name_"}).itertuples())
    ]
    kinds = {
        c.kind: {
            "posts": c.n_posts,
            "share_of_population": round(c.share, 4),
            "urban_share_of_population": round(c.urban_share, 4),
            "zones_below_90_percent": int((c.by_zone < 0.9).sum()),
        }
        for c in found
    }
    return {
        "city": city.name,
        "minutes": minutes,
        "population": people,
        "population_without_roads": round(people - float(spread_people(city).weight.sum()), 1),
        "kinds": kinds,
        "zones": zones,
        "attribution": city.attribution,
    }


def as_geojson(city: City, found: Sequence[Coverage]) -> str:
    """Return the zones as GeoJSON with a property ``share_KIND`` for each kind of unit."""
    columns = {f"share_{c.kind}": c.by_zone for c in found}
    frame = gpd.GeoDataFrame(city.zones).assign(**columns)
    return str(frame.to_json(na="null", drop_id=True))


def _midpoints(network: RoadNetwork) -> NDArray[np.float64]:
    middle = (network.shape_ptr[:-1] + network.shape_ptr[1:] - 1) // 2
    after = np.minimum(middle + 1, network.shape_ptr[1:] - 1)
    lon = (network.shape_lon[middle] + network.shape_lon[after]) / 2
    lat = (network.shape_lat[middle] + network.shape_lat[after]) / 2
    return np.column_stack([lon, lat])


def _on_either_side(network: RoadNetwork, reached: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the edges with both directions of a road that is reached from either side."""
    back = network.edge_reverse
    return reached | ((back >= 0) & reached[back])


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
