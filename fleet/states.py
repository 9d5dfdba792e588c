"""The states of a unit and the moves between them: one table, nothing else is legal."""

from __future__ import annotations

from enum import StrEnum

from kernel.state_machine import StateMachine


class UnitState(StrEnum):
    """What a unit is doing."""

    OFF_SHIFT = "off_shift"
    IDLE = "idle"
    PAUSED = "paused"
    ROLLING = "rolling"
    ON_SITE = "on_site"
    LOADED = "loaded"


class UnitMove(StrEnum):
    """What can happen to a unit."""

    START_SHIFT = "start_shift"
    END_SHIFT = "end_shift"
    PAUSE = "pause"
    RESUME = "resume"
    ROLL = "roll"
    ARRIVE = "arrive"
    STAND_DOWN = "stand_down"
    LOAD = "load"
    FINISH = "finish"
    NOT_THERE = "not_there"


UNIT_MACHINE: StateMachine[UnitState, UnitMove] = StateMachine(
    "unit",
    {
        UnitState.OFF_SHIFT: {UnitMove.START_SHIFT: UnitState.IDLE},
        UnitState.IDLE: {
            UnitMove.ROLL: UnitState.ROLLING,
            UnitMove.PAUSE: UnitState.PAUSED,
            UnitMove.END_SHIFT: UnitState.OFF_SHIFT,
        },
        UnitState.PAUSED: {
            UnitMove.RESUME: UnitState.IDLE,
            UnitMove.END_SHIFT: UnitState.OFF_SHIFT,
        },
        UnitState.ROLLING: {
            UnitMove.ARRIVE: UnitState.ON_SITE,
            UnitMove.STAND_DOWN: UnitState.IDLE,
            UnitMove.ROLL: UnitState.ROLLING,  # diverted to another job
        },
        UnitState.ON_SITE: {
            UnitMove.LOAD: UnitState.LOADED,
            UnitMove.FINISH: UnitState.IDLE,
            UnitMove.NOT_THERE: UnitState.ROLLING,  # the arrival was reported by mistake
        },
        UnitState.LOADED: {UnitMove.FINISH: UnitState.IDLE},
    },
    {
        "unit": "车辆",
        UnitState.OFF_SHIFT: "未出勤",
        UnitState.IDLE: "待命",
        UnitState.PAUSED: "暂停",
        UnitState.ROLLING: "行驶中",
        UnitState.ON_SITE: "作业中",
        UnitState.LOADED: "载车中",
        UnitMove.START_SHIFT: "开始班次",
        UnitMove.END_SHIFT: "结束班次",
        UnitMove.PAUSE: "休息",
        UnitMove.RESUME: "恢复工作",
        UnitMove.ROLL: "出发",
        UnitMove.ARRIVE: "报告到达",
        UnitMove.NOT_THERE: "撤回到达",
        UnitMove.STAND_DOWN: "撤回",
        UnitMove.LOAD: "装车",
        UnitMove.FINISH: "完成任务",
    },
)
"""Diverting a rolling unit is ``roll`` again; a unit that has arrived must finish first."""
