"""Texts for people on the wire."""

from __future__ import annotations

from typing import overload

from field_app.wire import Bilingual
from kernel.words import Words


@overload
def bilingual(words: Words) -> Bilingual: ...
@overload
def bilingual(words: Words | None) -> Bilingual | None: ...
def bilingual(words: Words | None) -> Bilingual | None:
    """Return words as JSON carries them."""
    return None if words is None else Bilingual(zh=words.zh, en=words.en)
