"""A process beside this one: it answers, says why it cannot, and is replaced when it dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kernel.errors import ExternalServiceError
from kernel.side_process import SideProcess


def open_counter() -> Callable[[str], tuple[int, int]]:
    n_asked = 0

    def answer(what: str) -> tuple[int, int]:
        nonlocal n_asked
        n_asked += 1
        if what == "fail":
            raise ValueError("no such thing")
        if what == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        how, _, mark = what.partition(" ")
        if how == "hang":
            if mark:
                Path(mark).touch()
            time.sleep(3600)
        return n_asked, os.getpid()

    return answer


def open_nothing() -> Callable[[str], tuple[int, int]]:
    raise SystemExit(3)


@pytest.fixture
def beside() -> Iterator[SideProcess[str, tuple[int, int]]]:
    it = SideProcess(open_counter, "counter", timeout_s=20.0)
    yield it
    it.close()


def test_one_process_answers_and_remembers(beside: SideProcess[str, tuple[int, int]]) -> None:
    beside.start()
    first, second = beside.ask("a"), beside.ask("b")
    assert (first[0], second[0], beside.n_started) == (1, 2, 1)
    assert first[1] == second[1] != os.getpid()


def test_a_failure_is_told_and_does_not_end_it(beside: SideProcess[str, tuple[int, int]]) -> None:
    with pytest.raises(ExternalServiceError, match="ValueError: no such thing"):
        beside.ask("fail")
    assert beside.ask("a")[0] == 2
    assert beside.n_started == 1


def test_one_that_dies_is_replaced(beside: SideProcess[str, tuple[int, int]]) -> None:
    beside.ask("a")
    with pytest.raises(ExternalServiceError, match="died"):
        beside.ask("die")
    assert beside.ask("a")[0] == 1
    assert beside.n_started == 2


def test_one_that_hangs_is_ended(beside: SideProcess[str, tuple[int, int]]) -> None:
    beside.start()
    beside.timeout_s = 0.2
    with pytest.raises(ExternalServiceError, match=r"no answer within 0\.2 s"):
        beside.ask("hang")
    beside.timeout_s = 20.0
    assert beside.ask("a")[0] == 1


def test_one_that_cannot_start_says_so() -> None:
    it: SideProcess[str, tuple[int, int]] = SideProcess(open_nothing, "nothing", timeout_s=1.0)
    with pytest.raises(ExternalServiceError, match="died while it started"):
        it.ask("a")
    it.close()


def test_closing_does_not_wait_for_an_answer(
    beside: SideProcess[str, tuple[int, int]], tmp_path: Path
) -> None:
    beside.start()
    beside.timeout_s = 3600.0
    is_asked = tmp_path / "asked"
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(beside.ask, f"hang {is_asked}")
        while not is_asked.exists():
            time.sleep(0.001)
        beside.close()
        with pytest.raises(ExternalServiceError, match="died"):
            asked.result()


def test_a_closed_one_is_not_started_again(beside: SideProcess[str, tuple[int, int]]) -> None:
    beside.close()
    with pytest.raises(ExternalServiceError, match="closed"):
        beside.ask("a")
