"""A text for people, in every language the product speaks."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """One text in Chinese and English."""

    zh: str
    en: str

    def as_dict(self) -> dict[str, str]:
        """Return ``{"zh": ..., "en": ...}``, as JSON carries it."""
        return asdict(self)

    def fill(self, **values: object) -> Words:
        """Return both texts with ``{name}`` placeholders filled in."""
        return Words(zh=self.zh.format(**values), en=self.en.format(**values))
