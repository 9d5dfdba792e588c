from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_data.city import City, load_city
from geo_data.city_import import import_city_from_file
from geo_data.gazetteer import (
    CONFIRM_BELOW,
    Gazetteer,
    Hit,
    build_gazetteer,
    ensure_gazetteer,
    gazetteer_path,
)
from geo_data.gazetteer_entries import Aliases, crossing_entries, street_entries
from kernel.errors import InvalidInput
from kernel.position import Position, distance_m
from tests.geo_data.drawn import read_drawn


@pytest.fixture(scope="module")
def gazetteer(town: City) -> Iterator[Gazetteer]:
    opened = ensure_gazetteer(town)
    yield opened
    opened.close()


def first(gazetteer: Gazetteer, text: str) -> Hit:
    hits = gazetteer.search(text)
    assert hits, text
    return hits[0]


@pytest.mark.parametrize(
    ("text", "kind", "label"),
    [
        ("中山路12号", "address", "中山路 12"),
        ("中山路 12", "address", "中山路 12"),
        ("Zhongshan Road 12", "address", "中山路 12"),
        ("zhongshan lu 12", "address", "中山路 12"),
        ("滨海大道90号", "address", "滨海大道 90"),
        ("解放路 / 中山路", "crossing", "中山路 / 解放路"),
        ("中山路与解放路交叉口", "crossing", "中山路 / 解放路"),
        ("Jiefang Road and Zhongshan Road", "crossing", "中山路 / 解放路"),
        ("jiefang lu & zhongshan lu", "crossing", "中山路 / 解放路"),
        ("万汇广场充电站", "poi", "万汇广场充电站"),
        ("Wanhui Plaza", "poi", "万汇广场"),
        ("第一医院", "poi", "临川湾第一医院"),
        ("hospital", "poi", "临川湾第一医院"),
    ],
)
def test_what_is_named_well_is_found_for_sure(
    gazetteer: Gazetteer, text: str, kind: str, label: str
) -> None:
    hit = first(gazetteer, text)
    assert (hit.kind, hit.label) == (kind, label)
    assert hit.confidence >= CONFIRM_BELOW


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("榕树", "榕树巷"),  # two characters
        ("榕树巷", "榕树巷"),
        ("Rongshu Lane", "榕树巷"),
        ("rongshuxiang", "榕树巷"),
        ("Rongshu Laen", "榕树巷"),
        ("Rongchu Lane", "榕树巷"),
        ("RONGSHU", "榕树巷"),
    ],
)
def test_a_street_is_found_however_it_is_typed_but_needs_a_pin(
    gazetteer: Gazetteer, text: str, label: str
) -> None:
    hit = first(gazetteer, text)
    assert (hit.kind, hit.label) == ("street", label)
    assert 0.3 < hit.confidence < CONFIRM_BELOW


def test_a_house_number_that_is_not_there_gives_the_street_unsurely(gazetteer: Gazetteer) -> None:
    hit = first(gazetteer, "榕树巷99号")
    assert (hit.kind, hit.label) == ("street", "榕树巷")
    assert hit.confidence < 0.5


def test_one_street_does_not_pass_for_a_crossing(gazetteer: Gazetteer) -> None:
    assert all(h.confidence < CONFIRM_BELOW for h in gazetteer.search("解放路", limit=20))


def test_of_several_equal_ones_the_nearer_comes_first_and_none_is_sure(
    gazetteer: Gazetteer,
) -> None:
    here = Position(119.6553, 25.3665)  # by Gongye Road
    hits = gazetteer.search("充电站", near=here)
    assert [hit.category for hit in hits[:4]] == ["charging_station"] * 4
    assert hits[0].label == "工业路超充站"
    away_m = [distance_m(here, hit.position) for hit in hits[:4]]
    assert away_m == sorted(away_m)
    assert all(hit.confidence < CONFIRM_BELOW for hit in hits[:4])


def test_nonsense_finds_nothing(gazetteer: Gazetteer) -> None:
    assert gazetteer.search("qwxzj") == []
    assert gazetteer.search("?!") == []


@pytest.mark.parametrize("text", ["", "   ", "x" * 201])
def test_no_text_or_a_novel_is_refused(gazetteer: Gazetteer, text: str) -> None:
    with pytest.raises(InvalidInput, match="empty or too long"):
        gazetteer.search(text)


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(min_size=1, max_size=60).filter(str.strip))
def test_any_text_is_answered(gazetteer: Gazetteer, text: str) -> None:
    for hit in gazetteer.search(text, limit=50):
        assert 0 <= hit.confidence <= 1


@pytest.mark.parametrize(
    "text", ['"', "a OR b", "NEAR(a b)", "中山*", "names:x", "-a", "'; drop table entries"]
)
def test_search_syntax_is_only_text(gazetteer: Gazetteer, text: str) -> None:
    gazetteer.search(text)
    assert gazetteer.search("中山路12号")


