"""RFC 9457 problem details, the one shape of every error."""

from __future__ import annotations

from field_app.wire import Bilingual, WireModel


class FaultOut(WireModel):
    """One thing wrong with an input; ``pointer`` is a JSON pointer (RFC 6901) into the body.

    ``text`` is message and remedy, for people.
    """

    pointer: str
    code: str
    message: str
    remedy: str
    text: Bilingual


class Problem(WireModel):
    """Why a request was not done, and what to do about it; ``text`` is both, for people."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    remedy: str
    text: Bilingual
    faults: list[FaultOut]
