"""What an owner thought of the help, or of a visit."""

from __future__ import annotations

from field_app.wire import WireModel


class Rating(WireModel):
    """What the owner thought of it."""

    stars: int
    text: str
