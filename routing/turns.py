"""The edge-expanded road graph: a state is an edge just driven, an arc a turn onto the next.

- A two-edge ban removes its arc. A longer ban is followed by *progress states*: copies of the edges
  along the banned path, which only a driver who came that way is in (see `routing.bans`).
- A U-turn, from an edge straight onto its own reverse, exists only at dead ends: where every other
  edge out of the node is missing or banned for a driver coming from that edge.
- Turn costs are zero unless a `TurnCosts` is given.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from geo_data.network import RoadNetwork
from kernel.errors import BadData
from routing.bans import BanAutomaton
from routing.turn_costs import NO_TURN_COSTS, TurnCosts, turn_milliseconds
from routing.weights import edge_milliseconds


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs grouped by the state at one end: those of state ``s`` are ``ptr[s]:ptr[s + 1]``.

    Attributes
    ----------
    ptr
        int32[n_states + 1].
    state
        int32[n_arcs], the state at the other end.
    weight_ms
        float64[n_arcs] holding whole numbers >= 1: the turn and the edge turned onto.
    """

    ptr: NDArray[np.int32]
    state: NDArray[np.int32]
    weight_ms: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TurnGraph:
    """All states and arcs of one network.

    Attributes
    ----------
    n_edges, n_states
        States ``0..n_edges - 1`` are the edges themselves, without progress along any ban; progress
        states follow.
    edge_ms
        int32[n_edges], time to drive each edge.
    state_edge
        int32[n_states], the edge just driven.
    outgoing, incoming
        The same arcs, grouped by the state before and by the state after the turn.
    copies
        The progress states of each edge that has any.
    connected
        bool[n_edges], edges of the largest strongly connected component and their reverses: from
        a position on any of these roads, every other one is reached.
    """

    n_edges: int
    n_states: int
    edge_ms: NDArray[np.int32]
    state_edge: NDArray[np.int32]
    outgoing: Arcs
    incoming: Arcs
    copies: dict[int, tuple[int, ...]]
    connected: NDArray[np.bool_]

    def reweighted(self, edge_ms: NDArray[np.int32]) -> TurnGraph:
        """Return the same turns with other times to drive the edges; turn costs stay.

        Arcs onto edges that take `routing.weights.CLOSED_MS` are as long as there is no way.
        """
        return replace(
            self,
            edge_ms=edge_ms,
            outgoing=self._reweighted_arcs(self.outgoing, self.outgoing.state, edge_ms),
            incoming=self._reweighted_arcs(
                self.incoming,
                np.repeat(np.arange(self.n_states), np.diff(self.incoming.ptr)),
                edge_ms,
            ),
        )

    def _reweighted_arcs(
        self, arcs: Arcs, onto: NDArray[np.integer], edge_ms: NDArray[np.int32]
    ) -> Arcs:
        edge = self.state_edge[onto]
        change_ms = edge_ms[edge].astype(np.float64) - self.edge_ms[edge]
        return replace(arcs, weight_ms=arcs.weight_ms + change_ms)

    def states_of(self, edge: int) -> tuple[int, ...]:
        """Return every state whose last edge is ``edge``."""
        return (edge, *self.copies.get(edge, ()))


def build_turn_graph(network: RoadNetwork, costs: TurnCosts = NO_TURN_COSTS) -> TurnGraph:
    """Expand a road network into its turn graph.

    Raises
    ------
    BadData
        When the network has no edge, an edge has no usable time, or a ban names an edge that does
        not exist.
    """
    if network.n_edges == 0:
        raise BadData(
            f"The network {network.name!r} has no roads.",
            remedy="Import an extract that contains roads for cars.",
        )
    _check_bans(network)
    edge_ms = edge_milliseconds(network)
    before, after = _permitted_turns(network)
    automaton = BanAutomaton(network.banned_turns)
    from_state, to_state, state_edge = _with_progress(network.n_edges, before, after, automaton)
    turn_ms = turn_milliseconds(network, costs, state_edge[from_state], state_edge[to_state])
    weight_ms = (turn_ms + edge_ms[state_edge[to_state]]).astype(np.float64)
    n_states = len(state_edge)
    outgoing = _grouped(from_state, to_state, weight_ms, n_states)
    return TurnGraph(
        n_edges=network.n_edges,
        n_states=n_states,
        edge_ms=edge_ms,
        state_edge=state_edge,
        outgoing=outgoing,
        incoming=_grouped(to_state, from_state, weight_ms, n_states),
        copies=_copies(state_edge, network.n_edges),
        connected=_connected_edges(outgoing, state_edge, network.edge_reverse),
    )


