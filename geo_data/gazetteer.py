"""Finding a place by what people call it: an index on SQLite's full-text search, one per city.

Candidates come from two indexes: words (with Chinese characters apart, so that two-character names
are found) and trigrams (so that typos are). `geo_data.text_match` ranks them.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from geo_data.city_store import City
from geo_data.text_match import index_text, is_cjk, pinyin_forms, share_found, similarity, tokens
from kernel.errors import InvalidInput
from kernel.position import Position, distance_m

if TYPE_CHECKING:
    from geo_data.gazetteer_entries import Entry

FORMAT_VERSION = 2
CONFIRM_BELOW = 0.75
"""A hit less sure than this should be confirmed with a pin on the map."""

_WORST = 0.35
_CANDIDATES = 300
_AMBIGUOUS_M = 400.0
_AMBIGUOUS_FACTOR = 0.7
_PART_MISSING = 0.6
_ONE_SIDE = 0.25  # a street of a crossing counts as named from this share on
_LONGEST_QUERY = 200
_SPOT = {"street": 0.7, "place": 0.5}
"""A street or a village is no spot: however well it fits, a pin has to say where on it."""

_CATEGORY_WORDS = {
    "charging_station": ("充电站", "充电桩", "charging station", "charger"),
    "hospital": ("医院", "hospital"),
    "car_repair": ("汽修", "服务中心", "car repair", "service centre"),
    "fuel": ("加油站", "petrol station", "gas station"),
    "mall": ("商场", "mall"),
}
"""What people say instead of a name."""

_SCHEMA = """
    create table entries (
        id integer primary key, kind text not null, label text not null, category text not null,
        names text not null, tokens text not null, lon real not null, lat real not null
    );
    create virtual table words using fts5(
        names, content='', tokenize='unicode61 remove_diacritics 2'
    );
    create virtual table grams using fts5(names, content='', tokenize='trigram');
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One answer of the gazetteer.

    Attributes
    ----------
    kind
        ``address``, ``street``, ``crossing``, ``poi`` or ``place``.
    label
        As written on the spot.
    names
        All ways to say it, the label first.
    confidence
        In [0, 1]: how sure it is that this place was meant; below `CONFIRM_BELOW` ask.
    category
        For points of interest and places their class, else empty.
    """

    kind: str
    label: str
    names: tuple[str, ...]
    position: Position
    confidence: float
    category: str = ""


def ensure_gazetteer(city: City) -> Gazetteer:
    """Open the city's gazetteer, building it first if there is none yet (about a second)."""
    path = gazetteer_path(city)
    if not path.exists():
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        partial.unlink(missing_ok=True)
        from geo_data.gazetteer_entries import city_entries  # noqa: PLC0415 (SciPy; only to build)

        build_gazetteer(partial, city_entries(city))
        partial.replace(path)
    return Gazetteer(path)


def gazetteer_path(city: City) -> Path:
    """Return where the city's gazetteer lies; the name changes with the content."""
    return city.folder / f"gazetteer-v{FORMAT_VERSION}-{city.network.content_hash[:12]}.sqlite"


