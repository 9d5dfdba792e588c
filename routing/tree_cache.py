"""A bounded, thread-safe memory of shortest-path trees, the least recently used forgotten first."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

Tree = NDArray[np.int32]


class TreeCache:
    """Trees by key; holds at most ``max_bytes`` of them.

    Trees are shared between threads and marked read-only.
    """

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._trees: OrderedDict[Hashable, Tree] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._trees)

    @property
    def n_bytes(self) -> int:
        """Memory held by the trees."""
        return self._n_bytes

    def get(self, key: Hashable) -> Tree | None:
        """Return the tree of a key and remember that it was used, or None."""
        with self._lock:
            tree = self._trees.get(key)
            if tree is not None:
                self._trees.move_to_end(key)
            return tree

    def put(self, key: Hashable, tree: Tree) -> None:
        """Keep a tree, forgetting the oldest ones where the room is short."""
        tree.flags.writeable = False
        with self._lock:
            replaced = self._trees.pop(key, None)
            self._n_bytes += tree.nbytes - (0 if replaced is None else replaced.nbytes)
            self._trees[key] = tree
            while self._n_bytes > self.max_bytes and self._trees:
                _, forgotten = self._trees.popitem(last=False)
                self._n_bytes -= forgotten.nbytes
