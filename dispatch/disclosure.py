"""Who sees a caller's telephone number: one table, and nothing else decides.

``full`` is seen as it is, ``masked`` as 138****1234, ``hidden`` not at all. ``on_request`` is
masked until somebody asks for it with a reason; the log keeps who asked, for what and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dispatch.phone import mask_phone

Viewer = Literal[
    "call_taker", "dispatcher", "technician", "provider", "planner", "admin", "owner", "webhook"
]
Disclosure = Literal["full", "on_request", "masked", "hidden"]

WITH_THE_JOB_IN_HAND: Mapping[Viewer, Disclosure] = {
    "call_taker": "on_request",  # calls back
    "dispatcher": "on_request",
    "technician": "full",  # must find and reach the person now
    "provider": "full",  # has accepted, and sends its own crew
    "planner": "hidden",
    "admin": "hidden",
    "owner": "hidden",  # a link may be passed on
    "webhook": "hidden",
}
"""While the viewer works on this very incident."""

OTHERWISE: Mapping[Viewer, Disclosure] = {
    **WITH_THE_JOB_IN_HAND,
    "technician": "masked",  # planned for later, or done
    "provider": "hidden",  # asked, and has not accepted
}
"""At any other time."""


def shown_phone(viewer: Viewer, e164: str, *, in_hand: bool = False) -> str | None:
    """Return a number as the viewer sees it; ``None`` when not at all."""
    disclosed = (WITH_THE_JOB_IN_HAND if in_hand else OTHERWISE)[viewer]
    if disclosed == "hidden":
        return None
    return e164 if disclosed == "full" else mask_phone(e164)


def may_ask(viewer: Viewer) -> bool:
    """Return whether the viewer is told the number on request."""
    return OTHERWISE[viewer] == "on_request"
