"""Every price and time the live dispatcher is tuned by: its name, its unit, and the reason for it.

The values live in ``settings.toml`` beside this file; a region may give its own copy.
"""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from kernel.errors import Fault, InvalidInput

DEFAULT_FILE = Path(__file__).with_name("settings.toml")

CITY_FILE = "dispatch.toml"
"""In a city's folder: its own prices and times, instead of the default ones."""


@dataclass(frozen=True, slots=True)
class PlanPrices:
    """What a plan is charged for, CNY. The unit of comparison is one minute of an owner's waiting.

    Attributes
    ----------
    drive_cny_per_min
        Driving: energy, wear and tyres at about 30 km/h. The crew's wage is paid either way. At 1.0
        a point fewer promises are kept, for no less driving (decision 0015).
    wait_cny_per_min
        Each minute an owner waits, also within the target: sooner is better, and 60 CNY an hour is
        a usual value of waiting time.
    wait_growth_per_h
        By how much of itself that price has grown after an hour of waiting: 2 makes a minute of who
        has waited for half an hour twice as dear as one of who calls now. At 0 whoever has a long
        promise may be put off until it is nearly due; 4 kept no more promises (decision 0015).
    overtime_cny_per_min
        Work after the end of the shift: double pay for a crew of two.
    change_cny
        Giving a planned or ordered job to another unit, before it rolls: two minutes of waiting
        must be gained, or the plan flutters. Dearer changes seem to cost promises: in a rough
        model of the day, 12 seeds, 5 instead of 1 CNY kept about a point fewer of them. Of who is
        late already, as many of his dearer minutes (`dispatch.pricing.change_price`).
    diversion_cny
        Taking a job away from a unit that is already driving to it: its owner sees the truck turn
        away. An hour of waiting must be gained elsewhere, or a breach avoided. Dearer in proportion
        to a minute of who is late already (`dispatch.pricing.diversion_price`).
    breach_cny
        The first second beyond the target: the promise is broken, a refund and a complaint.
    lateness_steps
        ``(after_s, cny_per_min)`` as in `core.LatenessCurve`. The rate grows with age, so that the
        longest waiting is served before several new ones: nobody starves.
    priority_factor
        Multiplies waiting, lateness and breach, by triage priority 0 (normal), 1 (high), 2 (danger:
        people in an unsafe place). Safety outranks everything but arithmetic.
    scarcity_cny
        Divided by the number of own units on shift that share the unit's rarest skill, this is the
        price of using the unit at all: the only charging van is not spent on a tyre. Without it
        about a point fewer promises are kept (decision 0015).
    coverage_cny, coverage_busy, coverage_within_s
        Price of one percent of all calls that could be reached within so many seconds, and cannot
        because of where a unit ends; each unit is taken to be busy for this share of the time.
        0 CNY, and nothing is computed: on twelve days 4 CNY showed no worth (decision 0015).
    own_time_cny_per_min
        What a minute of an own unit's work is worth, where half an hour of work lies before each
        unit that can do it and calls ask for nine tenths of their time; more or less with how many
        will call until they have caught up (`dispatch.own_time`): a busy fleet leaves more to
        contractors that come in time, before it is late.
    left_out_cny, left_out_after_s
        A job left out that no contractor can be asked for costs ``left_out_cny`` more than arriving
        ``left_out_after_s`` late, so that leaving out never pays while any own unit can come within
        that time.
    """

    drive_cny_per_min: float
    wait_cny_per_min: float
    wait_growth_per_h: float
    overtime_cny_per_min: float
    change_cny: float
    diversion_cny: float
    breach_cny: float
    lateness_steps: tuple[tuple[int, float], ...]
    priority_factor: tuple[float, ...]
    scarcity_cny: float
    coverage_cny: float
    coverage_busy: float
    coverage_within_s: int
    own_time_cny_per_min: float
    left_out_cny: float
    left_out_after_s: int

    def __post_init__(self) -> None:
        faults = _negative(self, "/prices") + _step_faults(self.lateness_steps)
        if not faults and self.coverage_busy > 1:
            faults.append(_fault("/prices/coverage_busy", self.coverage_busy, "Give 0 to 1."))
        _refuse(faults)


