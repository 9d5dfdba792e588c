"""Coverage mathematics on arrays: which share of demand can be reached within the target.

Everything here is pure; travel times are gathered by the caller. See Church and ReVelle, *The
maximal covering location problem* (1974), and Daskin, *A maximum expected covering location model*
(1983), for units that may be busy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def covers(travel_s: ArrayLike, target_s: ArrayLike) -> NDArray[np.bool_]:
    """Return bool[n_posts, n_demand]: whether a post reaches a point in time (inclusive).

    Parameters
    ----------
    travel_s
        [n_posts, n_demand] seconds; the unreachable mark (2**31 - 1) is simply too far.
    target_s
        One limit, or one for each demand point [n_demand].
    """
    travel = np.asarray(travel_s)
    if travel.ndim != 2:
        raise ValueError(f"travel_s must be [n_posts, n_demand], not of shape {travel.shape}")
    return np.asarray(travel <= np.asarray(target_s), dtype=np.bool_)


def covered(covers_: NDArray[np.bool_], units: ArrayLike | None = None) -> NDArray[np.bool_]:
    """Return bool[n_demand]: whether a post (with ``units[n_posts]`` > 0) reaches it."""
    manned = covers_ if units is None else covers_[np.asarray(units) > 0]
    return np.asarray(manned.any(axis=0), dtype=np.bool_)


def n_covering(covers_: NDArray[np.bool_], units: ArrayLike) -> NDArray[np.int64]:
    """Return int64[n_demand]: how many of ``units[n_posts]`` reach each point in time."""
    return np.asarray(np.asarray(units, dtype=np.int64) @ covers_, dtype=np.int64)


def share(reached: ArrayLike, demand: ArrayLike) -> float:
    """Return the share of ``demand[n]`` (weights, >= 0) where ``reached[n]``, 0 to 1.

    ``reached`` may be a probability for each point. Without any demand the share is 1: nobody was
    failed.

    Raises
    ------
    ValueError
        When a weight is negative or not finite.
    """
    weights = np.asarray(demand, dtype=np.float64)
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("demand weights must be finite and not negative")
    total = float(weights.sum())
    return 1.0 if total == 0.0 else float(weights @ np.asarray(reached, np.float64)) / total


def expected_covered(n_units: ArrayLike, busy: float) -> NDArray[np.float64]:
    """Return float64[n]: probability that at least one of ``n_units[n]`` covering units is free.

    Each is busy with probability ``busy``, independently (Daskin's assumption): ``1 - busy**n``.
    """
    if not 0.0 <= busy <= 1.0:
        raise ValueError(f"busy must be a probability, not {busy!r}")
    counts = np.asarray(n_units)
    return np.where(counts > 0, 1.0 - np.power(float(busy), counts), 0.0)


def share_by_zone(
    reached: ArrayLike, demand: ArrayLike, zone: ArrayLike, n_zones: int
) -> NDArray[np.float64]:
    """Return float64[n_zones]: the share reached in each zone, NaN where a zone has no demand.

    ``zone[n]`` is the index of the zone of each demand point.
    """
    weights = np.asarray(demand, dtype=np.float64)
    zones = np.asarray(zone)
    hit = np.bincount(zones, weights * np.asarray(reached, np.float64), minlength=n_zones)
    total = np.bincount(zones, weights, minlength=n_zones)
    shares = np.full(n_zones, np.nan)
    np.divide(hit, total, out=shares, where=total > 0)
    return shares


def nearest_s(travel_s: ArrayLike, units: ArrayLike | None = None) -> NDArray[np.int64]:
    """Return int64[n_demand]: seconds from the nearest manned post, 2**31 - 1 if none is."""
    travel = np.asarray(travel_s, dtype=np.int64)
    manned = travel if units is None else travel[np.asarray(units) > 0]
    if len(manned) == 0:
        return np.full(travel.shape[1], 2**31 - 1, dtype=np.int64)
    return np.asarray(manned.min(axis=0), dtype=np.int64)


def coverage_left(
    covers_: NDArray[np.bool_], demand: ArrayLike, units: ArrayLike
) -> NDArray[np.float64]:
    """Return float64[n_posts]: the share of demand still covered if one unit of that post leaves.

    Posts without a unit: the present share (nobody leaves).
    """
    stationed = np.asarray(units, dtype=np.int64)
    counts = n_covering(covers_, stationed)
    left = np.empty(len(stationed))
    for post, n_here in enumerate(stationed):
        remaining = counts - covers_[post] if n_here > 0 else counts
        left[post] = share(remaining > 0, demand)
    return left
