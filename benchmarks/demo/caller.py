"""Motorists: they call, they watch their link, a few give up."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.demo.connection import Connection, Refused
from benchmarks.demo.street import Street
from benchmarks.demo.timeline import Timeline
from benchmarks.demo.world import Call

_GONE_STAGES = frozenset({"at_car", "towing", "done", "cancelled"})
_CONFLICT = 409


async def make_calls(
    timeline: Timeline, hotline: Connection, street: Street, calls: tuple[Call, ...]
) -> None:
    """Make each call at its time; every caller then lives on by itself."""
    for call in calls:
        await timeline.wait(call.at)
        timeline.spawn(_caller(timeline, hotline, street, call))


async def _caller(timeline: Timeline, hotline: Connection, street: Street, call: Call) -> None:
    answer = await hotline.post("/incidents", call.intake(), key=f"call-{call.number}")
    street.stands(int(answer["id"]), call)
    if call.truth.cancel_after_s is None or answer["state"] == "closed":
        return
    key = str(answer["track_url"]).rstrip("/").rsplit("/", 1)[-1]
    await timeline.wait(call.at + timedelta(seconds=call.truth.cancel_after_s))
    await _give_up(hotline, key)


async def _give_up(hotline: Connection, key: str) -> None:
    """Cancel by the owner's link, unless somebody is at the car by now."""
    owner = Connection(hotline.client, None, hotline.patience)
    view = await owner.get(f"/track/{key}")
    if view["stage"] in _GONE_STAGES or not view["can_cancel"]:
        return
    try:
        await owner.post(f"/track/{key}/cancel", {"reason": "The car starts again."})
    except Refused as refused:
        if refused.status != _CONFLICT:  # somebody arrived in the same second
            raise
