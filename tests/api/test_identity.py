from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from api import sessions
from api.login_guard import FIRST_LOCK, MAX_FAILURES, MAX_SPREAD, PACE, Attempt, lock_after
from api.remembered import Remembered
from api.store import TokenRow, UserRow
from kernel.errors import NotAuthenticated, TooManyRequests
from tests.support.service import FLEET, PIN, SECRET, Town

ON_BOTH_DATABASES = True


def log_in(town: Town, user: str, secret: str) -> int:
    return town.nobody.post("login", {"user": user, "secret": secret}).status_code


def test_technicians_log_in_with_their_units_code(town: Town) -> None:
    answer = town.nobody.post("login", {"user": "R-01", "secret": PIN}).json()
    assert (answer["role"], answer["region"]) == ("technician", "town")
    assert answer["unit_id"] is not None
    assert answer["expires_at"] == "2026-06-01T16:00:00Z"


def test_neither_secrets_nor_tokens_are_stored(town: Town) -> None:
    with town.service.runtime.database.read() as session:
        hashes = list(session.scalars(select(UserRow.secret_hash)))
        digests = list(session.scalars(select(TokenRow.digest)))
    assert all(stored is None or stored.startswith("$argon2id$") for stored in hashes)
    assert town["desk"].token not in digests
    assert all(len(digest) == 64 for digest in digests)


def test_a_wrong_secret_tells_nothing(town: Town) -> None:
    wrong = town.nobody.post("login", {"user": "desk", "secret": "wrong"})
    unknown = town.nobody.post("login", {"user": "nobody", "secret": "wrong"})
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


def test_five_wrong_secrets_lock_the_user_out_for_a_while(town: Town) -> None:
    for _ in range(MAX_FAILURES):
        assert log_in(town, "desk", "wrong") == 401
    refused = town.nobody.post("login", {"user": "desk", "secret": SECRET})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert refused.headers["retry-after"] == "60"
    assert log_in(town, "hotline", SECRET) == 200  # nobody else
    town.clock.advance(FIRST_LOCK.total_seconds())
    assert log_in(town, "desk", "wrong") == 401
    town.clock.advance(FIRST_LOCK.total_seconds())
    assert log_in(town, "desk", SECRET) == 429  # each further failure doubles it
    town.clock.advance(FIRST_LOCK.total_seconds())
    assert log_in(town, "desk", SECRET) == 200
    assert log_in(town, "desk", "wrong") == 401  # counted anew
    assert log_in(town, "desk", SECRET) == 200


def test_a_lock_grows_and_ends() -> None:
    locks = [lock_after(n).total_seconds() / 60 for n in (1, 4, 5, 6, 7, 10, 11, 100)]
    assert locks == [0, 0, 1, 2, 4, 32, 60, 60]


def try_from(town: Town, address: str, login: str = "desk", *, right: bool = False) -> str:
    """Return what became of a try to log in from an address."""
    runtime = town.service.runtime
    attempt = Attempt("town", login, address)
    try:
        sessions.log_in(
            runtime.database,
            attempt,
            Remembered("login", "town", None, b"", SECRET if right else "wrong", sessions.Opened),
            town.clock.now(),
            runtime.settings.lives,
        )
    except (NotAuthenticated, TooManyRequests) as error:
        return error.code
    return "in"


def test_a_victim_is_never_locked_out_by_strangers(town: Town) -> None:
    assert try_from(town, "10.0.0.1", right=True) == "in"
    for number in range(MAX_SPREAD):
        assert try_from(town, f"10.1.0.{number}") == "not_authenticated"
    assert try_from(town, "10.2.0.1", right=True) == "too_many_requests"  # guessing is slow now
    assert try_from(town, "10.0.0.1", right=True) == "in"  # where the victim always logs in
    town.clock.advance(PACE.total_seconds())
    assert try_from(town, "10.2.0.1", right=True) == "in"


