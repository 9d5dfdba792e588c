"""Access tokens are short, refresh tokens are used once, and a thief is found out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api.sessions import LOST_ANSWER
from api.store import RefreshTokenRow, SessionRow
from tests.support.service import SECRET, OpenTown, Town

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
