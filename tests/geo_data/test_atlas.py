from __future__ import annotations

from collections.abc import Iterator

import pytest

from geo_data.atlas import Atlas
from geo_data.city import City
from kernel.errors import InvalidInput, NotFound


@pytest.fixture(scope="module")
def atlas(town: City) -> Iterator[Atlas]:
    with Atlas(town) as opened:
        yield opened


def test_a_kilometre_is_a_place_like_any_other(atlas: Atlas) -> None:
    hit = atlas.search("g1523 k1203+400 eastbound")[0]
    assert (hit.kind, hit.label, hit.confidence) == ("km_post", "G1523 K1203+400 eastbound", 1.0)


def test_a_text_that_only_looks_like_a_kilometre_is_searched_by_name(atlas: Atlas) -> None:
    assert all(hit.kind != "km_post" for hit in atlas.search("G15 1203 east"))
    with pytest.raises(NotFound, match="G15"):
        atlas.kilometre_text("G15 1203 east")
    with pytest.raises(InvalidInput, match="direction is missing"):
        atlas.kilometre_text("G1523 1203")
    assert atlas.kilometre_text("中山路12号") is None


def test_what_was_found_is_described_by_its_own_name(atlas: Atlas) -> None:
    for text in ("中山路12号", "望海街 2", "学府路 3"):
        hit = atlas.search(text)[0]
        assert atlas.describe(hit.position).house == hit.label
    crossing = atlas.search("学府路 / 东海路")[0]
    assert atlas.describe(crossing.position).crossing == crossing.label
