"""The demo's fleet, kept from one start to the next."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from benchmarks.demo import seeded
from benchmarks.demo.fleet import draw_fleet
from geo_data.city import City, load_city
from tests.support.service import NOON, OpenTown, Town


@pytest.fixture(scope="module")
def town_city(town_data: Path) -> City:
    """Return the invented town."""
    return load_city("town", town_data)


def test_a_fleet_is_the_same_on_another_day_but_not_with_another_pin(town_city: City) -> None:
    today = draw_fleet(town_city, start=NOON).body
    tomorrow = draw_fleet(town_city, start=NOON + timedelta(days=1)).body
    assert seeded.digest_of(today) == seeded.digest_of(tomorrow)
    tomorrow["units"][0]["pin"] = "000000"
    assert seeded.digest_of(today) != seeded.digest_of(tomorrow)


def test_a_fleet_is_the_same_without_contractors_but_for_them(town_city: City) -> None:
    usual = draw_fleet(town_city, start=NOON).body
    alone = draw_fleet(town_city, start=NOON, contractors=False).body
    assert usual["contractors"]
    assert alone == {**usual, "contractors": []}


def test_a_kept_database_lets_everybody_in_without_hashing_anew(
    open_town: OpenTown, town_city: City, tmp_path: Path
) -> None:
    fleet = draw_fleet(town_city, start=NOON)
    first = open_town(database=f"sqlite:///{tmp_path / 'first.sqlite'}")
    put_fleet(first, fleet.body)
    seeded.keep(tmp_path / "first.sqlite", tmp_path, "town", "d1")

    assert seeded.begin_with(tmp_path, "town", tmp_path / "second.sqlite") == "d1"
    assert seeded.begin_with(tmp_path, "elsewhere", tmp_path / "third.sqlite") is None
    with closing(sqlite3.connect(tmp_path / "second.sqlite")) as kept:
        assert kept.execute("SELECT count(*) FROM tokens").fetchone() == (0,)
    second = open_town(database=f"sqlite:///{tmp_path / 'second.sqlite'}")
    put_fleet(second, seeded.without_secrets(fleet.body))
    for account in (*fleet.technicians, fleet.provider, fleet.call_taker, fleet.dispatcher):
        login = {"user": account.user, "secret": account.secret}
        assert second.nobody.post("login", login).status_code == 200


def test_a_changed_fleet_takes_the_place_of_the_kept_one(
    open_town: OpenTown, tmp_path: Path
) -> None:
    file = tmp_path / "first.sqlite"
    open_town(database=f"sqlite:///{file}")
    for digest in ("d1", "d2"):
        seeded.keep(file, tmp_path, "town", digest)
    assert seeded.begin_with(tmp_path, "town", tmp_path / "second.sqlite") == "d2"


def put_fleet(town: Town, body: dict[str, object]) -> None:
    admin = town.nobody.with_token(town.service.issue_token("admin"))
    assert admin.request("PUT", "fleet", json=body).status_code == 200