def test_threads_share_it(gazetteer: Gazetteer) -> None:
    with ThreadPoolExecutor(4) as pool:
        labels = list(pool.map(lambda _: first(gazetteer, "中山路12号").label, range(40)))
    assert set(labels) == {"中山路 12"}


def test_it_is_built_once(town: City, gazetteer: Gazetteer) -> None:
    written = gazetteer_path(town).stat().st_mtime_ns
    ensure_gazetteer(town).close()
    assert gazetteer_path(town).stat().st_mtime_ns == written
    assert not list(town.folder.glob("*.part"))


def test_two_crossings_of_one_pair_are_one_where_they_are_close(tmp_path: Path) -> None:
    # A dual carriageway, 111 m apart here, crosses one street: one crossing.
    ways = {
        1: ("AB", {"name": "甲路"}),
        2: ("CD", {"name": "甲路"}),
        3: ("XACY", {"name": "乙路"}),
    }
    network = read_drawn(tmp_path, "X\nA    B\nC    D\nY", ways)
    found = list(crossing_entries(network, Aliases()))
    assert [entry.label for entry in found] == ["甲路 / 乙路"]


@pytest.fixture
def saints(tmp_path: Path) -> Iterator[Gazetteer]:
    """Two streets that differ by one word meet, each meets a third, and one a fourth."""
    ways = {
        1: ("ABC", {"name": "Rua de Santa Catarina"}),
        2: ("CDE", {"name": "Rua Santa Catarina"}),
        3: ("BFG", {"name": "Rua de Passos Manuel"}),
        4: ("DH", {"name": "Rua de Santos Pousada"}),
        5: ("GH", {"name": "Travessa de Santa Catarina"}),
    }
    network = read_drawn(tmp_path, "A    B    C    D    E\n     F         H\n     G", ways)
    path = tmp_path / "gazetteer.sqlite"
    none = Aliases()
    entries = [*crossing_entries(network, none), *street_entries(network, none)]
    build_gazetteer(path, entries)
    opened = Gazetteer(path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "text",
    [
        "Rua de Santa Catarina",
        "Rua Santa Catarina",
        "rua de santa catarina",
        "Rua de Passos Manuel",
    ],
)
@pytest.mark.parametrize("near", [None, Position(119.010, 25.0)])  # that is the crossing C
def test_a_street_of_exactly_that_name_goes_before_any_crossing(
    saints: Gazetteer, text: str, near: Position | None
) -> None:
    hits = saints.search(text, near=near)
    assert (hits[0].kind, hits[0].label.casefold()) == ("street", text.casefold())
    assert all(hit.confidence < CONFIRM_BELOW for hit in hits if hit.kind == "crossing")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        (
            "Rua Santa Catarina / Rua de Santa Catarina",
            "Rua de Santa Catarina / Rua Santa Catarina",
        ),
        ("Rua de Santa Catarina e Passos Manuel", "Rua de Santa Catarina / Rua de Passos Manuel"),
        ("santa catarina / santos pousada", "Rua Santa Catarina / Rua de Santos Pousada"),
    ],
)
def test_a_crossing_whose_streets_are_both_named_is_found(
    saints: Gazetteer, text: str, label: str
) -> None:
    hit = saints.search(text)[0]
    assert hit.kind == "crossing"
    assert set(hit.label.split(" / ")) == set(label.split(" / "))


def test_far_stretches_of_one_name_are_two_streets(tmp_path: Path) -> None:
    ways = {1: ("ABC", {"name": "甲路"}), 2: ("DE", {"name": "甲路"}), 3: ("BF", {})}
    network = read_drawn(tmp_path, "A B C" + " " * 20 + "D E\n  F", ways)
    found = list(street_entries(network, Aliases()))
    assert [entry.label for entry in found] == ["甲路", "甲路"]
    assert found[0].position == Position(119.002, 25.0)


def test_the_demo_city_is_searched_by_streets_and_crossings(demo_city: City) -> None:
    gazetteer = ensure_gazetteer(demo_city)
    hit = first(gazetteer, "balmaceda y amunategui")
    assert hit.kind == "crossing"
    assert "Balmaceda" in hit.label
    assert "Amunátegui" in hit.label
    assert hit.confidence >= CONFIRM_BELOW
    assert first(gazetteer, "Fransisco de Agirre").label.endswith("Francisco de Aguirre")
    started = process_time()
    for text in ("Av. del Mar", "Ruta 5 Norte / Cuatro Esquinas", "ohiggins", "Balmaceda") * 3:
        gazetteer.search(text)
    assert (process_time() - started) / 12 < 0.5
    gazetteer.close()


def test_addresses_of_a_real_city(helsinki_pbf: Path, tmp_path: Path) -> None:
    import_city_from_file("helsinki", helsinki_pbf, tmp_path)
    gazetteer = ensure_gazetteer(load_city("helsinki", tmp_path))
    hit = first(gazetteer, "Mannerheimintie 5")
    assert hit.kind == "address"
    assert hit.label.startswith("Mannerheimintie 5")
    assert first(gazetteer, "Manerheimintie / Kaivokatu").kind == "crossing"
    gazetteer.close()
