"""Driving times laid on a hierarchy: what a `routing.travel_times.Metric` is here."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from routing.cch.customise import edge_keys, edge_weights, shorten, shorten_keys
from routing.cch.topology import CchTopology
from routing.weights import changed_edge_ms

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Keys:
    """Times and lengths together; see `routing.cch.customise`.

    Attributes
    ----------
    key
        int64[n_arcs + 1].
    via
        int32[n_arcs + 1], the edge that an arc is, or ``~v`` where it leads through ``v``.
    """

    key: NDArray[np.int64]
    via: Ints


class CchMetric:
    """One set of driving times; never changes.

    Parameters
    ----------
    topology
        The hierarchy.
    edge_ms
        int32[n_edges], checked; nobody else may write to it.
    edge_cm
        int32[n_edges], lengths.
    """

    def __init__(self, topology: CchTopology, edge_ms: Ints, edge_cm: Ints) -> None:
        edge_ms.flags.writeable = False
        self.topology = topology
        self.edge_cm = edge_cm
        self._edge_ms = edge_ms
        self.weight = edge_weights(
            topology.turn_ptr, topology.turn_ms, topology.turn_arc, edge_ms, topology.n_arcs
        )
        shorten(topology.up_ptr, topology.down_ptr, topology.beside, self.weight)
        self._keys: Keys | None = None
        self._making_keys = threading.Lock()

    @property
    def edge_ms(self) -> Ints:
        """int32[n_edges], milliseconds; `routing.weights.CLOSED_MS` on closed edges."""
        return self._edge_ms

    @property
    def up(self) -> Ints:
        """int32[n_up], the weights of the arcs up."""
        return self.weight[: self.topology.n_up]

    @property
    def down(self) -> Ints:
        """int32[n_down], the weights of the arcs down."""
        return self.weight[self.topology.n_up : -1]

    @property
    def keys(self) -> Keys:
        """Times and lengths together, made when a route or a length is first asked for."""
        with self._making_keys:
            if self._keys is None:
                self._keys = self._made_keys()
            return self._keys

    def _made_keys(self) -> Keys:
        t = self.topology
        key, via = edge_keys(
            t.turn_ptr, t.turn_ms, t.turn_arc, self._edge_ms, self.edge_cm, t.n_arcs
        )
        shorten_keys(t.up_ptr, t.down_ptr, t.beside, key, via)
        return Keys(key, via)

    def updated(self, edges: NDArray[np.integer], edge_ms: NDArray[np.integer]) -> CchMetric:
        """Return a metric in which the given edges take other times, the rest stays.

        All arcs are customised again: where speeds change all over a city, most triangles lie
        below arcs that change too, and finding out which costs more than it saves
        (docs/travel-times.md).
        """
        changed = changed_edge_ms(self._edge_ms, edges, edge_ms)
        return CchMetric(self.topology, changed, self.edge_cm)
