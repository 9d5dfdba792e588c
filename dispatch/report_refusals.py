"""Why a technician's report is not applied: a stable code, and what the phone says of it."""

from __future__ import annotations

from enum import StrEnum

from kernel.words import Words


class ReportRefusal(StrEnum):
    """Code of a refusal; it is stored with the report, and phones go by it."""

    ELSEWHERE = "report.elsewhere"
    CANCELLED = "report.cancelled"
    BEGUN = "report.begun"
    LOADED = "report.loaded"
    OVER = "report.over"
    NO_LOAD = "report.no_load"
    OFF_SHIFT = "report.off_shift"
    WORKED = "report.worked"
    STANDS = "report.stands"

    @property
    def words(self) -> Words:
        """What the technician is told.

        Phones from before there were codes know the English sentences: reword none of them.
        """
        return _WORDS[self]


_WORDS = {
    ReportRefusal.ELSEWHERE: Words(
        zh="该任务已不归本车：已被收回或改派其他车辆。",
        en="The job is not with this unit any more: it was withdrawn or given to another one.",
    ),
    ReportRefusal.CANCELLED: Words(zh="该任务已取消。", en="The job was cancelled."),
    ReportRefusal.BEGUN: Words(
        zh="作业已开始，不能拒单，请改报“无法完成”。",
        en="The work has begun: it can be reported as not possible, not declined.",
    ),
    ReportRefusal.LOADED: Words(
        zh="车辆已装车，请改报“无法完成”。",
        en="The car is loaded: it can be reported as not possible, not as gone.",
    ),
    ReportRefusal.OVER: Words(zh="该任务已结束。", en="The job is over already."),
    ReportRefusal.NO_LOAD: Words(
        zh="该任务在现场完成，无需装车。",
        en="The job is done on the spot: there is nothing to load.",
    ),
    ReportRefusal.WORKED: Words(
        zh="作业已继续，不能再撤回“已到车旁”。",
        en="The work has gone on: the arrival stands.",
    ),
    ReportRefusal.STANDS: Words(
        zh="到达已上报超过 10 分钟，不能自行撤回，请联系调度。",
        en="It was reported more than 10 minutes before: call dispatch to take it back.",
    ),
    ReportRefusal.OFF_SHIFT: Words(
        zh="车辆未出勤，请先开始班次。", en="The unit is off shift: start the shift first."
    ),
}
