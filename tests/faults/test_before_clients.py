"""A bad network between clients and the real server: slow, cut, half-open, healed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from benchmarks.crash.judge import judge
from tests.faults.serving import Callers, Serving, car_call, serving, until
from tests.support.proxy import Proxy, proxy_to
from tests.support.service import NewDatabase

ON_BOTH_DATABASES = True
pytestmark = pytest.mark.long  # a short one is in tests/api/test_rough_weather.py


@pytest.fixture(scope="module")
def url(new_database: NewDatabase) -> str:
    return new_database()


@pytest.fixture(scope="module")
def served(url: str, town_data: Path) -> Iterator[Serving]:
    with serving(url, town_data) as running:
        yield running


@pytest.fixture
def proxy(served: Serving) -> Iterator[Proxy]:
    with proxy_to(served.port) as running:
        yield running


def nothing_lost_or_doubled(url: str, callers: Callers) -> None:
    found = judge(url, callers.told)
    assert (found.lost, found.duplicated, found.double_assigned, found.history) == ((),) * 4
    assert found.chain_ok


def test_delay_is_only_slow(served: Serving, proxy: Proxy, url: str) -> None:
    proxy.delay_s = 0.03
    callers = Callers(served, proxy.port, n=2)
    with callers.at_work():
        until(lambda: len(callers.told) >= 4)
    assert callers.n_repeats == 0
    nothing_lost_or_doubled(url, callers)


def test_cuts_at_any_moment_lose_and_double_nothing(
    served: Serving, proxy: Proxy, url: str
) -> None:
    callers, pause = Callers(served, proxy.port), threading.Event()
    with callers.at_work():
        for _ in range(10):
            pause.wait(0.12)
            proxy.cut()
            pause.wait(0.03)
            proxy.heal()
    assert callers.n_repeats > 0
    assert len(callers.told) > 0
    nothing_lost_or_doubled(url, callers)


def test_a_half_open_network_holds_up_its_own_clients_only(
    served: Serving, proxy: Proxy, url: str
) -> None:
    callers = Callers(served, proxy.port)
    with callers.at_work():
        until(lambda: callers.told)
        proxy.is_silent = True
        until(lambda: callers.n_repeats >= callers.n)  # each has given up waiting once
        assert served.call(77).status_code == 201
        proxy.heal()
        n_before = len(callers.told)
        until(lambda: len(callers.told) > n_before + callers.n)
    nothing_lost_or_doubled(url, callers)


def heard(port: int, served: Serving, after: int, n: int, on_event: threading.Event) -> list[int]:
    """Return the numbers of up to ``n`` events of a stream that may be cut."""
    headers = served.tokens["desk"] | {"Last-Event-ID": str(after)}
    address, seen = f"http://127.0.0.1:{port}/api/v1/events", []
    try:
        with httpx.stream("GET", address, headers=headers, timeout=2) as stream:
            for line in stream.iter_lines():
                if line.startswith("id:"):
                    seen.append(int(line.removeprefix("id:")))
                    on_event.set()
                    if len(seen) == n:
                        break
    except httpx.TransportError:
        pass
    return seen


def test_a_cut_stream_resumes_without_gap_or_repeat(served: Serving, proxy: Proxy) -> None:
    start = int(served.get("events/log").json()["items"][-1]["seq"])
    whole: list[int] = []
    for number in range(3):
        something = threading.Event()
        parts: list[int] = []
        after = whole[-1] if whole else start
        listener = threading.Thread(
            target=lambda after=after, parts=parts, something=something: parts.extend(
                heard(proxy.port, served, after, 10_000, something)
            )
        )
        listener.start()
        assert served.call(200 + number).status_code == 201
        assert something.wait(30)
        proxy.cut()
        listener.join()
        proxy.heal()
        whole += parts
    last = int(served.get("events/log").json()["items"][-1]["seq"])
    if whole[-1] < last:
        whole += heard(proxy.port, served, whole[-1], last - whole[-1], threading.Event())
    assert whole == list(range(start + 1, whole[-1] + 1))
    assert whole[-1] >= last


def test_a_client_that_hangs_up_in_the_middle_of_a_body_hurts_nobody(served: Serving) -> None:
    import socket  # noqa: PLC0415 - only here

    for _ in range(5):
        with socket.create_connection(("127.0.0.1", served.port)) as half:
            half.sendall(
                b"POST /api/v1/incidents HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n{"
            )
    assert served.call(88).status_code == 201
    again = httpx.post(
        f"{served.url}/api/v1/incidents",
        json=car_call(88),
        headers=served.tokens["hotline"] | {"Idempotency-Key": "direct-88"},
        timeout=30,
    )
    assert again.status_code == 201
