"""Too many requests are refused; pages of other origins are, unless they are let in."""

from __future__ import annotations

from api.rate_limit import BURST_S, Buckets
from tests.support.service import OpenTown, Town

ELSEWHERE = "https://desk.example.com"


def test_a_bucket_fills_at_its_rate() -> None:
    now_s = 0.0
    buckets = Buckets(2.0, lambda: now_s)
    taken = [buckets.take("a") for _ in range(int(2 * BURST_S) + 1)]
    assert taken == [0.0] * int(2 * BURST_S) + [0.5]
    assert buckets.take("b") == 0.0
    now_s = 0.5
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == 0.5


def test_an_address_without_a_token_is_slowed_and_others_are_not(open_town: OpenTown) -> None:
    town = open_town(address_rate=0.5)
    town.seed()
    statuses = [town.nobody.get("clock").status_code for _ in range(20)]
    assert statuses[-1] == 429
    refused = town.nobody.get("clock")
    assert refused.json()["code"] == "too_many_requests"
    assert int(refused.headers["retry-after"]) >= 1
    made_up = town.nobody.with_token("x" * 43)
    assert made_up.get("me").status_code == 429  # inventing tokens is no way around


def test_trying_out_owner_links_is_slowed(open_town: OpenTown) -> None:
    town = open_town(address_rate=0.5)
    town.seed()
    assert town["desk"].get("me").status_code == 200
    statuses = [town.nobody.get(f"track/{n:032d}").status_code for n in range(20)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert town["desk"].get("me").status_code == 200  # who has a token is not held up


def test_a_token_is_slowed_and_its_neighbour_is_not(open_town: OpenTown) -> None:
    town = open_town(token_rate=0.5)
    town.seed()
    statuses = [town["desk"].get("me").status_code for _ in range(13)]
    assert (statuses[0], statuses[-1]) == (200, 429)
    assert town["hotline"].get("me").status_code == 200


def test_other_origins_are_kept_out(shared_town: Town) -> None:
    answer = shared_town.nobody.get("clock", headers={"Origin": ELSEWHERE})
    assert "access-control-allow-origin" not in answer.headers
    asked = {"Origin": ELSEWHERE, "Access-Control-Request-Method": "POST"}
    answer = shared_town.nobody.request("OPTIONS", "incidents", headers=asked)
    assert "access-control-allow-origin" not in answer.headers


def test_a_configured_origin_is_let_in_and_no_other(open_town: OpenTown) -> None:
    town = open_town(cors_origins=(ELSEWHERE,))
    for origin, expected in ((ELSEWHERE, ELSEWHERE), ("https://evil.example", None)):
        asked = {
            "Origin": origin,
            "Access-Control-Request-Method": "PATCH",
            "Access-Control-Request-Headers": "authorization,if-match,idempotency-key",
        }
        answer = town.nobody.request("OPTIONS", "incidents", headers=asked)
        assert answer.headers.get("access-control-allow-origin") == expected
    assert "access-control-allow-credentials" not in answer.headers


def test_a_made_up_token_gets_no_bucket_of_its_own_where_nobody_is_asked(
    open_town: OpenTown,
) -> None:
    town = open_town(address_rate=0.5)
    town.seed()
    made_up = town.nobody.with_token("x" * 43)
    for path in ("clock", "track/" + "x" * 32):  # open to all, so that no answer says 401
        made_up.get(path)
    statuses = [made_up.get("clock").status_code for _ in range(20)]
    assert statuses[-1] == 429
    assert made_up.post("login", {"user": "desk", "secret": "wrong"}).status_code == 429


def test_one_token_has_one_bucket_however_it_is_written(open_town: OpenTown) -> None:
    town = open_town(token_rate=0.5)
    town.seed()
    token = town["desk"].token
    spelled = [f"{scheme} {token}" for scheme in ("Bearer", "bearer", "BEARER")] * 6
    asked = [town.nobody.get("me", headers={"Authorization": one}) for one in spelled]
    assert (asked[0].status_code, asked[-1].status_code) == (200, 429)
