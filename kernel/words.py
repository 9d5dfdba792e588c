"""A text for people, in every language the product speaks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import timedelta


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


def ago(since: timedelta) -> Words:
    """Return how long ago something was, in the unit that reads best; it has no time zone."""
    minutes = max(0, round(since.total_seconds() / 60))
    if minutes < 120:
        return Words(zh=f"{minutes} 分钟前", en=f"{minutes} min ago")
    hours = round(minutes / 60)
    if hours < 48:
        return Words(zh=f"{hours} 小时前", en=f"{hours} h ago")
    return Words(zh=f"{round(hours / 24)} 天前", en=f"{round(hours / 24)} days ago")