def test_spraying_many_users_from_one_address_is_slowed(town: Town) -> None:
    for number in range(MAX_SPREAD):
        assert try_from(town, "10.0.0.9", f"user-{number}") == "not_authenticated"
    assert try_from(town, "10.0.0.9", "hotline") == "too_many_requests"
    assert try_from(town, "10.0.0.8", "hotline", right=True) == "in"


def test_a_name_is_known_in_any_case(town: Town) -> None:
    for name in ("R-01", "r-01", "R-01 ", "DESK"):
        secret = SECRET if name == "DESK" else PIN
        assert log_in(town, name, secret) == 200


def test_of_names_that_differ_in_case_only_each_is_itself(town: Town) -> None:
    lower = {"user": "r-01", "name": "Rui", "role": "dispatcher", "secret": "another secret"}
    assert town["admin"].request("PUT", "fleet", json={"users": [lower]}).status_code == 200
    assert log_in(town, "R-01", PIN) == 200
    assert log_in(town, "r-01", "another secret") == 200
    assert log_in(town, "r-01", PIN) == 401
    upper = {"user": "DESK", "name": "Li", "role": "dispatcher", "secret": "another secret"}
    assert town["admin"].request("PUT", "fleet", json={"users": [upper]}).status_code == 200
    assert log_in(town, "Desk", SECRET) == 401  # nobody says which of the two


def test_writing_a_name_in_other_cases_gives_no_more_guesses(town: Town) -> None:
    for name in ("desk", "Desk", "dEsk", "deSk", "desK"):
        assert log_in(town, name, "wrong") == 401
    assert log_in(town, "DESK", SECRET) == 429


def test_tokens_expire(town: Town) -> None:
    town.clock.advance(timedelta(hours=12).total_seconds() - 1)
    assert town["desk"].get("me").status_code == 200
    town.clock.advance(1)
    answer = town["desk"].get("me")
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def test_logging_out_ends_this_token_only(town: Town) -> None:
    other = town.nobody.post("login", {"user": "desk", "secret": SECRET}).json()["token"]
    assert town["desk"].post("logout").status_code == 204
    assert town["desk"].get("me").status_code == 401
    assert town.nobody.with_token(other).get("me").status_code == 200


def test_a_new_secret_ends_all_tokens_of_the_user(town: Town) -> None:
    users = [{"user": "desk", "name": "调度", "role": "dispatcher", "secret": "another-secret"}]
    town["admin"].request("PUT", "fleet", json={"users": users})
    assert town["desk"].get("me").status_code == 401
    assert log_in(town, "desk", "another-secret") == 200


def test_made_up_tokens_are_worth_nothing(town: Town) -> None:
    for token in ("x", "x" * 43, "", "Bearer"):
        assert town.nobody.with_token(token).get("me").status_code == 401


def test_seeding_again_changes_nothing_but_the_tokens(town: Town) -> None:
    before = town.n_rows()
    assert town["admin"].request("PUT", "fleet", json=FLEET).status_code == 200
    after = town.n_rows()
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"tokens", "sessions", "refresh_tokens"}


def test_a_fleet_with_faults_is_refused_as_a_whole(town: Town) -> None:
    before = town.n_rows()
    units = [
        {"code": "X-1", "name": "x", "kind": "tow", "lon": 119.6, "lat": 25.36, "skills": ["fly"]},
        {"code": "X-2", "name": "x", "kind": "tow", "lon": 119.6, "lat": 25.36},
        {"code": "X-3", "name": "x", "kind": "tow", "lon": 119.6, "lat": 25.36, "kwh": 5.0},
    ]
    answer = town["admin"].request("PUT", "fleet", json={"units": units})
    assert answer.status_code == 422
    pointers = [fault["pointer"] for fault in answer.json()["faults"]]
    assert [pointer.split("/")[2] for pointer in pointers] == ["0", "2"]
    assert town.n_rows() == before
