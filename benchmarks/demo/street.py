"""The street: what a technician finds at a car, and nothing the service could read."""

from __future__ import annotations

from benchmarks.demo.world import Call, Truth

_ORDINARY = Truth(
    repair_s=1200,
    loading_s=840,
    unload_s=540,
    travel_factor=1.0,
    reaction_s=20,
    cancel_after_s=None,
)


class Street:
    """Which call stands behind which incident."""

    def __init__(self) -> None:
        self.calls: dict[int, Call] = {}

    def stands(self, incident_id: int, call: Call) -> None:
        """Remember the car of an incident; a merged second call changes nothing."""
        self.calls.setdefault(incident_id, call)

    def truth(self, incident_id: int | None) -> Truth:
        """Return what is true at the car; incidents of other callers are ordinary."""
        call = self.calls.get(incident_id) if incident_id is not None else None
        return call.truth if call else _ORDINARY
