"""Webhooks on a real receiver: signed, repeated, given up, and never to addresses inside."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, Self

import pytest
import standardwebhooks
from sqlalchemy import delete, select

from api.webhooks import outbox
from api.webhooks.outbox import CLAIM, RETRY_AFTER_S, Outcome, wait_before
from api.webhooks.sending import Sender
from api.webhooks.signing import signed_headers
from api.webhooks.store import DeliveryRow, WebhookRow
from api.webhooks.worker import Teller
from kernel import events
from kernel.events import Event
from tests.support.receivers import Dripping, Receiver
from tests.support.service import OpenTown, Town

ON_BOTH_DATABASES = True

KEY = "a-key-of-this-installation"


AN_EVENT = Event(1, datetime(2026, 6, 1, tzinfo=UTC), "town", "unit.paused", None, None, 1, {})


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    opened = Receiver()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def one_town(open_town: OpenTown) -> Town:
    year = timedelta(days=365)
    opened = open_town(webhook_key=KEY, webhooks_to_private=True, token_life=year, access_life=year)
    opened.seed()
    return opened


@pytest.fixture
def town(one_town: Town) -> Iterator[Town]:
    """Yield the town; its webhooks are gone afterwards."""
    yield one_town
    with one_town.service.runtime.database.write() as session:
        session.execute(delete(DeliveryRow))
        session.execute(delete(WebhookRow))


@pytest.fixture
def teller(town: Town) -> Iterator[Teller]:
    opened = teller_of(town)
    yield opened
    opened.close()


def teller_of(town: Town) -> Teller:
    runtime = town.service.runtime
    return Teller(runtime.database, town.clock, "town", Sender(KEY, to_private=True))


def add(town: Town, receiver: Receiver, *kinds: str) -> int:
    answer = town["admin"].post("webhooks", {"url": receiver.url, "kinds": list(kinds)})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def happen(town: Town, kind: str = "unit.paused", region: str = "town") -> int:
    with town.service.runtime.database.write() as session:
        return events.append(session, town.clock.now(), kind, region=region, unit_id=1).seq


def tell_all(teller: Teller) -> int:
    return sum(iter(teller.run_due, 0))


def deliveries(town: Town) -> list[DeliveryRow]:
    with town.service.runtime.database.read() as session:
        return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))


def hook(town: Town, number: int) -> dict[str, Any]:
    items = town["admin"].get("webhooks").json()["items"]
    return dict(next(item for item in items if item["id"] == number))


# -------------------------------------------------------------------------------- signing


SECRET_OF_VECTOR = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BEIJING = timezone(timedelta(hours=8))


def test_the_published_vector() -> None:
    for zone in (UTC, BEIJING):  # an instant is an instant, however it is written
        made = signed_headers(
            [SECRET_OF_VECTOR],
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            datetime.fromtimestamp(1614265330, zone),
            b'{"test": 2432232314}',
        )
        assert made == {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }


def is_genuine(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Check a delivery as a receiver does: with the library, when it comes in."""
    comes_in = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)

    class Receipt(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(comes_in.timestamp(), tz)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(standardwebhooks.webhooks, "datetime", Receipt)
        try:
            told = standardwebhooks.Webhook(secret).verify(body, headers)
        except standardwebhooks.WebhookVerificationError:
            return False
    return bool(told == json.loads(body))


def test_either_of_two_secrets_is_enough() -> None:
    one, two, other = (f"whsec_{base64.b64encode(it * 32).decode()}" for it in (b"1", b"2", b"3"))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    headers = signed_headers([one, two], "m", at, b"{}")
    assert [is_genuine(it, headers, b"{}") for it in (one, two, other)] == [True, True, False]
    assert not is_genuine(one, headers | {"webhook-id": "n"}, b"{}")


# ------------------------------------------------------------------------------ delivering


def test_an_event_is_told_once_with_a_genuine_signature(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    number = add(town, receiver)
    seq = happen(town)
    happen(town, region="elsewhere")
    assert tell_all(teller) == 1
    assert tell_all(teller) == 0
    ((headers, body),) = receiver.got
    secret = town["admin"].get(f"webhooks/{number}/secret").json()["secret"]
    assert secret.startswith("whsec_")
    assert is_genuine(secret, headers, body)
    assert not is_genuine(secret, headers, body + b" ")
    told = json.loads(body)
    assert (told["type"], told["data"]["seq"]) == ("unit.paused", seq)
    assert told["timestamp"] == town.now.replace("+00:00", "Z")
    assert headers["host"].startswith("127.0.0.1:")


def test_only_wanted_kinds_are_told(town: Town, teller: Teller, receiver: Receiver) -> None:
    add(town, receiver, "unit.*", "incident.created")
    for kind in ("unit.paused", "units.paused", "incident.closed", "incident.created"):
        happen(town, kind)
    tell_all(teller)
    assert [json.loads(body)["type"] for _, body in receiver.got] == [
        "unit.paused",
        "incident.created",
    ]


def test_a_call_is_told_without_anything_personal(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    add(town, receiver)
    town.call()
    tell_all(teller)
    everything = b"".join(body for _, body in receiver.got).decode()
    for personal in ("13812340001", "王先生", "闽AD20001", "119.62", "25.36"):
        assert personal not in everything


def test_failures_are_repeated_over_three_days_then_given_up(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    number = add(town, receiver)
    happen(town)
    receiver.status = 500
    began, attempts = town.clock.now(), []
    while (row := deliveries(town)[0] if deliveries(town) else None) is None or (
        row.state == "pending"
    ):
        if row is not None:
            town.clock.advance((row.next_at - town.clock.now()).total_seconds())
        attempts.append(town.clock.now() - began)
        teller.run_due()
    assert len(attempts) == len(RETRY_AFTER_S) + 1
    assert timedelta(days=3) <= attempts[-1] <= timedelta(days=3.6)
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len({headers["webhook-timestamp"] for headers, _ in receiver.got}) == len(attempts)
    assert hook(town, number)["disabled_because"] == "three_days_of_failures"
    disabled = {"webhook_id": number, "because": "three_days_of_failures"}
    assert disabled in events_of(town, "webhook.disabled")


def events_of(town: Town, kind: str) -> list[dict[str, Any]]:
    with town.service.runtime.database.read() as session:
        return [event.payload for event in events.read_after(session, 0, kinds=[kind])]


def test_waits_grow_and_are_spread() -> None:
    waits = [wait_before(1, n, None) for n in range(1, 10)]
    assert all(
        base <= (wait or 0) <= base * 1.1 for base, wait in zip(RETRY_AFTER_S, waits, strict=True)
    )
    assert wait_before(1, 10, None) is None
    assert wait_before(1, 1, None) != wait_before(2, 1, None)
    assert wait_before(1, 1, 900) == 900  # the receiver asked
    assert wait_before(1, 1, 10**9) == 86_400


def test_gone_disables_at_once(town: Town, teller: Teller, receiver: Receiver) -> None:
    number = add(town, receiver)
    happen(town)
    happen(town)
    receiver.status = 410
    assert tell_all(teller) == 1
    assert hook(town, number)["disabled_because"] == "gone"
    receiver.status = 204
    assert town["admin"].post(f"webhooks/{number}/enable").json()["n_waiting"] == 2
    assert tell_all(teller) == 3  # both, and that it was disabled
    assert hook(town, number)["n_waiting"] == 0


def test_redirects_are_not_followed(town: Town, teller: Teller, receiver: Receiver) -> None:
    add(town, receiver)
    happen(town)
    receiver.status, receiver.headers = 307, {"location": receiver.url}
    assert tell_all(teller) == 1
    assert len(receiver.got) == 1
    assert deliveries(town)[0].fault == "answered 307"


def test_retry_after_is_kept(town: Town, teller: Teller, receiver: Receiver) -> None:
    add(town, receiver)
    happen(town)
    receiver.status, receiver.headers = 429, {"retry-after": "1000"}
    tell_all(teller)
    assert deliveries(town)[0].next_at == town.clock.now() + timedelta(seconds=1000)


def test_one_slow_receiver_does_not_hold_up_the_other(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    broken = Receiver()
    broken.status = 500
    add(town, broken)
    add(town, receiver)
    for _ in range(3):
        happen(town)
    tell_all(teller)
    broken.close()
    assert len(receiver.got) == 3


def test_a_long_list_for_one_does_not_keep_the_others_waiting(
    town: Town, receiver: Receiver
) -> None:
    """Also where more are behind than are told at once, each has its turn."""
    hooks = [add(town, receiver) for _ in range(6)]
    database, now = town.service.runtime.database, town.clock.now()
    for _ in range(60):
        happen(town)
    with database.write() as session:
        outbox.spread(session, now, "town")
        first = outbox.claim(session, now, "town", 4)
        second = outbox.claim(session, now, "town", 4, after=first[-1].webhook_id)
    assert [due.webhook_id for due in (*first, *second)] == [*hooks, *hooks[:2]]


def test_one_who_is_far_behind_does_not_hide_the_next(town: Town, receiver: Receiver) -> None:
    behind = add(town, receiver)
    database, now = town.service.runtime.database, town.clock.now()
    for _ in range(outbox.BATCH + 10):
        happen(town)
    with database.write() as session:
        outbox.spread(session, now, "town")
        outbox.spread(session, now, "town")
    later = add(town, receiver)
    happen(town)
    with database.write() as session:
        outbox.spread(session, now, "town")
        claimed = outbox.claim(session, now, "town", 4)
    assert [due.webhook_id for due in claimed] == [behind, later]


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..b", "x" * 300 + ".example"])
def test_a_name_that_is_none_is_refused_and_stops_nobody(
    town: Town, teller: Teller, receiver: Receiver, host: str
) -> None:
    before = town.n_rows()
    answer = town["admin"].post("webhooks", {"url": f"https://{host}/hook"})
    assert answer.status_code == 422
    (fault,) = answer.json()["faults"]
    assert (fault["pointer"], fault["code"]) == ("/url", "webhook.url")
    assert town.n_rows() == before
    with town.service.runtime.database.write() as session:  # stored before that was looked at
        newest, _ = events.last(session)
        session.add(
            WebhookRow(region="town", url=f"https://{host}/hook", kinds=[], salt="0",
                       cursor_seq=newest, created_at=town.clock.now())
        )  # fmt: skip
    add(town, receiver)
    happen(town)
    assert teller.run_due() == 2
    assert len(receiver.got) == 1
    assert [row.state for row in deliveries(town)] == ["pending", "delivered"]


@pytest.mark.parametrize("asked", ["\u00b2", "9" * 400, "-1", "soon"])
def test_a_wait_that_is_none_is_not_kept(
    town: Town, teller: Teller, receiver: Receiver, asked: str
) -> None:
    add(town, receiver)
    happen(town)
    receiver.status, receiver.headers = 503, {"retry-after": asked}
    assert teller.run_due() == 1
    (row,) = deliveries(town)
    assert (row.status, row.state) == (503, "pending")
    longest = timedelta(seconds=outbox.LONGEST_WAIT_S)
    assert town.clock.now() < row.next_at <= town.clock.now() + longest


def test_whatever_breaks_in_an_attempt_is_an_outcome(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    def breaks(_host: str, _port: int) -> list[str]:
        raise RuntimeError("a resolver of its own kind")

    add(town, receiver)
    happen(town)
    runtime = town.service.runtime
    broken = Teller(runtime.database, town.clock, "town", Sender(KEY, True, breaks))
    assert broken.run_due() == 1
    broken.close()
    assert deliveries(town)[0].fault == "not told: RuntimeError"


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 200 OK\r\ncontent-length: 4000\r\n\r\n"])
def test_an_answer_by_the_drop_is_not_waited_for(begun: bytes) -> None:
    """Each byte comes in time, the answer never would."""
    dripping = Dripping(begun)
    due = outbox.Due(1, 1, dripping.url, ("0",), AN_EVENT, 1)
    outcome = Sender(KEY, to_private=True, timeout_s=0.3).send(due, AN_EVENT.at)
    n_sent = dripping.close()
    assert n_sent < Dripping.N_BYTES
    assert outcome.status == (200 if begun else None)


def test_no_connection_serves_two_names() -> None:
    """One that was opened for another name was checked against another certificate."""
    receiver, sender = Receiver(), Sender(KEY, to_private=True)
    due = outbox.Due(1, 1, receiver.url, ("0",), AN_EVENT, 1)
    ports = [sender.send(due, AN_EVENT.at) and receiver.came_from[-1] for _ in range(2)]
    sender.close()
    receiver.close()
    assert len(set(ports)) == 2


def test_what_a_dead_process_had_claimed_is_told_by_the_next(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    add(town, receiver)
    happen(town)
    database, now = town.service.runtime.database, town.clock.now()
    with database.write() as session:  # a process that dies before it settles
        assert outbox.spread(session, now, "town") == 1
        assert len(outbox.claim(session, now, "town", 4)) == 1
    assert tell_all(teller) == 0
    town.clock.advance(CLAIM.total_seconds())
    assert tell_all(teller) == 1
    assert deliveries(town)[0].state == "delivered"


def test_told_but_not_written_down_is_told_again(
    town: Town, teller: Teller, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(town, receiver)
    happen(town)
    with monkeypatch.context() as patched:
        patched.setattr(Teller, "_settle", lambda *_: None)
        assert teller.run_due() == 1
    town.clock.advance(CLAIM.total_seconds())
    assert tell_all(teller) == 1
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_a_rolled_back_event_is_never_told(town: Town, teller: Teller, receiver: Receiver) -> None:
    add(town, receiver)
    with pytest.raises(RuntimeError), town.service.runtime.database.write() as session:
        events.append(session, town.clock.now(), "unit.paused", region="town")
        raise RuntimeError
    assert tell_all(teller) == 0


def test_after_a_change_both_secrets_sign_for_a_day(
    town: Town, teller: Teller, receiver: Receiver
) -> None:
    number = add(town, receiver)
    old = town["admin"].get(f"webhooks/{number}/secret").json()["secret"]
    town["admin"].post(f"webhooks/{number}/rotate-secret")
    new = town["admin"].get(f"webhooks/{number}/secret").json()["secret"]
    happen(town)
    tell_all(teller)
    town.clock.advance(timedelta(hours=24).total_seconds())
    happen(town)
    tell_all(teller)
    first, second = receiver.got
    assert (is_genuine(old, *first), is_genuine(new, *first)) == (True, True)
    assert (is_genuine(old, *second), is_genuine(new, *second)) == (False, True)


def test_no_secret_is_stored(town: Town, receiver: Receiver) -> None:
    number = add(town, receiver)
    secret = town["admin"].get(f"webhooks/{number}/secret").json()["secret"]
    with town.service.runtime.database.read() as session:
        row = session.get_one(WebhookRow, number)
        assert secret not in (row.salt, f"whsec_{row.salt}")


def test_removing_forgets_everything(town: Town, teller: Teller, receiver: Receiver) -> None:
    number = add(town, receiver)
    happen(town)
    tell_all(teller)
    assert town["admin"].request("DELETE", f"webhooks/{number}").status_code == 204
    assert deliveries(town) == []
    assert town["admin"].request("DELETE", f"webhooks/{number}").status_code == 404


def test_without_a_key_there_are_none(open_town: OpenTown) -> None:
    town = open_town()
    town.seed()
    answer = town["admin"].post("webhooks", {"url": "https://example.com/hook"})
    assert answer.status_code == 409
    assert "ROADFLARE_WEBHOOK_KEY" in answer.json()["remedy"]


# ------------------------------------------------------------------------------- addresses


def test_the_connection_goes_to_the_address_that_was_checked(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that leads elsewhere the second time it is asked for gains nothing."""
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    def resolver_must_not_be_asked(host: str, *_: object, **__: object) -> object:
        assert host == "127.0.0.1", f"{host} was resolved again"
        return real(host, *_, **__)

    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", resolver_must_not_be_asked)
    port = receiver.url.split(":")[2]
    body = {"url": f"http://innocent.example:{port}"}
    assert town["admin"].post("webhooks", body).status_code == 201
    happen(town)
    runtime = town.service.runtime
    telling = Teller(
        runtime.database, town.clock, "town", Sender(KEY, to_private=True, resolve=rebinding)
    )
    assert tell_all(telling) == 1
    telling.close()
    assert asked == ["innocent.example"]
    ((headers, _),) = receiver.got
    assert headers["host"] == f"innocent.example:{port.partition('/')[0]}"


def test_a_name_that_leads_inside_is_refused_when_it_is_told(town: Town, teller: Teller) -> None:
    strict = Sender(KEY, resolve=lambda *_: ["10.0.0.1"])
    town["admin"].post("webhooks", {"url": "https://innocent.example/hook"})
    happen(town)
    runtime = town.service.runtime
    telling = Teller(runtime.database, town.clock, "town", strict)
    assert telling.run_due() == 1
    telling.close()
    assert deliveries(town)[0].fault == (
        "refused: the name leads to a private, local or metadata address"
    )


def test_the_outcome_of_an_unreachable_host(town: Town, teller: Teller) -> None:
    closed = Receiver()
    add(town, closed)
    closed.close()
    happen(town)
    teller.run_due()
    assert deliveries(town)[0].fault == "not reached: ConnectError"
    assert not Outcome(None).is_success
