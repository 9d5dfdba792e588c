"""A contractor: answers offers with an ETA or a reason, arrives, and is done."""

from __future__ import annotations

import zlib
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from benchmarks.demo.connection import Connection, Refused
from benchmarks.demo.timeline import Timeline

LOOK_EVERY_S = 30
_REJECT_SHARE = 0.2
_TAKEN = frozenset({403, 404, 409})


def topic(user: str) -> str:
    """Return the notice topic of a contractor's desk."""
    return f"contractor:{user}"


async def answer_offers(timeline: Timeline, desk: Connection, user: str, seed: int) -> None:
    """Look at the offers for ever; each accepted one lives on by itself."""
    seen: set[int] = set()
    while True:
        offers = await desk.get("/provider/offers")
        for offer in offers["items"]:
            if offer["state"] == "offered" and offer["id"] not in seen:
                seen.add(offer["id"])
                timeline.spawn(_answer(timeline, desk, offer, seed))
        await timeline.wait(timeline.now() + timedelta(seconds=LOOK_EVERY_S), topic(user))


async def _answer(timeline: Timeline, desk: Connection, offer: dict[str, Any], seed: int) -> None:
    rng = np.random.default_rng([seed, zlib.crc32(str(offer["incident_number"]).encode())])
    await timeline.wait(timeline.now() + timedelta(seconds=int(rng.integers(20, 80))))
    path = f"/provider/offers/{offer['id']}"
    try:
        if rng.random() < _REJECT_SHARE:
            await desk.post(f"{path}/reject", {"reason": "No truck free within an hour."})
            return
        eta_min = int(rng.integers(20, 50))
        if _is_too_late(timeline.now() + timedelta(minutes=eta_min), offer["needed_by_at"]):
            await desk.post(f"{path}/reject", {"reason": "No truck free that near."})
            return
        await desk.post(f"{path}/accept", {"eta_min": eta_min})
        late = float(rng.normal(1.05, 0.1))
        await timeline.wait(timeline.now() + timedelta(minutes=eta_min * max(0.7, late)))
        await desk.post(f"{path}/status", {"status": "arrived"})
        await timeline.wait(timeline.now() + timedelta(seconds=int(rng.integers(900, 2400))))
        await desk.post(f"{path}/status", {"status": "done"})
    except Refused as refused:
        if refused.status not in _TAKEN:  # expired, cancelled, or an own unit was there first
            raise


def _is_too_late(eta_at: datetime, needed_by_at: str | None) -> bool:
    return needed_by_at is not None and eta_at > datetime.fromisoformat(needed_by_at)
