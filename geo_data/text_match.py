"""Comparing what people type with names on a map: Latin with typos, Chinese, pinyin, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from functools import lru_cache

ABBREVIATIONS: Mapping[str, str] = {
    "av": "avenida",
    "avda": "avenida",
    "ave": "avenue",
    "cll": "calle",
    "pje": "pasaje",
    "psje": "pasaje",
    "gral": "general",
    "pdte": "presidente",
    "st": "street",
    "rd": "road",
    "str": "strasse",
    "hwy": "highway",
}
"""Spelt out on both sides before comparing."""

_SUFFIXES = ("高速公路", "大道", "公路", "胡同", "路", "街", "巷", "里", "道", "弄", "桥")
_CJK = r"\u3400-\u9fff\uf900-\ufaff"
_ANY_CJK = re.compile(rf"[{_CJK}]")
_RUNS = re.compile(rf"[{_CJK}]+|\d+|[^\W\d_{_CJK}]+")
_NUMBER_MARKS = re.compile(r"(?<=\d)\s*(?:号|號|弄)")
_CROSSING_WORDS = re.compile(
    r"(?<=[路街巷道里])\s*[与與和跟]\s*(?=\S)|(?:的?交叉口|交汇处|路口)\s*$"
)
_APOSTROPHES = re.compile("['’`´]")
_FUZZY_FROM = 4
_FUZZY_AT_LEAST = 0.55
_RECALL_SHARE = 0.75


def fold(text: str) -> str:
    """Return the text without what differs between spellings of one name.

    Case, accents, full-width forms, apostrophes, the 号 of house numbers, and the words that join
    two Chinese streets into a crossing (``A与B交叉口``) go.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = plain
    if not plain.isascii():
        bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _CROSSING_WORDS.sub(" ", _NUMBER_MARKS.sub(" ", _APOSTROPHES.sub("", bare)))


def is_cjk(text: str) -> bool:
    """Tell whether the text holds a Chinese character."""
    return not text.isascii() and _ANY_CJK.search(text) is not None


@lru_cache(maxsize=50_000)
def tokens(text: str) -> tuple[str, ...]:
    """Return what is compared: Latin words, numbers, and Chinese as overlapping pairs.

    ``"中山路 12号, Old Av."`` gives ``中山 山路 12 old avenida``; a single character stands alone.
    """
    found: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if not is_cjk(run):
            found.append(ABBREVIATIONS.get(run, run))
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
    return tuple(found)


def pinyin_forms(text: str) -> tuple[str, ...]:
    """Return the ways a Chinese name is typed in Latin letters, none for other names.

    ``中山路`` gives ``zhongshanlu`` and ``zhongshan lu``. Characters with several readings get the
    likeliest one, which for names may be wrong.
    """
    if not is_cjk(text):
        return ()
    from pypinyin import lazy_pinyin  # noqa: PLC0415 (its dictionary takes half a second to load)

    suffix = next((s for s in _SUFFIXES if text.endswith(s) and len(text) > len(s)), "")
    stem = text[: len(text) - len(suffix)]
    joined = [fold("".join(lazy_pinyin(part))) for part in (stem, suffix) if part]
    return tuple(dict.fromkeys(["".join(joined), " ".join(joined)]))


@lru_cache(maxsize=50_000)
def index_text(text: str) -> str:
    """Return the text as the full-text index needs it: one token per word and per character.

    SQLite's tokenizers take a run of Chinese for one word; separated characters, searched as a
    phrase, find two-character names.
    """
    words = [
        " ".join(run) if is_cjk(run) else ABBREVIATIONS.get(run, run)
        for run in _RUNS.findall(fold(text))
    ]
    return " ".join(words)


def similarity(query: Collection[str], name: Collection[str]) -> float:
    """Return how well the tokens of a query fit those of a name, in [0, 1]; 1 is a perfect fit.

    Three quarters count how much of the query is found in the name, one quarter how much of the
    name was asked for; long tokens weigh more.
    """
    recall, precision = share_found(query, name), share_found(name, query)
    return _RECALL_SHARE * recall + (1 - _RECALL_SHARE) * precision


def share_found(wanted: Collection[str], there: Collection[str]) -> float:
    """Return which share of the tokens ``wanted`` is ``there``, by weight, typos counting less."""
    weights = [_weight(token) for token in wanted]
    if not weights:
        return 0.0
    best = [max((_alike(token, other) for other in there), default=0.0) for token in wanted]
    return sum(w * b for w, b in zip(weights, best, strict=True)) / sum(weights)


def _weight(token: str) -> float:
    return 4.0 if token.isdigit() or is_cjk(token) else float(len(token))


@lru_cache(maxsize=200_000)
def _alike(one: str, other: str) -> float:
    """Return 1 for equal tokens, less for the start of a word and for typos, else 0."""
    if one == other:
        return 1.0
    shorter = min(len(one), len(other))
    if shorter < _FUZZY_FROM - 1 or not (one + other).isalpha() or is_cjk(one + other):
        return 0.0
    if other.startswith(one) or one.startswith(other):
        return 0.9
    return _typo(one, other) if shorter >= _FUZZY_FROM else 0.0


def _typo(one: str, other: str) -> float:
    if sorted(one) == sorted(other):
        return 0.85  # letters swapped
    dice = _dice(one, other)
    return 0.95 * dice if dice >= _FUZZY_AT_LEAST else 0.0


def _dice(one: str, other: str) -> float:
    a, b = _pairs(one), _pairs(other)
    return 2 * len(a & b) / (len(a) + len(b))


@lru_cache(maxsize=20_000)
def _pairs(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[i : i + 2] for i in range(len(padded) - 1))
