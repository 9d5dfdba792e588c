"""Work that serves an incident or an appointment: its values, states and moves."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from dispatch.core.model import Lock
from dispatch.job_option import JobOption
from kernel.position import Position
from kernel.state_machine import StateMachine


class JobState(StrEnum):
    """How far the work has come."""

    OPEN = "open"
    ORDERED = "ordered"
    ROLLING = "rolling"
    ON_SITE = "on_site"
    LOADED = "loaded"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class JobMove(StrEnum):
    """What can happen to a job."""

    ORDER = "order"
    WITHDRAW = "withdraw"
    DECLINE = "decline"
    ROLL = "roll"
    ARRIVE = "arrive"
    LOAD = "load"
    FINISH = "finish"
    CANCEL = "cancel"
    FAIL = "fail"
    NOT_THERE = "not_there"


_S, _M = JobState, JobMove

JOB_MACHINE: StateMachine[JobState, JobMove] = StateMachine(
    "job",
    {
        _S.OPEN: {_M.ORDER: _S.ORDERED, _M.CANCEL: _S.CANCELLED, _M.FAIL: _S.FAILED},
        _S.ORDERED: {
            _M.ROLL: _S.ROLLING,
            _M.WITHDRAW: _S.OPEN,
            _M.DECLINE: _S.OPEN,
            _M.CANCEL: _S.CANCELLED,
            _M.FAIL: _S.FAILED,
        },
        _S.ROLLING: {
            _M.ARRIVE: _S.ON_SITE,
            _M.WITHDRAW: _S.OPEN,  # diverted, at a named price
            _M.DECLINE: _S.OPEN,  # the unit broke down on the way
            _M.CANCEL: _S.CANCELLED,
            _M.FAIL: _S.FAILED,
        },
        _S.ON_SITE: {
            _M.LOAD: _S.LOADED,
            _M.FINISH: _S.DONE,
            _M.NOT_THERE: _S.ROLLING,  # the arrival was reported by mistake
            _M.CANCEL: _S.CANCELLED,
            _M.FAIL: _S.FAILED,
        },
        _S.LOADED: {_M.FINISH: _S.DONE, _M.FAIL: _S.FAILED},
        _S.DONE: {},
        _S.CANCELLED: {},
        _S.FAILED: {},
    },
    {
        "job": "任务",
        _S.OPEN: "已计划",
        _S.ORDERED: "已派单",
        _S.ROLLING: "前往中",
        _S.ON_SITE: "已到场",
        _S.LOADED: "已装车",
        _S.DONE: "已完成",
        _S.CANCELLED: "已取消",
        _S.FAILED: "未成功",
        _M.ORDER: "派单",
        _M.WITHDRAW: "收回",
        _M.DECLINE: "拒单",
        _M.ROLL: "出发",
        _M.ARRIVE: "报告到达",
        _M.NOT_THERE: "撤回到达",
        _M.LOAD: "装车",
        _M.FINISH: "完成",
        _M.CANCEL: "取消",
        _M.FAIL: "报告无法完成",
    },
)

ACTIVE = frozenset({_S.ORDERED, _S.ROLLING, _S.ON_SITE, _S.LOADED})
"""A unit is bound; at most one such job per unit, by a database constraint."""

FINAL = frozenset({_S.DONE, _S.CANCELLED, _S.FAILED})
"""Nothing is left to be done."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is stored. Times are aware UTC.

    Attributes
    ----------
    purpose
        ``rescue``, ``fetch``, ``return`` or ``installation``.
    position, place_text
        Where the first visit is.
    target_at
        Latest arrival that keeps the promise (soft).
    earliest_at, latest_at
        Window for the start of work, both inclusive; ``None``: no such bound.
    planned_unit_id, planned_option, planned_sequence, planned_arrival_at
        What the plan in force says; ``planned_sequence`` counts from 0 within the unit.
    unit_id, option
        The unit that has the order, and how it does the job; ``None`` while open.
    declined_by
        Units that have refused it.
    version
        Grows with every change: a plan made from an older version is stale for this job.
    """

    id: int
    region: str
    incident_id: int | None
    appointment_id: int | None
    purpose: str
    state: JobState
    options: tuple[JobOption, ...]
    position: Position
    place_text: str
    priority: int
    target_at: datetime
    earliest_at: datetime | None
    latest_at: datetime | None
    lock: Lock
    planned_unit_id: int | None
    planned_option: str | None
    planned_sequence: int | None
    planned_arrival_at: datetime | None
    unit_id: int | None
    option: str | None
    created_at: datetime
    ordered_at: datetime | None
    accepted_at: datetime | None
    rolling_at: datetime | None
    arrived_at: datetime | None
    loaded_at: datetime | None
    done_at: datetime | None
    version: int
    declined_by: frozenset[int] = field(default_factory=frozenset)

    @property
    def is_active(self) -> bool:
        """Whether a unit is bound to it."""
        return self.state in ACTIVE

    def taken_back(self) -> Job:
        """Return what becomes of it once it is taken from a unit that is on its way to it.

        Whose it was is still known: ``planned_unit_id``.
        """
        return replace(
            self,
            state=JobState.OPEN,
            lock=Lock.FREE,
            planned_unit_id=self.unit_id,
            planned_option=None,
            unit_id=None,
            option=None,
        )

    def option_named(self, name: str | None) -> JobOption:
        """Return the option of that name (``None``: the first); KeyError when there is none."""
        if name is None:
            return self.options[0]
        return {option.name: option for option in self.options}[name]
