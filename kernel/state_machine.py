"""An explicit state machine: one table of moves; whatever is not in it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from kernel.errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


class StateMachine(Generic[S, M]):
    """States and the moves between them.

    Parameters
    ----------
    noun
        What has the state, for messages: ``unit``, ``job`` ...
    table
        ``table[state][move]`` is the state after the move. Every state is a key; a state without
        moves is final.
    zh
        The noun, each state and each move in Chinese.
    """

    def __init__(self, noun: str, table: Mapping[S, Mapping[M, S]], zh: Mapping[str, str]) -> None:
        self.noun = noun
        self.table = {state: dict(moves) for state, moves in table.items()}
        self.zh = dict(zh)
        reached = {after for moves in table.values() for after in moves.values()}
        if missing := reached - self.table.keys():
            raise ValueError(f"{noun}: states without a row in the table: {sorted(missing)}")
        moves = {move for row in table.values() for move in row}
        if unsaid := {noun, *map(str, table), *map(str, moves)} - self.zh.keys():
            raise ValueError(f"{noun}: not said in Chinese: {sorted(unsaid)}")

    def legal(self, state: S) -> tuple[M, ...]:
        """Return the moves that are legal in ``state``, in the table's order."""
        return tuple(self.table[state])

    def after(self, state: S, move: M, *, who: str = "") -> S:
        """Return the state after ``move``.

        Parameters
        ----------
        who
            Which one, for the message: ``T-07``.

        Raises
        ------
        IllegalTransition
            When the table has no such move; the message names state, move and the legal moves.
        """
        try:
            return self.table[state][move]
        except KeyError:
            legal = ", ".join(self.legal(state))
            legal_zh = "、".join(self.zh[it] for it in self.legal(state))
            raise IllegalTransition(
                f"{self.noun} {who}".strip() + f" is {state}: {move} is not possible.",
                remedy=f"Legal now: {legal}." if legal else "This state is final.",
                zh=f"{self.zh[self.noun]} {who}".strip()
                + f" 当前为“{self.zh[state]}”，不能{self.zh[move]}。"
                + (f"此时可以：{legal_zh}。" if legal else ""),
            ) from None
