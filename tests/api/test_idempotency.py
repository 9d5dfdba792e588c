from __future__ import annotations

from datetime import timedelta

from api.idempotency import KEPT, purge_answers
from tests.support.service import Town, a_call

ON_BOTH_DATABASES = True

KEY = {"Idempotency-Key": "call-1"}


def test_a_repeat_gets_the_same_answer_and_stores_nothing(town: Town) -> None:
    first = town["hotline"].post("incidents", a_call(), headers=KEY)
    before = town.n_rows()
    again = town["hotline"].post("incidents", a_call(), headers=KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert town.n_rows() == before


def test_the_key_with_another_body_is_refused(town: Town) -> None:
    town["hotline"].post("incidents", a_call(), headers=KEY)
    before = town.n_rows()
    other = town["hotline"].post("incidents", a_call(2), headers=KEY)
    assert other.status_code == 422
    assert [fault["code"] for fault in other.json()["faults"]] == ["idempotency.reused"]
    assert town.n_rows() == before


def test_a_key_is_somebodys_own(town: Town) -> None:
    first = town["hotline"].post("incidents", a_call(), headers=KEY)
    other = town["desk"].post("incidents", a_call(2), headers=KEY)
    assert other.status_code == 201
    assert other.json()["id"] != first.json()["id"]


def test_a_refused_request_leaves_its_key_free(town: Town) -> None:
    refused = town["hotline"].post("incidents", a_call(fault="boredom"), headers=KEY)
    misplaced = town["hotline"].post("incidents", a_call(vehicle={"vin": "OIQ"}), headers=KEY)
    assert (refused.status_code, misplaced.status_code) == (422, 422)
    assert town.n_rows()["idempotent_answers"] == 0
    assert town["hotline"].post("incidents", a_call(), headers=KEY).status_code == 201


def test_a_conflict_is_judged_anew(town: Town) -> None:
    incident = town.call()
    path = f"incidents/{incident['id']}/lock"
    refused = town["desk"].post(path, {"lock": "unit"}, headers=KEY)
    assert refused.status_code == 409
    town.start_shifts()
    town.decide()
    assert town["desk"].post(path, {"lock": "unit"}, headers=KEY).status_code == 200


def test_answers_are_forgotten_after_two_days(town: Town) -> None:
    town["hotline"].post("incidents", a_call(), headers=KEY)
    now = town.clock.now()
    for later, kept in ((timedelta(hours=1), 1), (KEPT, 0)):
        with town.service.runtime.database.write() as session:
            purge_answers(session, now + later)
        assert town.n_rows()["idempotent_answers"] == kept


def test_a_key_must_be_printable(town: Town) -> None:
    for key in ("", "x" * 201, "a b"):
        answer = town["hotline"].post("incidents", a_call(), headers={"Idempotency-Key": key})
        assert answer.status_code == 422, key
