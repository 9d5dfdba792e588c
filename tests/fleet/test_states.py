from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fleet.states import UNIT_MACHINE, UnitMove, UnitState
from kernel.errors import IllegalTransition

S, M = UnitState, UnitMove

CONTRACT = {
    (S.OFF_SHIFT, M.START_SHIFT): S.IDLE,
    (S.IDLE, M.ROLL): S.ROLLING,
    (S.IDLE, M.PAUSE): S.PAUSED,
    (S.IDLE, M.END_SHIFT): S.OFF_SHIFT,
    (S.PAUSED, M.RESUME): S.IDLE,
    (S.PAUSED, M.END_SHIFT): S.OFF_SHIFT,
    (S.ROLLING, M.ARRIVE): S.ON_SITE,
    (S.ROLLING, M.STAND_DOWN): S.IDLE,
    (S.ROLLING, M.ROLL): S.ROLLING,
    (S.ON_SITE, M.LOAD): S.LOADED,
    (S.ON_SITE, M.FINISH): S.IDLE,
    (S.ON_SITE, M.NOT_THERE): S.ROLLING,
    (S.LOADED, M.FINISH): S.IDLE,
}


@pytest.mark.parametrize("state", list(S))
@pytest.mark.parametrize("move", list(M))
def test_a_move_is_legal_exactly_when_the_contract_lists_it(state: S, move: M) -> None:
    if (state, move) in CONTRACT:
        assert UNIT_MACHINE.after(state, move) is CONTRACT[state, move]
    else:
        with pytest.raises(IllegalTransition):
            UNIT_MACHINE.after(state, move)


def test_a_refusal_names_unit_state_move_and_what_is_legal() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        UNIT_MACHINE.after(S.ON_SITE, M.PAUSE, who="T-07")
    assert str(refusal.value) == (
        "unit T-07 is on_site: pause is not possible. Legal now: load, finish, not_there."
    )


class UnitWalk(RuleBasedStateMachine):
    """Any sequence of moves, legal or not, against a model that counts instead of naming states."""

    @initialize()
    def start(self) -> None:
        self.state = S.OFF_SHIFT
        self.on_duty = self.has_job = self.at_car = False

    @rule(move=st.sampled_from(list(M)))
    def try_any_move(self, move: M) -> None:
        legal = UNIT_MACHINE.legal(self.state)
        try:
            self.state = UNIT_MACHINE.after(self.state, move)
        except IllegalTransition:
            assert move not in legal
            return
        assert move in legal
        self._follow(move)

    @precondition(lambda self: self.state is not S.OFF_SHIFT)
    @rule()
    def every_state_leads_home(self) -> None:
        for move in (M.ARRIVE, M.FINISH, M.RESUME, M.END_SHIFT):
            if move in UNIT_MACHINE.legal(self.state):
                self.state = UNIT_MACHINE.after(self.state, move)
                self._follow(move)
        assert self.state is S.OFF_SHIFT

    def _follow(self, move: M) -> None:
        if move is M.START_SHIFT:
            self.on_duty = True
        elif move is M.END_SHIFT:
            self.on_duty = False
        elif move is M.ROLL:
            self.has_job = True
        elif move is M.ARRIVE:
            self.at_car = True
        elif move is M.NOT_THERE:
            self.at_car = False
        elif move in (M.FINISH, M.STAND_DOWN):
            self.has_job = self.at_car = False

    @invariant()
    def state_says_what_happened(self) -> None:
        assert (self.state is not S.OFF_SHIFT) == self.on_duty
        assert (self.state in (S.ROLLING, S.ON_SITE, S.LOADED)) == self.has_job
        assert (self.state in (S.ON_SITE, S.LOADED)) == self.at_car


UnitWalk.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestUnitWalk = UnitWalk.TestCase
