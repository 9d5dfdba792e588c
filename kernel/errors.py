"""Every error Roadflare raises on purpose, in one tree.

::

    RoadflareError
    ├── InvalidInput          one or more faults in what was given        (422)
    ├── NotAuthenticated      no valid token                              (401)
    ├── NotAllowed            a valid token without the right             (403)
    ├── TooManyRequests       later, please                               (429)
    ├── ReadFirst             say which state of it you have read           (428)
    ├── NotFound              no such thing, or not yours to see          (404)
    ├── Conflict              the world has moved on                      (409)
    │   ├── StalePlan         the plan in force is newer than yours
    │   ├── ChangedMeanwhile  somebody else changed what you are changing (412)
    │   ├── JobTaken          the unit or the job already has a partner
    │   ├── TooLate           the ETA is later than somebody is needed
    │   ├── IllegalTransition the state machine forbids this move
    │   └── DatabaseInUse     another process holds this SQLite file
    ├── RoutingError          travel cannot be computed                   (422)
    │   ├── OutsideNetwork    the place is too far from any road
    │   └── Unreachable       no way leads there
    ├── BadData               a file is broken, clipped or of another kind
    └── ExternalServiceError  something outside did not answer            (503)

Messages name the offending value and the remedy. ``zh`` says both in the words of a Chinese control
room, for all that a page may show; what only planners and administrators meet may go without. HTTP
status codes live in one table in ``api``.
Infeasibility is never an exception: it is a result (``plan.unassigned``).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.words import Words


class RoadflareError(Exception):
    """Root of the tree; ``code`` is stable and machine-readable, the message is for people."""

    code = "error"

    def __init__(self, message: str, *, remedy: str = "", zh: str = "") -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy
        self.zh = zh

    @property
    def text(self) -> Words:
        """What is wrong and what to do; English in both where nothing was written in Chinese."""
        return _text(str(self), self.zh)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input.

    Attributes
    ----------
    pointer
        JSON pointer into the input, e.g. ``/location/lat``; empty for the whole.
    code
        Stable code, e.g. ``vin.alphabet``.
    message
        What is wrong, naming the value.
    remedy
        What to do instead.
    zh
        Both in Chinese.
    """

    pointer: str
    code: str
    message: str
    remedy: str = ""
    zh: str = ""

    @property
    def text(self) -> Words:
        """What is wrong and what to do; English in both where nothing was written in Chinese."""
        return _text(f"{self.message} {self.remedy}".strip(), self.zh)


def _text(en: str, zh: str) -> Words:
    return Words(zh=zh or en, en=en)


class InvalidInput(RoadflareError):
    """All faults of one input, gathered."""

    code = "invalid_input"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        if not self.faults:
            raise ValueError("InvalidInput needs at least one fault")
        super().__init__(
            "; ".join(f"{f.pointer or '/'}: {f.message} {f.remedy}".strip() for f in self.faults)
        )

    @classmethod
    def one(
        cls, pointer: str, code: str, message: str, remedy: str = "", zh: str = ""
    ) -> InvalidInput:
        """Return the error for a single fault."""
        return cls([Fault(pointer, code, message, remedy, zh)])

    @property
    def text(self) -> Words:
        """What is wrong with each member, without the pointers."""
        texts = [fault.text for fault in self.faults]
        return Words(zh="".join(it.zh for it in texts), en=" ".join(it.en for it in texts))


class NotAuthenticated(RoadflareError):
    """No valid token was presented."""

    code = "not_authenticated"


class NotAllowed(RoadflareError):
    """The token is valid but does not carry the right."""

    code = "not_allowed"


class TooManyRequests(RoadflareError):
    """Nothing is wrong with the request but that there are too many; ``wait_s`` says for how long.

    Answered as ``Retry-After``.
    """

    code = "too_many_requests"

    def __init__(
        self, message: str, *, remedy: str = "", zh: str = "", wait_s: float = 1.0
    ) -> None:
        super().__init__(message, remedy=remedy, zh=zh)
        self.wait_s = wait_s


class ReadFirst(RoadflareError):
    """A change to something that does not tell which state of it was read."""

    code = "precondition_required"


class NotFound(RoadflareError):
    """There is no such thing, or it is not yours to see."""

    code = "not_found"

    def __init__(self, kind: str, key: object, *, remedy: str, zh: str = "") -> None:
        super().__init__(f"There is no {kind} {key!r}.", remedy=remedy, zh=zh)
        self.kind = kind
        self.key = key


class Conflict(RoadflareError):
    """The request was fine when it was thought of, but the world has moved on."""

    code = "conflict"


class StalePlan(Conflict):
    """The plan in force is newer than the one the change was based on."""

    code = "stale_plan"


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the very thing since it was read."""

    code = "changed_meanwhile"


class JobTaken(Conflict):
    """The unit already has an active job, or the job already has a unit."""

    code = "job_taken"


class TooLate(Conflict):
    """The ETA is later than the offer asks for."""

    code = "too_late"


class IllegalTransition(Conflict):
    """A state machine forbids the move."""

    code = "illegal_transition"


class DatabaseInUse(Conflict):
    """Another process already holds this embedded database."""

    code = "database_in_use"


class RoutingError(RoadflareError):
    """Travel cannot be computed."""

    code = "routing"


class OutsideNetwork(RoutingError):
    """The place is too far from any road of the network."""

    code = "outside_network"


class Unreachable(RoutingError):
    """No way leads from the one place to the other."""

    code = "unreachable"


class BadData(RoadflareError):
    """A file is broken, clipped or not what it claims to be."""

    code = "bad_data"


class ExternalServiceError(RoadflareError):
    """Something outside did not answer, or answered nonsense."""

    code = "external_service"
