"""An incident as staff see it, and who could serve it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from api.models.incident_in import Channel, FaultKind
from api.models.photos import MissingPhotoOut, PhotoOut
from api.models.rating import Rating
from field_app.wire import Bilingual, WireModel

IncidentState = Literal["waiting", "assigned", "rolling", "on_site", "towing", "closed"]
Outcome = Literal[
    "repaired",
    "boosted",
    "towed",
    "solved_remotely",
    "merged",
    "cancelled_by_owner",
    "cancelled_by_dispatcher",
    "gone_on_arrival",
    "not_possible",
]
JobState = Literal["open", "ordered", "rolling", "on_site", "loaded", "done", "cancelled", "failed"]
OfferState = Literal["offered", "accepted", "arrived", "done", "rejected", "expired", "withdrawn"]
Risk = Literal["normal", "at_risk", "breached"]
CommitmentLock = Literal["free", "unit", "order", "full"]


class LocationOut(WireModel):
    """Where the car is, WGS-84; ``confidence`` 0 to 1 says how sure the gazetteer is."""

    lon: float
    lat: float
    text: str
    confidence: float
    note: str | None


class CallerOut(WireModel):
    """Who called; ``phone`` is masked (138****1234)."""

    name: str | None
    phone: str


class WholeNumber(WireModel):
    """Somebody's whole number."""

    name: str | None
    phone: str


class CallerNumber(WholeNumber):
    """A caller's whole number, and those of others who called about the same car.

    That they were asked for is in the incident's events.
    """

    others: list[WholeNumber]


class VehicleOut(WireModel):
    """The car, as far as it is known."""

    vin: str | None
    plate: str | None
    model: str | None
    purchased_on: date | None
    colour: str | None


class EntitlementOut(WireModel):
    """Whether the owner pays, and why."""

    free: bool
    reason: Bilingual


class WarningOut(WireModel):
    """Something doubtful in the report that did not stop it."""

    code: str
    text: Bilingual


class TriageOption(WireModel):
    """One way to help; ``needs`` are the skills and equipment it takes."""

    name: str
    label: Bilingual
    needs: list[str]


class TriageOut(WireModel):
    """What the rules made of the report."""

    outcome: str
    priority: int
    options: list[TriageOption]


class JobOut(WireModel):
    """The work that serves the incident, and where the plan has put it."""

    id: int
    state: JobState
    option: str | None
    lock: CommitmentLock
    unit_id: int | None
    unit_code: str | None
    planned_sequence: int | None
    planned_arrival_at: datetime | None
    ordered_at: datetime | None
    rolling_at: datetime | None
    arrived_at: datetime | None
    done_at: datetime | None


class ContractorOut(WireModel):
    """The contractor the incident was last offered to, and until when its arrival pays.

    ``eta_at`` is when it comes by what it said last; ``first_eta_at`` what it said first, where
    that was another time.
    """

    id: int
    name: str
    state: OfferState
    needed_by_at: datetime | None
    eta_at: datetime | None
    first_eta_at: datetime | None


class TimelineItem(WireModel):
    """One thing that happened, told to people."""

    at: datetime
    kind: str
    text: Bilingual
    unit_code: str | None


class IncidentOut(WireModel):
    """One motorist's call for help.

    ``timeline``, the owner's ``rating``, ``photos``, those that are missing, and ``other_callers``,
    who called about the same car from another number, only where one incident was asked for.
    ``etag`` goes into ``If-Match`` of a change: another value means that somebody has changed it.
    """

    id: int
    etag: str
    number: str
    region: str
    channel: Channel
    case_ref: str | None
    state: IncidentState
    outcome: Outcome | None
    received_at: datetime
    target_at: datetime
    promised_at: datetime | None
    promise_reason: Bilingual | None
    eta_at: datetime | None
    eta_range: tuple[datetime, datetime] | None
    arrived_at: datetime | None
    closed_at: datetime | None
    risk: Risk
    urban: bool
    area: str
    location: LocationOut
    caller: CallerOut
    vehicle: VehicleOut
    fault: FaultKind
    scenario: str | None
    symptom: str | None
    effect: str | None
    state_of_charge_pct: float | None
    drivable: bool | None
    safe_place: bool | None
    n_people: int | None
    warnings: list[WarningOut]
    note: str | None
    entitlement: EntitlementOut
    triage: TriageOut
    job: JobOut | None
    contractor: ContractorOut | None
    merged_into: int | None
    n_calls: int
    track_url: str | None
    rating: Rating | None = None
    other_callers: list[CallerOut] | None = None
    photos: list[PhotoOut] | None = None
    missing_photos: list[MissingPhotoOut] | None = None
    timeline: list[TimelineItem] | None = None


