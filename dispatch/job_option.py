"""Ways to do a job, as they are stored; what of them cannot be read holds up nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kernel.errors import InvalidInput
from kernel.position import Position
from kernel.words import Words


class JobKind(StrEnum):
    """What is done."""

    REPAIR = "repair"
    BOOST = "boost"
    TOW = "tow"
    TRANSFER = "transfer"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """How long work takes on site: mean and ninth decile, seconds."""

    mean_s: int
    p90_s: int


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a car is brought, and how long handing it over takes."""

    name: str
    position: Position
    service_s: int
    centre_id: int | None = None


@dataclass(frozen=True, slots=True)
class JobOption:
    """One way to do a job; exactly one option of a job is carried out.

    Attributes
    ----------
    name
        Stable within the job: ``boost``, ``tow:3`` (3 is the service centre's id).
    needs
        Skills and equipment the unit must have, all of them.
    service
        At the car.
    destination
        Where the car goes, for tows and transfers; ``None`` for work on the spot.
    is_stand_in
        Whether it stands for one that cannot be read.
    """

    name: str
    kind: JobKind
    label: Words
    needs: frozenset[str]
    service: ServiceTime
    price_cny: float = 0.0
    kwh: float = 0.0
    destination: Destination | None = None
    is_stand_in: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the stored form; `options_from_json` reads it back."""
        goal = self.destination
        return {
            "name": self.name,
            "kind": self.kind.value,
            "label": self.label.as_dict(),
            "needs": sorted(self.needs),
            "service": [self.service.mean_s, self.service.p90_s],
            "price_cny": self.price_cny,
            "kwh": self.kwh,
            "destination": None
            if goal is None
            else {
                "name": goal.name,
                "lon": goal.position.lon,
                "lat": goal.position.lat,
                "service_s": goal.service_s,
                "centre_id": goal.centre_id,
            },
        }


def _option_from_json(raw: Any) -> JobOption:
    goal = raw["destination"]
    return JobOption(
        name=raw["name"],
        kind=JobKind(raw["kind"]),
        label=Words(**raw["label"]),
        needs=frozenset(raw["needs"]),
        service=ServiceTime(*raw["service"]),
        price_cny=raw["price_cny"],
        kwh=raw["kwh"],
        destination=None
        if goal is None
        else Destination(
            goal["name"], Position(goal["lon"], goal["lat"]), goal["service_s"], goal["centre_id"]
        ),
    )


UNREADABLE = "unreadable"
"""What an option needs that cannot be read: nobody has it, so that nobody is sent by guess."""

_MOST_WORK_S = 7 * 24 * 3600
_MOST_CNY = 1e6
_MOST_KWH = 1e4


def options_from_json(
    stored: Any, *, in_work: str | None = None, planned: str | None = None
) -> tuple[JobOption, ...]:
    """Return the options that `JobOption.as_json` wrote, those of the two names among them.

    What cannot be read keeps nobody from the rest: an option stands in its place that needs
    `UNREADABLE`. The one ``in_work`` needs nothing: its unit has set out, and is known to be busy.
    """
    raws = stored if isinstance(stored, list) and stored else [None]
    read = [_readable(raw) for raw in raws]
    kept = [_stand_in(name) for name in (in_work, planned) if name is not None]
    options = {option.name: option for option in reversed([*read, *kept])}  # the first of a name
    return tuple(
        replace(it, needs=it.needs - {UNREADABLE}) if it.name == in_work else it
        for it in reversed(options.values())
    )


def are_unreadable(options: tuple[JobOption, ...]) -> bool:
    """Return whether none of a job's options can be read."""
    return all(option.is_stand_in for option in options)


def _readable(raw: Any) -> JobOption:
    try:
        option = _option_from_json(raw)
        if _is_sound(option):
            return option
    except (LookupError, TypeError, ValueError, AttributeError, InvalidInput):
        pass
    return _stand_in(raw.get("name") if isinstance(raw, dict) else None)


def _is_sound(option: JobOption) -> bool:
    goal, service = option.destination, option.service
    works_s = [service.mean_s, service.p90_s, *([] if goal is None else [goal.service_s])]
    texts = [option.name, option.label.zh, option.label.en, *option.needs]
    return (
        all(type(it) is str for it in texts)
        and all(type(it) is int and 0 <= it <= _MOST_WORK_S for it in works_s)
        and 0 <= option.price_cny <= _MOST_CNY
        and 0 <= option.kwh <= _MOST_KWH
    )


def _stand_in(name: object) -> JobOption:
    return JobOption(
        name=name if isinstance(name, str) else UNREADABLE,
        kind=JobKind.REPAIR,
        label=Words(zh="服务方式数据有误，请询问调度", en="Unreadable: ask the dispatcher"),
        needs=frozenset({UNREADABLE}),
        service=ServiceTime(mean_s=1800, p90_s=3600),
        is_stand_in=True,
    )
