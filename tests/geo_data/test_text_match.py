from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_data.text_match import index_text, pinyin_forms, share_found, similarity, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中山路12号", ("中山", "山路", "12")),
        ("Av. José Balmaceda 5", ("avenida", "jose", "balmaceda", "5")),
        ("O'Higgins", ("ohiggins",)),
        ("Ａｖｅ", ("avenue",)),
        ("Straße", ("strasse",)),
        ("中山路与解放路交叉口", ("中山", "山路", "解放", "放路")),
        ("和平路", ("和平", "平路")),
        ("桥", ("桥",)),
        ("?!", ()),
    ],
)
def test_tokens(text: str, expected: tuple[str, ...]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("中山路", ("zhongshanlu", "zhongshan lu")),
        ("滨海大道", ("binhaidadao", "binhai dadao")),
        ("万汇广场", ("wanhuiguangchang",)),
        ("Main Street", ()),
    ],
)
def test_pinyin(name: str, forms: tuple[str, ...]) -> None:
    assert pinyin_forms(name) == forms


def test_the_index_sees_single_characters() -> None:
    assert index_text("中山路 Av. 5") == "中 山 路 avenida 5"


def test_an_equal_name_fits_perfectly_and_a_part_less() -> None:
    assert similarity(tokens("Los Pinos"), tokens("los pinos")) == 1
    # All of the query is in the name (3/4); 5 of the 8 letters of the name were asked for.
    assert similarity(tokens("Pinos"), tokens("Los Pinos")) == pytest.approx(0.75 + 0.25 * 5 / 8)
    assert similarity(tokens("Pinos"), tokens("Balmaceda")) == 0


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Balmaseda", "Balmaceda"),
        ("Raod", "Road"),
        ("Lettstrase", "Lettstrasse"),
        ("Balm", "Balmaceda"),
    ],
)
def test_typos_and_starts_count_for_much(typed: str, meant: str) -> None:
    assert 0.6 < share_found(tokens(typed), tokens(meant)) < 1


@pytest.mark.parametrize(
    ("one", "other"), [("12", "13"), ("12", "121"), ("ab", "abc"), ("中山", "山中")]
)
def test_numbers_short_words_and_chinese_are_not_guessed(one: str, other: str) -> None:
    assert share_found(tokens(one), tokens(other)) == 0


@given(st.text(max_size=40), st.text(max_size=40))
def test_similarity_is_a_share(one: str, other: str) -> None:
    assert 0 <= similarity(tokens(one), tokens(other)) <= 1
