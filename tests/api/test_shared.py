"""Lists that consoles share: made once, never older than what has happened."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

from api.shared import Rendered, SharedAnswers
from api.streams import EventFeed
from kernel import events
from kernel.database import Base, Database
from tests.support.service import NOON


class Count(BaseModel):
    n: int


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path}/shared.sqlite")
    Base.metadata.create_all(opened.engine)
    yield opened
    opened.close()


class Maker:
    """Counts how often a list was made."""

    def __init__(self) -> None:
        self.n = 0
        self.go = threading.Event()
        self.go.set()

    def __call__(self, _rendered: Rendered) -> bytes:
        self.go.wait(30)
        self.n += 1
        return Count(n=self.n).model_dump_json().encode()


def ask(shared: SharedAnswers, name: str, make: Maker) -> bytes:
    return bytes(asyncio.run(shared.answer(name, make)).body)


def test_a_list_is_made_anew_by_every_event(database: Database) -> None:
    shared, make = SharedAnswers(EventFeed(database), 5.0), Maker()
    assert [ask(shared, "x", make) for _ in range(3)] == [b'{"n":1}'] * 3
    with database.write() as session:
        events.append(session, NOON, "unit.paused", region="town", unit_id=1)
    assert ask(shared, "x", make) == b'{"n":2}'
    assert ask(shared, "y", make) == b'{"n":3}'


def test_without_an_age_every_list_is_new(database: Database) -> None:
    shared, make = SharedAnswers(EventFeed(database), 0.0), Maker()
    assert [ask(shared, "x", make) for _ in range(2)] == [b'{"n":1}', b'{"n":2}']


def test_who_asks_at_once_gets_one_list(database: Database) -> None:
    shared, make = SharedAnswers(EventFeed(database), 5.0), Maker()
    make.go.clear()

    async def crowd() -> set[bytes]:
        asking = [asyncio.create_task(shared.answer("x", make)) for _ in range(8)]
        await asyncio.sleep(0)
        make.go.set()
        return {bytes(it.body) for it in await asyncio.gather(*asking)}

    assert asyncio.run(crowd()) == {b'{"n":1}'}


def test_only_items_made_of_something_else_are_rendered_anew() -> None:
    rendered, asked = Rendered(), []

    def render(ids: Sequence[int]) -> dict[int, BaseModel]:
        asked.append(list(ids))
        return {it: Count(n=10 * it) for it in ids}

    assert rendered.items({1: "a", 2: "b"}, render) == [b'{"n":10}', b'{"n":20}']
    assert rendered.items({2: "b", 1: "A"}, render) == [b'{"n":20}', b'{"n":10}']
    assert rendered.items({2: "b"}, render) == [b'{"n":20}']
    rendered.items({1: "A", 2: "b"}, render)
    assert asked == [[1, 2], [1], [1]]
