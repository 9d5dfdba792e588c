"""Banned sequences of edges as an automaton: how far along which ban a driver is.

The longest ban prefix that the edges driven so far end with is all that must be remembered (Aho and
Corasick, *Efficient string matching*, 1975). A prefix of one edge needs no memory beyond the edge
itself; every longer one becomes a progress state of the turn graph.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

ROOT = 0
"""No ban has begun."""


class BanAutomaton:
    """Aho–Corasick automaton over edge numbers.

    Parameters
    ----------
    bans
        Edge sequences that may not be driven one directly after the other, two edges or more.

    Attributes
    ----------
    depth
        Per automaton node, the number of edges of its prefix.
    edge
        Per automaton node, the last edge of its prefix (-1 at the root).
    forbidden
        Per automaton node, whether the edges driven end with a whole ban.
    """

    def __init__(self, bans: Iterable[tuple[int, ...]]) -> None:
        self.depth = [0]
        self.edge = [-1]
        self.forbidden = [False]
        self._children: list[dict[int, int]] = [{}]
        for ban in bans:
            self._add(ban)
        self._fall_back = [ROOT] * len(self.depth)
        self._link()

    def _add(self, ban: tuple[int, ...]) -> None:
        node = ROOT
        for edge in ban:
            child = self._children[node].get(edge)
            if child is None:
                child = len(self.depth)
                self._children[node][edge] = child
                self._children.append({})
                self.depth.append(self.depth[node] + 1)
                self.edge.append(edge)
                self.forbidden.append(False)
            node = child
        self.forbidden[node] = True

    def _link(self) -> None:
        """Set where each node falls back to, breadth first, and inherit what is forbidden there."""
        waiting = deque(self._children[ROOT].values())
        while waiting:
            node = waiting.popleft()
            for edge, child in self._children[node].items():
                self._fall_back[child] = self.after(self._fall_back[node], edge)
                self.forbidden[child] |= self.forbidden[self._fall_back[child]]
                waiting.append(child)

    def after(self, node: int, edge: int) -> int:
        """Return the automaton node after driving ``edge`` next."""
        while True:
            child = self._children[node].get(edge)
            if child is not None:
                return child
            if node == ROOT:
                return ROOT
            node = self._fall_back[node]

    def first_edges(self) -> dict[int, int]:
        """Return the edges that begin a ban, each with its automaton node."""
        return dict(self._children[ROOT])

    def progress_nodes(self) -> list[int]:
        """Return the nodes that need a state of their own: two edges or more, not forbidden."""
        return [n for n, depth in enumerate(self.depth) if depth >= 2 and not self.forbidden[n]]
