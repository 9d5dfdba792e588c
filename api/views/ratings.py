"""An owner's rating as it is shown."""

from __future__ import annotations

from api.models.rating import Rating
from dispatch.store import RatingRow


def rating_out(row: RatingRow | None) -> Rating | None:
    """Return it, ``None`` where there is none."""
    return None if row is None else Rating(stars=row.stars, text=row.text)
