"""Several callers report one car at the same instant: one incident, nothing lost."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from dispatch.intake import Taken
from dispatch.store import IncidentCallRow, incidents_of
from kernel import events
from tests.dispatch.intake.office import REGION, Office, open_office

N_CALLERS = 6


def test_one_car_is_one_incident_however_many_call_at_once(any_database_url: str) -> None:
    office = open_office(any_database_url)
    start = threading.Barrier(N_CALLERS)

    def report(number: int) -> Taken:
        start.wait()
        return office.take(caller={"phone": f"1390000000{number}"})

    with ThreadPoolExecutor(N_CALLERS) as callers:
        taken = list(callers.map(report, range(N_CALLERS)))
    _check(office, taken)
    office.database.close()


def _check(office: Office, taken: list[Taken]) -> None:
    assert [call.merged for call in taken].count(False) == 1
    assert {call.incident.id for call in taken} == {taken[0].incident.id}
    with office.database.read() as session:
        (incident,) = incidents_of(session, REGION, which="all")
        assert incident.n_calls == N_CALLERS
        assert session.query(IncidentCallRow).count() == N_CALLERS
        assert events.verify_chain(session) is None