@dataclass(frozen=True, slots=True)
class Timing:
    """Times the loop works with, seconds unless the name says otherwise.

    Attributes
    ----------
    planning_margin_s
        Plans aim this much before the target, but for a unit that rolls and comes later: driving
        and the work before it err by minutes, and a target missed by a minute is missed. A rough
        model of the day, 24 seeds, kept slightly more promises at four minutes than at two or six.
    on_site_grace_s, overdue_share
        Work that has outlasted its expectation is taken to need at least this much more, and at
        least this share of the time by which it is overdue: service times have a heavy tail, so
        that who is late already stays late for long.
    slip_s
        An ETA or the end of work that is this much later than the plan in force assumed needs a new
        plan; less is noise.
    watch_every_s
        How often risk, ETAs and offers are looked at when nothing happens.
    reorder_future_s
        A phone's clock may be ahead by this much: its times are held to now. Beyond: refused.
    solver_limit_s
        Wall-clock time after which a live engine stops where it is: decisions take under a second.
    solver_timeout_s
        A solver silent for this long (wall clock) hangs. Five times what a decision may take.
    insert_first_above
        With more open jobs than this, a search takes longer than a new call is to be without a
        unit: new calls first get the unit that costs least as the plan stands, in force at once,
        then the search begins. With fewer, the best plan is there as soon, unless there are many
        units (`reasons_to_plan.MANY_UNITS`).
    retry_s
        Pauses after failures in a row; the last one repeats.
    n_nearest_centres
        How many fitting, open service centres a tow may choose from.
    appointment_lead_s
        An appointment is ordered this long before its unit must leave.
    visit_horizon_s
        Appointments that start within this time are planned together with the calls: today's.
    homeward_s
        Units whose shift ends within this time are planned to end at home; before that, where the
        last job leaves them, because the next call matters more than the way home.
    """

    planning_margin_s: int
    on_site_grace_s: int
    overdue_share: float
    slip_s: int
    watch_every_s: int
    reorder_future_s: int
    solver_limit_s: float
    solver_timeout_s: float
    insert_first_above: int
    retry_s: tuple[float, ...]
    n_nearest_centres: int
    appointment_lead_s: int
    visit_horizon_s: int
    homeward_s: int

    def __post_init__(self) -> None:
        faults = _negative(self, "/timing")
        if self.watch_every_s <= 0:
            faults.append(_fault("/timing/watch_every_s", self.watch_every_s, "Give at least 1."))
        if not self.retry_s:
            faults.append(_fault("/timing/retry_s", self.retry_s, "Give at least one pause."))
        _refuse(faults)


@dataclass(frozen=True, slots=True)
class ContractorRules:
    """When a contractor is asked, and what the owner is told.

    Attributes
    ----------
    mobilise_s
        From an offer to wheels turning: somebody reads it, calls a driver, the driver leaves. The
        drive from the contractor's yard comes on top, to guess its arrival before it answers.
    spread_s
        It may be there this much before or after that; every time between is as likely.
    gain_s
        An own unit that is late is still preferred unless a contractor is expected to be at the car
        this much earlier: asking costs a call-out fee and a hand-over.
    ask_gain_cny
        A call that waits for an own unit is offered as well where that is expected to gain more
        than this: less is not worth somebody's attention.
    most_open
        How many offers a contractor has to answer at a time, at most: in a storm somebody reads
        them one by one. The others wait, and an own unit may be free before. Dispatchers may ask
        for more.
    silent_after, silent_min
        A contractor whose last so many offers ran out without an answer is silent: nobody waits for
        it, and the dispatcher is told; 0: nobody ever is. One may be chance, two are three minutes
        of two owners. So many minutes after the last of them it is tried again with one offer at a
        time, should nobody have called it: half an hour is a break, or the end of another job.
    answer_s
        How long an offer stands where the contractor has no time of its own.
    eta_limit_min
        Longest ETA an acceptance may carry, minutes.
    """

    mobilise_s: int
    spread_s: int
    gain_s: int
    ask_gain_cny: float
    most_open: int
    silent_after: int
    silent_min: int
    answer_s: int
    eta_limit_min: int

    def __post_init__(self) -> None:
        _refuse(_negative(self, "/contractors"))


@dataclass(frozen=True, slots=True)
class PhotoRules:
    """How many photos are taken, and how long they are kept.

    Attributes
    ----------
    most_by_owner
        Of one incident or visit: all sides of the car, the dashboard and the fault are in twelve;
        a link that was passed on must not fill the database.
    most_in_all
        The owner's and the technicians', of which one job asks for two.
    kept_days
        After so many days a photo is deleted: whether a car was damaged on the way is disputed
        within half a year.
    """

    most_by_owner: int = 12
    most_in_all: int = 24
    kept_days: int = 180

    def __post_init__(self) -> None:
        _refuse(_negative(self, "/photos"))


