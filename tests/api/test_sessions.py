"""Access tokens are short, refresh tokens are used once, and a thief is found out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.login_guard import MAX_FAILURES
from api.remembered import SHORTEST_KEY
from api.sessions import LOST_ANSWER
from api.store import AnswerRow, RefreshTokenRow, SessionRow, TokenRow
from tests.support.service import SECRET, OpenTown, Town

ON_BOTH_DATABASES = True

ACCESS = timedelta(minutes=15)


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    opened = open_town(access_life=ACCESS)
    opened.seed()
    return opened


def log_in(town: Town) -> dict[str, Any]:
    return dict(town.nobody.post("login", {"user": "desk", "secret": SECRET}).json())


def refresh(town: Town, token: str) -> tuple[int, dict[str, Any]]:
    answer = town.nobody.post("refresh", {"refresh_token": token})
    return answer.status_code, answer.json()


def works(town: Town, token: str) -> bool:
    return town.nobody.with_token(token).get("me").status_code == 200


def test_an_access_token_is_short_and_a_refresh_gives_the_next(town: Town) -> None:
    first = log_in(town)
    town.clock.advance(ACCESS.total_seconds())
    assert not works(town, first["token"])
    status, second = refresh(town, first["refresh_token"])
    assert status == 200
    assert works(town, second["token"])
    assert second["refresh_token"] != first["refresh_token"]
    assert (second["role"], second["name"]) == (first["role"], first["name"])


def test_a_refresh_ends_the_pair_before(town: Town) -> None:
    first = log_in(town)
    _, second = refresh(town, first["refresh_token"])
    assert not works(town, first["token"])
    assert works(town, second["token"])


def test_a_refresh_token_used_twice_ends_the_session(town: Town) -> None:
    first = log_in(town)
    _, second = refresh(town, first["refresh_token"])
    town.clock.advance(LOST_ANSWER.total_seconds())
    status, problem = refresh(town, first["refresh_token"])
    assert (status, problem["code"]) == (401, "not_authenticated")
    assert not works(town, second["token"])
    assert refresh(town, second["refresh_token"])[0] == 401
    with town.service.runtime.database.read() as session:
        query = select(SessionRow.revoked_because).where(SessionRow.revoked_at.is_not(None))
        assert list(session.scalars(query)) == ["reuse"]


def test_reuse_is_found_at_once_when_the_successor_was_used(town: Town) -> None:
    first = log_in(town)
    _, second = refresh(town, first["refresh_token"])
    _, third = refresh(town, second["refresh_token"])
    assert refresh(town, first["refresh_token"])[0] == 401
    assert not works(town, third["token"])


def test_an_answer_lost_on_the_way_may_be_asked_for_again(town: Town) -> None:
    first = log_in(town)
    _, lost = refresh(town, first["refresh_token"])
    status, second = refresh(town, first["refresh_token"])
    assert status == 200
    assert works(town, second["token"])
    assert not works(town, lost["token"])  # never two pairs at once
    assert refresh(town, lost["refresh_token"])[0] == 401  # somebody has it: the session ends
    assert not works(town, second["token"])


def test_logging_out_ends_refreshing_too(town: Town) -> None:
    mine, other = log_in(town), log_in(town)
    assert town.nobody.with_token(mine["token"]).post("logout").status_code == 204
    assert refresh(town, mine["refresh_token"])[0] == 401
    assert works(town, other["token"])


def test_a_session_ends_after_a_week_however_often_it_is_refreshed(town: Town) -> None:
    pair = log_in(town)
    for _ in range(13):
        town.clock.advance(timedelta(hours=11.9).total_seconds())
        status, pair = refresh(town, pair["refresh_token"])
        assert status == 200
    town.clock.advance(timedelta(hours=11.9).total_seconds())
    status, pair = refresh(town, pair["refresh_token"])
    assert pair["refresh_expires_at"] == "2026-06-08T04:00:00Z"
    town.clock.advance(timedelta(hours=2).total_seconds())
    assert refresh(town, pair["refresh_token"])[0] == 401


def test_a_session_left_alone_ends(town: Town) -> None:
    pair = log_in(town)
    town.clock.advance(timedelta(hours=12).total_seconds())
    assert refresh(town, pair["refresh_token"])[0] == 401


def test_only_digests_are_stored(town: Town) -> None:
    pair = log_in(town)
    with town.service.runtime.database.read() as session:
        stored = set(session.scalars(select(RefreshTokenRow.digest)))
    assert pair["refresh_token"] not in stored
    assert {len(digest) for digest in stored} == {64}


def test_made_up_refresh_tokens_are_worth_nothing(town: Town) -> None:
    access = log_in(town)["token"]
    for token in ("x", "x" * 43, access):
        assert refresh(town, token)[0] == 401


def user_id(town: Town, login: str) -> int:
    users = town["admin"].get("users").json()["items"]
    return int(next(user["id"] for user in users if user["user"] == login))


def test_an_administrator_ends_all_sessions_of_a_user(town: Town) -> None:
    pair = log_in(town)
    answer = town["admin"].post(f"users/{user_id(town, 'desk')}/sign-out")
    assert (answer.status_code, answer.json()["n_sessions"]) == (200, 0)
    assert not works(town, pair["token"])
    assert refresh(town, pair["refresh_token"])[0] == 401
    assert works(town, log_in(town)["token"])


def test_a_disabled_user_is_out_until_enabled(town: Town) -> None:
    pair, number = log_in(town), user_id(town, "desk")
    assert town["admin"].post(f"users/{number}/disable").json()["disabled_at"] is not None
    assert not works(town, pair["token"])
    assert town.nobody.post("login", {"user": "desk", "secret": SECRET}).status_code == 401
    assert town["admin"].post(f"users/{number}/enable").json()["disabled_at"] is None
    assert works(town, log_in(town)["token"])


def test_nobody_disables_oneself_or_another_regions_users(town: Town) -> None:
    me = user_id(town, "admin (token)")
    assert town["admin"].post(f"users/{me}/disable").status_code == 409
    assert town["admin"].post("users/99999/disable").status_code == 404


# ------------------------------------------------------------------------------- repeats

KEY = "5e0c2f43-3c0e-4a58-9d0e-2f1f7f7f0001"


def send(town: Town, path: str, body: dict[str, str], key: str = KEY) -> Any:
    return town.nobody.post(path, body, headers={"Idempotency-Key": key})


def n_sessions(town: Town) -> int:
    return town.n_rows()["sessions"]


def test_a_login_that_is_repeated_gets_the_same_tokens(town: Town) -> None:
    body, before = {"user": "desk", "secret": SECRET}, n_sessions(town)
    first, again = send(town, "login", body), send(town, "login", body)
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert works(town, first.json()["token"])
    assert n_sessions(town) == before + 1


def test_another_login_with_the_same_key_is_refused(town: Town) -> None:
    send(town, "login", {"user": "desk", "secret": SECRET})
    for body in (
        {"user": "desk", "secret": "wrong"},
        {"user": "hotline", "secret": SECRET},
    ):
        answer = send(town, "login", body)
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (
            422,
            "idempotency.reused",
        )


def test_a_login_that_failed_may_be_tried_again_with_its_key(town: Town) -> None:
    assert send(town, "login", {"user": "desk", "secret": "wrong"}).status_code == 401
    assert send(town, "login", {"user": "desk", "secret": SECRET}).status_code == 200


def test_keys_that_could_be_guessed_are_refused(town: Town) -> None:
    answer = send(town, "login", {"user": "desk", "secret": SECRET}, "k" * (SHORTEST_KEY - 1))
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["code"] == "idempotency.short"


def test_a_refresh_that_is_repeated_after_hours_in_a_tunnel_gets_the_same_pair(town: Town) -> None:
    first = log_in(town)
    body = {"refresh_token": first["refresh_token"]}
    lost = send(town, "refresh", body)
    town.clock.advance(timedelta(hours=2).total_seconds())
    again = send(town, "refresh", body)
    assert again.json() == lost.json()
    status, third = refresh(town, again.json()["refresh_token"])
    assert status == 200
    assert works(town, third["token"])
    assert send(town, "refresh", body).json() == lost.json()  # of no use to anybody by now
    assert not works(town, lost.json()["token"])
    assert works(town, third["token"])


def test_a_stolen_refresh_token_is_no_repeat_without_its_key(town: Town) -> None:
    first = log_in(town)
    body = {"refresh_token": first["refresh_token"]}
    mine = send(town, "refresh", body).json()
    town.clock.advance(LOST_ANSWER.total_seconds())
    stolen = send(town, "refresh", body, "a-key-that-a-thief-made-up")
    assert stolen.status_code == 401
    assert not works(town, mine["token"])  # the session has ended
    assert send(town, "refresh", body, "a-key-that-a-thief-made-up").status_code == 401


def test_what_is_remembered_holds_neither_tokens_nor_keys_nor_secrets(town: Town) -> None:
    given = send(town, "login", {"user": "desk", "secret": SECRET}).json()
    with town.service.runtime.database.read() as session:
        (row,) = session.scalars(select(AnswerRow).where(AnswerRow.principal == "login"))
        digests = set(session.scalars(select(TokenRow.digest)))
    stored = b" ".join([row.key.encode(), row.request_digest.encode(), row.body])
    for secret in (KEY, SECRET, given["token"], given["refresh_token"]):
        assert secret.encode() not in stored
    assert given["token"] not in digests


def test_logging_out_twice_is_no_fault(town: Town) -> None:
    mine = town.nobody.with_token(log_in(town)["token"])
    for _ in range(2):
        assert mine.post("logout", headers={"Idempotency-Key": KEY}).status_code == 204
    assert mine.get("me").status_code == 401
    assert town.nobody.with_token("never-a-token").post("logout").status_code == 401
    assert town.nobody.post("logout").status_code == 401


def test_a_known_key_is_no_way_to_try_secrets(town: Town) -> None:
    key = {"Idempotency-Key": "a-key-of-this-login"}
    right = {"user": "desk", "secret": SECRET}
    assert town.nobody.post("login", right, headers=key).status_code == 200
    tried = [
        town.nobody.post("login", right | {"secret": f"guess {n}"}, headers=key).status_code
        for n in range(MAX_FAILURES + 1)
    ]
    assert tried == [422] * MAX_FAILURES + [429]  # counted as without a key