def _check_bans(network: RoadNetwork) -> None:
    for ban in network.banned_turns:
        if len(ban) < 2 or min(ban) < 0 or max(ban) >= network.n_edges:
            raise BadData(
                f"The turn ban {ban!r} of {network.name!r} is not a sequence of its edges.",
                remedy="Import the city again.",
            )


def _permitted_turns(network: RoadNetwork) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return the pairs (edge, next edge) that two-edge bans and the U-turn rule leave."""
    before, after = _all_turns(network)
    two_edge_bans = np.array([b for b in network.banned_turns if len(b) == 2], dtype=np.int64)
    keep = np.ones(len(before), dtype=bool)
    if len(two_edge_bans):
        key = before.astype(np.int64) * network.n_edges + after
        keep = ~np.isin(key, two_edge_bans[:, 0] * network.n_edges + two_edge_bans[:, 1])
    before, after = before[keep], after[keep]
    u_turn = network.edge_reverse[before] == after
    onward = np.bincount(before[~u_turn], minlength=network.n_edges)
    keep = ~u_turn | (onward[before] == 0)
    return before[keep], after[keep]


def _all_turns(network: RoadNetwork) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return every pair of edges that meet head to tail, ordered by (first, second)."""
    by_tail = np.argsort(network.edge_from, kind="stable").astype(np.int32)
    n_out = np.bincount(network.edge_from, minlength=network.n_nodes)
    first_out = np.concatenate([[0], np.cumsum(n_out)])[:-1]
    n_next = n_out[network.edge_to]
    before = np.repeat(np.arange(network.n_edges, dtype=np.int32), n_next)
    within = np.arange(len(before)) - np.repeat(np.cumsum(n_next) - n_next, n_next)
    after = by_tail[np.repeat(first_out[network.edge_to], n_next) + within]
    return before, after


def _with_progress(
    n_edges: int, before: NDArray[np.int32], after: NDArray[np.int32], automaton: BanAutomaton
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Redirect turns along longer bans through progress states; return (from, to, state_edge)."""
    progress = automaton.progress_nodes()
    state_of_node = {node: n_edges + i for i, node in enumerate(progress)}
    state_edge = np.concatenate(
        [np.arange(n_edges), np.array([automaton.edge[n] for n in progress], dtype=np.int64)]
    ).astype(np.int32)
    first_edges = automaton.first_edges()
    begins_ban = np.zeros(n_edges, dtype=bool)
    begins_ban[list(first_edges)] = True
    plain = ~begins_ban[before]
    start = np.searchsorted(before, np.arange(n_edges + 1))
    arcs: list[tuple[int, int]] = []
    watched = [(edge, node) for edge, node in first_edges.items()]
    watched += [(state_of_node[node], node) for node in progress]
    for state, node in watched:
        edge = int(state_edge[state])
        for following in after[start[edge] : start[edge + 1]].tolist():
            reached = automaton.after(node, following)
            if not automaton.forbidden[reached]:
                arcs.append((state, state_of_node.get(reached, following)))
    extra = np.array(arcs, dtype=np.int32).reshape(-1, 2)
    return (
        np.concatenate([before[plain], extra[:, 0]]),
        np.concatenate([after[plain], extra[:, 1]]),
        state_edge,
    )


def _grouped(
    key: NDArray[np.int32], other: NDArray[np.int32], weight: NDArray[np.float64], n: int
) -> Arcs:
    order = np.lexsort((other, key))
    ptr = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=n))]).astype(np.int32)
    return Arcs(ptr=ptr, state=other[order], weight_ms=weight[order])


def _copies(state_edge: NDArray[np.int32], n_edges: int) -> dict[int, tuple[int, ...]]:
    found: dict[int, tuple[int, ...]] = {}
    for state in range(n_edges, len(state_edge)):
        edge = int(state_edge[state])
        found[edge] = (*found.get(edge, ()), state)
    return found


def _connected_edges(
    arcs: Arcs, state_edge: NDArray[np.int32], edge_reverse: NDArray[np.int32]
) -> NDArray[np.bool_]:
    # A driver who starts on an edge has no progress along any ban and may do all that one with
    # progress may: an edge counts as connected when any of its states is.
    matrix = csr_array((arcs.weight_ms, arcs.state, arcs.ptr), shape=(len(state_edge),) * 2)
    _, label = connected_components(matrix, directed=True, connection="strong")
    largest = int(np.argmax(np.bincount(label)))
    connected = np.zeros(len(edge_reverse), dtype=bool)
    connected[state_edge[label == largest]] = True
    # Without a place to turn, a ring's two directions are components of their own; a position on a
    # two-way road lies on both, so either of them connects it.
    back = edge_reverse[connected]
    connected[back[back >= 0]] = True
    return connected