class Incidents(WireModel):
    """Incidents without their timelines, and the version of the plan they were read with."""

    items: list[IncidentOut]
    plan_version: int


class Forbidden(WireModel):
    """The rule that keeps a unit from a job."""

    rule: str
    text: Bilingual


class Effect(WireModel):
    """How much later another incident is served if this unit is taken."""

    incident_number: str
    delay_s: int


class Diverted(WireModel):
    """What becomes of a call (or booked visit: no number) once a unit is diverted.

    An own unit goes there then, or a contractor would be asked, who may be there by about
    ``arrival_at``; nobody, where both are null. ``delay_s`` is how much later that is than if the
    unit is not diverted; below 0: sooner.
    """

    incident_number: str | None
    unit_code: str | None
    contractor: str | None
    arrival_at: datetime | None
    delay_s: int | None


class Diversion(WireModel):
    """What happens if a unit leaves its present job for this one at once.

    ``arrival_at`` is when it is here; ``others`` begins with the job that it leaves, then come
    those that are reached later or not at all.
    """

    arrival_at: datetime
    others: list[Diverted]


class Candidate(WireModel):
    """One unit, what it would cost to send it, or why it cannot go.

    ``effects`` are what it delays if it is here by ``arrival_at`` and all other units do what they
    have. ``diversion`` is ``null`` where it has no job to be diverted from. Where it can only be
    here by ``arrival_at`` if it is diverted, the cost is that of the diversion, and its ``others``
    say what is delayed instead of ``effects``. ``locked_to`` is the other unit that the incident is
    locked to: sending this one lifts that lock. A unit that is forbidden by the rule ``declined``
    may be sent all the same.
    """

    unit_id: int
    unit_code: str
    name: str
    kind: str
    state: str
    chosen: bool
    option: str | None
    arrival_at: datetime | None
    on_time: bool
    locked_to: str | None
    diversion: Diversion | None
    extra_cost_cny: float | None
    terms: dict[str, float]
    forbidden: Forbidden | None
    effects: list[Effect]


class Helper(WireModel):
    """The best contractor for an incident, guessed: when it would come, and what that costs.

    ``extra_cost_cny`` compares with that of a unit: price and delay, less ``own_time_cny``.
    """

    name: str
    from_at: datetime
    to_at: datetime
    price_cny: float
    own_time_cny: float
    extra_cost_cny: float
    asked: bool


class SilentHelper(WireModel):
    """A contractor that is not asked before ``again_at``: its last ``n_offers`` ran out."""

    name: str
    n_offers: int
    since_at: datetime
    again_at: datetime


class ContractorChoice(WireModel):
    """A contractor that could be asked, and when it may come, guessed.

    ``from_at``, ``to_at`` and ``price_cny`` are null where it cannot do the job; ``state`` is what
    became of the last offer of this incident to it; who does not answer is silent until
    ``silent_until``. ``best`` is whom an offer that names nobody goes to.
    """

    id: int
    name: str
    from_at: datetime | None
    to_at: datetime | None
    price_cny: float | None
    state: OfferState | None
    silent_until: datetime | None
    best: bool


class ContractorChoices(WireModel):
    """The contractors of the region: the best first, then by what they are expected to cost."""

    items: list[ContractorChoice]


class Candidates(WireModel):
    """Every unit of the region, best first, and the contractor it could be left to.

    ``silent`` are those that could do it too, and do not answer.
    """

    plan_version: int
    items: list[Candidate]
    contractor: Helper | None
    silent: list[SilentHelper]
