"""What must hold after anything that people do by hand, as `by_hand` plays it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
from sqlalchemy import select

from dispatch import manual
from dispatch.store import AlarmRow, ContractorOfferRow, IncidentRow, JobRow
from fleet.store import UnitRow
from kernel.database import WriteSession
from kernel.errors import RoadflareError
from tests.support.service import Town

_UNIT_STATES = {
    None: {"idle", "paused", "off_shift"},
    "ordered": {"idle"},
    "rolling": {"rolling"},
    "on_site": {"on_site"},
    "loaded": {"loaded"},
}
"""In what states a unit may be, by the state of its job."""

_INCIDENT_STATES = {
    "open": {"waiting"},
    "ordered": {"assigned"},
    "rolling": {"rolling"},
    "on_site": {"on_site"},
    "loaded": {"towing"},
}
_OF_CONTRACTOR = {"accepted": {"assigned", "rolling"}, "arrived": {"on_site"}}
"""In what states an open incident may be, by its job, or by the offer that was accepted."""

OVERRULED = {"declined"}
"""The rule that keeps the plan from sending a unit, and not a dispatcher's hand."""


def refused_without_words(answer: httpx.Response) -> str | None:
    """Return what is wrong with a refusal: nothing where it says why and what to do, twice."""
    if answer.status_code < 400:
        return None
    body = answer.json()
    if answer.status_code >= 500 or not (body["text"]["zh"] and body["text"]["en"]):
        return answer.text
    told = body["faults"] or [body]
    is_missing = answer.status_code == 404 and "请" in body["text"]["zh"]
    return None if is_missing or all(it["remedy"] for it in told) else answer.text


def broken_rules(town: Town) -> Iterator[str]:
    """Yield what the tables say that cannot be."""
    with town.service.runtime.database.read() as session:
        jobs = session.scalars(select(JobRow)).all()
        units = session.scalars(select(UnitRow)).all()
        incidents = session.scalars(select(IncidentRow)).all()
        offers = session.scalars(select(ContractorOfferRow)).all()
        alarms = session.scalars(select(AlarmRow)).all()
        unfinished = [it for it in jobs if it.state in _INCIDENT_STATES]
        active = [it for it in unfinished if it.state != "open"]
        for unit in units:
            states = [it.state for it in active if it.unit_id == unit.id]
            if len(states) > 1 or unit.state not in _UNIT_STATES[states[0] if states else None]:
                yield f"{unit.code} is {unit.state} and its jobs are {states}"
        for incident in incidents:
            told = [it for it in alarms if it.incident_id == incident.id]
            asked = [it for it in offers if it.incident_id == incident.id]
            works = [it for it in unfinished if it.incident_id == incident.id]
            yield from _of_incident(incident, works, asked, told)
        yield from (str(it.text) for it in alarms if it.kind == "planning_failed")


def _of_incident(
    incident: IncidentRow,
    jobs: list[JobRow],
    offers: list[ContractorOfferRow],
    alarms: list[AlarmRow],
) -> Iterator[str]:
    taken = [it.state for it in offers if it.state in _OF_CONTRACTOR]
    who = f"{incident.id} ({incident.state}): jobs {[it.state for it in jobs]}, offers {taken}"
    if incident.state == "closed":
        asked = [it for it in offers if it.state == "offered"]
        if jobs or taken or asked or any(it.acknowledged_at is None for it in alarms):
            yield f"closed, and not all is over: {who}"
        return
    if len(taken) > 1 or len(jobs) > 1:
        yield f"helped twice: {who}"
    elif not (taken or jobs or alarms):
        yield f"nobody knows of it: {who}"
    elif taken and incident.state not in _OF_CONTRACTOR[taken[0]]:
        yield f"not as its contractor: {who}"
    elif jobs and not taken and incident.state not in _INCIDENT_STATES[jobs[0].state]:
        yield f"not as its job: {who}"


def misjudged(town: Town, incident_id: int) -> Iterator[str]:
    """Yield units that are said to go and are refused, or the other way round."""
    answer = town["desk"].get(f"incidents/{incident_id}/candidates")
    if answer.status_code == 409:
        return
    found = answer.json()
    for it in found["items"]:
        refused = _refusal(town, incident_id, it["unit_id"], found["plan_version"])
        rule = it["forbidden"] and it["forbidden"]["rule"]
        if it["chosen"] or rule in OVERRULED or (rule is None) is (refused is None):
            continue
        yield f"{it['unit_code']} for {incident_id}: {rule}, and by hand: {refused}"


class _UndoneError(Exception):
    """Rolls back what was only tried."""


def _refusal(town: Town, incident_id: int, unit_id: int, version: int) -> RoadflareError | None:
    """Return why a unit cannot be sent by hand; nothing is changed."""
    runtime = town.service.runtime
    wish = manual.Wish(incident_id, unit_id, version)

    def tried(session: WriteSession) -> None:
        manual.assign(session, runtime.context, wish)
        raise _UndoneError

    try:
        with runtime.database.write() as session:
            tried(session)
    except _UndoneError:
        return None
    except RoadflareError as error:
        return error
    raise AssertionError("it neither was refused nor undone")


def unread(town: Town, codes: tuple[str, ...], owners: list[str]) -> Iterator[str]:
    """Yield pages that do not answer, and sentences that lack a word."""
    listed: list[dict[str, Any]] = town["desk"].get("incidents?state=open").json()["items"]
    units = town["desk"].get("units").json()["items"]
    pages = [("desk", it) for it in ("incidents?state=closed", "plan", "alarms", "road-reports")]
    pages += [("desk", f"appointments?day={town.clock.now():%Y-%m-%d}")]
    pages += [("desk", f"units/{it['id']}/route") for it in units]
    pages += [("desk", f"incidents/{it['id']}/contractors") for it in listed if it["job"]]
    pages += [(code, "field/jobs") for code in codes] + [("partner", "provider/offers")]
    for who, path in pages:
        answer = town[who].get(path)
        if answer.status_code not in (200, 409):
            yield f"{path}: {answer.text}"
    for key in owners:
        if (answer := town.nobody.get(f"track/{key}")).status_code != 200:
            yield f"track: {answer.text}"
    for incident in listed:
        for item in town["desk"].get(f"incidents/{incident['id']}").json()["timeline"]:
            if not all(item["text"].values()) or "—" in item["text"]["en"]:
                yield f"{incident['number']}: {item}"
