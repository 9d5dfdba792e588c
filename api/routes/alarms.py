"""What a dispatcher must look at."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access import FOR_DISPATCHERS, Dispatcher
from api.models.units import AlarmOut, Alarms
from api.views.units import alarm_out, open_alarms
from api.writing import Repeat, Run
from dispatch.alarms import settle
from dispatch.store import AlarmRow
from kernel.database import WriteSession
from kernel.errors import NotFound

router = APIRouter(prefix="/alarms", tags=["alarms"])

AlarmId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", dependencies=[FOR_DISPATCHERS])
def list_alarms(runtime: Run) -> Alarms:
    """Return alarms nobody has acknowledged, newest first."""
    with runtime.database.read() as session:
        return Alarms(items=open_alarms(session, runtime.region))


@router.post("/{alarm_id}/acknowledge", response_model=AlarmOut)
def acknowledge(alarm_id: AlarmId, who: Dispatcher, repeat: Repeat, runtime: Run) -> Response:
    """Take note of an alarm; doing so twice is harmless."""

    def act(session: WriteSession) -> AlarmOut:
        row = session.get(AlarmRow, alarm_id)
        if row is None or row.region != runtime.region:
            raise NotFound(
                "alarm",
                alarm_id,
                remedy="Load the alarms again.",
                zh=f"没有编号为 {alarm_id} 的警报，请刷新后查看。",
            )
        if row.acknowledged_at is None:
            settle(session, runtime.clock.now(), row, who.name)
        return alarm_out(row)

    return repeat.answer(runtime, who.key, act)
