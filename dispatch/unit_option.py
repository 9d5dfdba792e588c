"""How a unit would do a job that a dispatcher gives to it."""

from __future__ import annotations

from collections.abc import Sequence

from dispatch.job_option import JobOption, options_from_json
from dispatch.lacking import lacking
from dispatch.store import JobRow
from fleet.model import Unit
from kernel.errors import InvalidInput, NotFound


def option_for(job: JobRow, unit: Unit, name: str | None, *, spent_kwh: float = 0.0) -> JobOption:
    """Return the option wished for, or the first the unit can do, the present one before others.

    Parameters
    ----------
    spent_kwh
        What the unit needs for the work that it is at, of the energy that it has left.

    Raises
    ------
    NotFound
        When the job has no option of that name.
    InvalidInput
        When the unit lacks what it needs, or has too little energy left; with what is missing.
    """
    options = options_from_json(job.options)
    if name is not None and name not in {option.name for option in options}:
        raise NotFound(
            "option",
            name,
            remedy=f"Known: {', '.join(o.name for o in options)}.",
            zh=f"没有服务方式“{name}”。可选：{'、'.join(o.label.zh for o in options)}。",
        )
    wished = [option for option in options if name in (None, option.name)]
    able = [option for option in wished if option.needs <= unit.has]
    if not able:
        raise _lacks(unit, wished)
    left_kwh = max(0.0, unit.kwh - spent_kwh)
    stocked = [option for option in able if option.kwh <= left_kwh]
    if not stocked:
        raise InvalidInput.one(
            "/unit_id",
            "rule.stock",
            f"{unit.code} has {left_kwh:g} kWh left, the job takes {able[0].kwh:g}.",
            "Choose another unit or option.",
            zh=f"{unit.code} 剩余 {left_kwh:g} kWh，此任务需要 {able[0].kwh:g} kWh。"
            "请选择其他车辆或服务方式。",
        )
    kept = [option for option in stocked if option.name in (job.option, job.planned_option)]
    return (kept or stocked)[0]


def _lacks(unit: Unit, options: Sequence[JobOption]) -> InvalidInput:
    words = lacking(options, unit.has)
    return InvalidInput.one(
        "/unit_id",
        "rule.no_unit_has",
        f"{unit.code} lacks {', '.join(it.en for it in words)}.",
        "Choose a unit that has it; the candidates say which.",
        zh=f"{unit.code} 缺少：{'、'.join(it.zh for it in words)}。请从“可派车辆”中选择。",
    )
