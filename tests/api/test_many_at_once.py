"""What hundreds ask for is kept for a moment, but not when it has changed."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from api.identity import revoke
from api.judge import Case
from api.judging import Judging
from api.known_tokens import KnownTokens
from kernel.errors import NotAuthenticated
from tests.support.service import Town

ON_BOTH_DATABASES = True


def test_a_token_that_ends_here_is_believed_no_longer(town: Town) -> None:
    runtime = town.service.runtime
    known = KnownTokens(runtime.database, runtime.clock)
    first, second = (town.service.issue_token("planner", name=name) for name in ("a", "b"))
    assert known.recall(first) is None
    gone = known.look_up(first)
    kept = known.look_up(second)
    assert (known.recall(first), known.recall(second)) == (gone, kept)
    with runtime.database.write() as session:
        revoke(session, gone.token_id, runtime.clock.now())
    assert known.recall(first) is None
    with pytest.raises(NotAuthenticated, match="revoked"):
        known.look_up(first)
    assert known.recall(second) == kept  # looked up with the other
    assert known.recall(first) is None


def test_what_is_known_of_a_token_is_what_its_user_is_now(town: Town) -> None:
    runtime = town.service.runtime
    known = KnownTokens(runtime.database, runtime.clock)
    token = town.service.issue_token("technician", name="crew", unit_id=1)
    assert known.look_up(token).unit_id == 1
    town.service.issue_token("technician", name="crew", unit_id=2)
    assert known.look_up(token).unit_id == 2


def judged(judging: Judging, incident_id: int) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(asyncio.run(judging.answer(incident_id)))
    return answer


def test_a_moment_serves_until_the_incident_itself_changes(town: Town) -> None:
    runtime = town.service.runtime
    judging = Judging(runtime.context, max_age_s=3600.0)
    mine, other = town.call()["id"], town.call()["id"]
    town.start_shifts()
    before = judged(judging, mine)
    assert [it["chosen"] for it in before["items"]] == [False] * len(before["items"])
    with runtime.database.write() as session:
        session.connection().exec_driver_sql("UPDATE units SET name = 'New name'")
    assert judged(judging, mine) == before
    assert judged(judging, other)["items"][0]["name"] != "New name"
    town.decide()
    after = judged(judging, mine)
    assert after["plan_version"] > before["plan_version"]
    assert any(it["chosen"] for it in after["items"])
    assert after["items"][0]["name"] == "New name"


def test_a_moment_serves_on_after_another_plan_while_more_wait(town: Town) -> None:
    runtime = town.service.runtime
    judging = Judging(runtime.context, max_age_s=3600.0, any_plan_s=3600.0)
    mine = town.call()["id"]
    town.start_shifts()
    before = judged(judging, mine)
    with runtime.database.write() as session:
        raised = "UPDATE regions SET plan_version = plan_version + 1"
        session.connection().exec_driver_sql(raised)
    judging._n_waiting = 1
    assert judged(judging, mine) == before
    judging._n_waiting = 0
    assert judged(judging, mine)["plan_version"] == before["plan_version"] + 1


def test_a_process_of_its_own_judges_as_this_one_does(town: Town) -> None:
    runtime = town.service.runtime
    town.start_shifts()
    incidents = [town.call()["id"], town.call()["id"]]
    town.decide()
    here = Judging(runtime.context, max_age_s=3600.0)
    apart = Judging(runtime.context, max_age_s=3600.0, is_apart=True)
    try:
        answers = [judged(apart, it) for it in incidents]
        assert answers == [judged(here, it) for it in incidents]
        beside = apart._beside
        assert beside is not None
        assert beside.n_started == 1
        beside._end()  # killed; the next one knows nothing of the moment
        apart._told.clear()
        assert judged(apart, incidents[0]) == answers[0]
        assert beside.n_started == 2
    finally:
        apart.close()


def test_nobody_waits_for_those_who_have_left(town: Town) -> None:
    judging = Judging(town.service.runtime.context, max_age_s=3600.0)
    incident = town.call()["id"]
    there = {"first": True, "second": True, "third": True}
    worked_out: list[int] = []
    work_out = judging._here
    assert work_out is not None

    def counted(case: Case) -> bytes:
        worked_out.append(case.job.incident_id or 0)
        there["second"] = False  # leaves while the first is answered
        return work_out(case)

    judging._here = counted

    async def ask(who: str) -> bytes:
        async def is_gone() -> bool:
            return not there[who]

        return await judging.answer(incident, is_gone)

    async def all_at_once() -> list[bytes]:
        return await asyncio.gather(*map(ask, there))

    first, second, third = asyncio.run(all_at_once())
    assert second == b""
    assert first == third != b""
    assert worked_out == [incident]


ALONE = dict.fromkeys(("timeline", "other_callers", "photos", "missing_photos"))
"""What only one incident by itself is told with."""


def test_lists_show_every_change_of_what_they_are_made_of(town: Town) -> None:
    desk, incident = town["desk"], town.call()
    path = f"incidents/{incident['id']}"

    def listed() -> dict[str, Any]:
        (only,) = desk.get("incidents").json()["items"]
        return dict(only)

    def unit(code: str) -> dict[str, Any]:
        return next(it for it in desk.get("units").json()["items"] if it["code"] == code)

    assert listed() == desk.get(path).json() | ALONE
    assert unit("R-01")["state"] == "off_shift"
    town.start_shifts("R-01")
    assert unit("R-01")["state"] == "idle"
    town.decide()
    assert listed() == desk.get(path).json() | ALONE
    assert listed()["job"]["unit_code"] == "R-01"
    assert unit("R-01")["job"]["incident_id"] == incident["id"]
    town.clock.advance(1)
    fix = {"at": town.now, "lon": -71.25, "lat": -29.91}
    assert town["R-01"].post("field/positions", {"positions": [fix]}).status_code == 200
    assert (unit("R-01")["lon"], unit("R-01")["lat"]) == (-71.25, -29.91)
    town["desk"].request("PATCH", path, json={"note": "red"}, headers={"If-Match": "*"})
    assert listed()["note"] == "red"
    town["desk"].post(f"{path}/cancel", {"reason": "x"}, headers={"If-Match": "*"})
    assert desk.get("incidents").json()["items"] == []
    assert unit("R-01")["job"] is None


def test_a_place_is_answered_with_the_version_of_the_list(town: Town) -> None:
    phone = town["R-01"]
    town.start_shifts("R-01")
    units = town["desk"].get("units").json()["items"]
    here = next((it["lon"], it["lat"]) for it in units if it["code"] == "R-01")

    def reported() -> int:
        town.clock.advance(5)
        fix = {"at": town.now, "lon": here[0], "lat": here[1]}
        version: int = phone.post("field/positions", {"positions": [fix]}).json()["version"]
        return version

    def of_the_list() -> int:
        version: int = phone.get("field/jobs").json()["version"]
        return version

    idle = reported()
    assert idle == reported() == of_the_list()
    town.call()
    town.decide()
    ordered = reported()
    assert ordered == of_the_list() != idle