def build_gazetteer(path: Path, entries: Iterable[Entry]) -> None:
    """Write the index of some entries into a new SQLite file."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        database.executescript(_SCHEMA)
        database.execute("begin")
        for number, entry in enumerate(entries, start=1):
            _insert(database, number, entry)
        database.execute("commit")


def _insert(database: sqlite3.Connection, number: int, entry: Entry) -> None:
    spoken = list(dict.fromkeys([*entry.names, *_pinyin(entry.names)]))
    said = [*spoken, *_CATEGORY_WORDS.get(entry.category, ())]
    row = (number, entry.kind, entry.label, entry.category, _json(entry.names))
    place = (_json([_sides(text) for text in said]), entry.position.lon, entry.position.lat)
    database.execute("insert into entries values (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *place))
    words = " ".join(map(_index_text, said))
    database.execute("insert into words (rowid, names) values (?, ?)", (number, words))
    latin = " ".join(_index_text(name) for name in spoken if not is_cjk(name))
    database.execute("insert into grams (rowid, names) values (?, ?)", (number, latin))


def _sides(name: str) -> list[tuple[str, ...]]:
    """Return the tokens of a name; of a crossing those of each street."""
    return [tokens(part) for part in name.split(" / ")]


def _index_text(name: str) -> str:
    return " ".join(map(index_text, name.split(" / ")))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _pinyin(names: Iterable[str]) -> list[str]:
    """Return the pinyin of each Chinese name; the parts of a crossing apart."""
    found = []
    for name in names:
        forms = [pinyin_forms(part) or (part,) for part in name.split(" / ")]
        found += [" / ".join(form) for form in zip(*forms, strict=False)] if is_cjk(name) else []
    return found


class Gazetteer:
    """An open index; may be used from several threads.

    Parameters
    ----------
    path
        A file that `build_gazetteer` wrote.
    """

    def __init__(self, path: Path) -> None:
        uri = f"{path.resolve().as_uri()}?mode=ro"
        self._database = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._turn = Lock()

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def search(self, text: str, *, limit: int = 5, near: Position | None = None) -> list[Hit]:
        """Return the best-fitting hits for a text, best first; an empty list if nothing is like it.

        Understands addresses, streets, "A / B" crossings (also written with "&", "and", "与",
        "和"), points of interest and their kinds, in Latin letters with typos, Chinese and pinyin.

        Parameters
        ----------
        near
                Among equally good hits the one nearer to this comes first.

        Raises
        ------
        InvalidInput
            When the text is empty, or longer than anybody types.
        """
        if not text.strip() or len(text) > _LONGEST_QUERY:
            raise InvalidInput.one(
                "/q",
                "gazetteer.query",
                "The text is empty or too long.",
                "Give an address or name.",
                zh="搜索内容为空或过长，请填写地址或地名。",
            )
        wanted = [token for token in tokens(text) if token not in _JOINTS] or list(tokens(text))
        found = [it for row in self._candidates(text) if (it := _scored(row, wanted))]
        if any(it.exact and it.hit.kind == "street" for it in found):
            found = [_no_crossing(it) for it in found]
        # What is called exactly so goes first, a street before all: its name alone was typed.
        found.sort(
            key=lambda it: (
                not it.exact,
                -it.hit.confidence,
                it.hit.kind != "street",
                _distance(near, it.hit),
                it.hit.label,
            )
        )
        hits = [it.hit for it in found]
        return [_doubted(hit, hits) for hit in hits[:limit]]

    def _candidates(self, text: str) -> list[tuple[Any, ...]]:
        queries = [("words", _word_query(text)), ("grams", _gram_query(text))]
        with self._turn:
            rows = {
                number
                for table, query in queries
                if query
                for (number,) in self._database.execute(
                    f"select rowid from {table} where {table} match ? order by rank limit ?",  # noqa: S608
                    (query, _CANDIDATES),
                )
            }
            marks = ", ".join("?" * len(rows))
            return self._database.execute(
                f"select * from entries where id in ({marks}) order by id",  # noqa: S608
                sorted(rows),
            ).fetchall()


_JOINTS = frozenset(
    ["and", "y", "与", "和", "corner", "crossing", "路口", "交叉", "叉口", "esquina"]
)


def _word_query(text: str) -> str:
    """Return the words as alternatives: a phrase per pair of characters, a prefix per word."""
    parts = [f'"{" ".join(t)}"' if is_cjk(t) else f'"{t}"*' for t in dict.fromkeys(tokens(text))]
    return " OR ".join(parts)


def _gram_query(text: str) -> str:
    words = [t for t in tokens(text) if not is_cjk(t) and not t.isdigit() and len(t) > 2]
    grams = {word[i : i + 3] for word in words for i in range(len(word) - 2)}
    return " OR ".join(f'"{gram}"' for gram in sorted(grams))


class _Scored(NamedTuple):
    hit: Hit
    exact: bool
    """Whether one of its names is what was typed, word for word."""


def _scored(row: tuple[Any, ...], wanted: list[str]) -> _Scored | None:
    _, kind, label, category, names, named, lon, lat = row
    said: list[list[list[str]]] = json.loads(named)
    score = max(_fit(kind, wanted, sides) for sides in said)
    if score < _WORST:
        return None
    confidence, position = round(score, 3), Position(lon, lat)
    hit = Hit(kind, label, tuple(json.loads(names)), position, confidence, category)
    return _Scored(hit, score == 1.0 and any(_is_exact(wanted, sides) for sides in said))


def _no_crossing(it: _Scored) -> _Scored:
    """Return it, but a crossing as one of whose streets only one was named."""
    if it.exact or it.hit.kind != "crossing" or it.hit.confidence <= _PART_MISSING:
        return it
    return it._replace(hit=replace(it.hit, confidence=_PART_MISSING))


def _fit(kind: str, wanted: list[str], sides: list[list[str]]) -> float:
    """Return how well a query fits one name, in [0, 1]; low where the decisive part is missing."""
    name = [token for side in sides for token in side]
    score = similarity(wanted, name)
    asked = {token for token in wanted if token.isdigit()}
    unlike = (
        not asked <= set(name)  # another house, another road
        or (kind == "address" and not asked)
        or not (_is_exact(wanted, sides) or _all_named(wanted, sides))
    )
    return min(score, _PART_MISSING) if unlike else score


def _is_exact(wanted: list[str], sides: list[list[str]]) -> bool:
    """Return whether a name is what was typed, word for word, in whatever order."""
    return sorted(wanted) == sorted(token for side in sides for token in side)


def _all_named(wanted: list[str], sides: list[list[str]]) -> bool:
    """Return whether each street of a crossing is asked for, by words that fit no other better.

    "Rua do Almada" finds "rua" and "do" in many a street that crosses it; none is named by that.
    """
    for number, side in enumerate(sides):
        others = [token for it in sides[:number] + sides[number + 1 :] for token in it]
        own = [t for t in wanted if share_found([t], side) > share_found([t], others)]
        if share_found(side, own) < _ONE_SIDE:
            return False
    return True


def _distance(near: Position | None, hit: Hit) -> float:
    return distance_m(near, hit.position) if near else 0.0


def _doubted(hit: Hit, hits: list[Hit]) -> Hit:
    """Return the hit, less sure if its kind has no exact spot, or another one fits as well."""
    sure = hit.confidence * _SPOT.get(hit.kind, 1.0)
    rivals = (
        other
        for other in hits
        if other is not hit
        and abs(other.confidence - hit.confidence) < 0.02
        and distance_m(other.position, hit.position) > _AMBIGUOUS_M
    )
    if next(rivals, None):
        sure *= _AMBIGUOUS_FACTOR
    return replace(hit, confidence=round(sure, 3))