@dataclass(frozen=True, slots=True)
class DispatchSettings:
    """All of them."""

    prices: PlanPrices
    timing: Timing
    contractors: ContractorRules
    photos: PhotoRules = field(default_factory=PhotoRules)


def load_settings(path: Path | None = None) -> DispatchSettings:
    """Read settings from a TOML file; ``None``: the values that ship with the product.

    Raises
    ------
    InvalidInput
        For unknown, missing or impossible values, all at once by table.
    """
    raw = tomllib.loads((path or DEFAULT_FILE).read_text(encoding="utf-8"))
    raw.setdefault("photos", asdict(PhotoRules()))  # a region's own file may be older than photos
    _refuse(_name_faults("", raw, ("prices", "timing", "contractors", "photos")))
    return DispatchSettings(
        prices=PlanPrices(**_values(PlanPrices, raw["prices"], "/prices")),
        timing=Timing(**_values(Timing, raw["timing"], "/timing")),
        contractors=ContractorRules(**_values(ContractorRules, raw["contractors"], "/contractors")),
        photos=PhotoRules(**_values(PhotoRules, raw["photos"], "/photos")),
    )


def changed(settings: DispatchSettings, values: Mapping[str, Any]) -> DispatchSettings:
    """Return settings with other values, by ``table.name`` as in the file (``prices.change_cny``).

    Raises
    ------
    InvalidInput
        For an unknown name or an impossible value.
    """
    for path, value in values.items():
        table, _, name = path.partition(".")
        part = getattr(settings, table, None)
        if part is None or name not in {it.name for it in fields(part)}:
            raise InvalidInput.one(
                f"/{table}/{name}",
                "settings.unknown",
                f"{path!r} is not a setting.",
                "Use table.name as in dispatch/settings.toml, e.g. prices.coverage_cny.",
            )
        settings = replace(settings, **{table: replace(part, **{name: _frozen(value)})})
    return settings


def as_toml(settings: DispatchSettings) -> str:
    """Return the text of a settings file that `load_settings` reads."""
    lines = []
    for table in fields(settings):
        lines.append(f"[{table.name}]")
        for name, value in asdict(getattr(settings, table.name)).items():
            lines.append(f"{name} = {json.dumps(value)}")
        lines.append("")
    return "\n".join(lines)


def _values(kind: type[Any], raw: Mapping[str, Any], pointer: str) -> dict[str, Any]:
    _refuse(_name_faults(pointer, raw, tuple(f.name for f in fields(kind))))
    return {name: _frozen(value) for name, value in raw.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def _name_faults(pointer: str, raw: Mapping[str, Any], names: tuple[str, ...]) -> list[Fault]:
    wrong = sorted(set(raw) ^ set(names))
    return [
        Fault(
            f"{pointer}/{name}",
            "settings.unknown" if name in raw else "settings.missing",
            f"{name!r} is {'not a setting' if name in raw else 'missing'}.",
            f"Known here: {', '.join(names)}.",
        )
        for name in wrong
    ]


def _negative(params: Any, pointer: str) -> list[Fault]:
    return [
        _fault(f"{pointer}/{f.name}", value, "Give a finite number of at least 0.")
        for f in fields(params)
        for value in _numbers(getattr(params, f.name))
        if not (isinstance(value, int | float) and math.isfinite(value) and value >= 0)
    ]


def _numbers(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [number for item in value for number in _numbers(item)]
    return [value]


def _step_faults(steps: tuple[tuple[int, float], ...]) -> list[Fault]:
    starts, rates = [s for s, _ in steps], [r for _, r in steps]
    if starts and starts[0] == 0 and starts == sorted(set(starts)) and rates == sorted(rates):
        return []
    return [
        _fault(
            "/prices/lateness_steps",
            steps,
            "Give [after_s, cny_per_min] pairs: seconds rising from 0, rates not falling.",
        )
    ]


def _fault(pointer: str, value: object, remedy: str) -> Fault:
    return Fault(pointer, "settings.value", f"{value!r} is not possible.", remedy)


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise InvalidInput(faults)
