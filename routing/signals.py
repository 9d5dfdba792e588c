"""The signals of a city, as far as a speed table makes them cost anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from routing.speeds import SpeedTable

if TYPE_CHECKING:
    from geo_data.city import City


def signals_of(city: City, table: SpeedTable) -> NDArray[np.bool_] | None:
    """Return bool[n_edges], the edges held by signals; None where they cost nothing.

    Cities that were not made from an extract do not tell: there they cost nothing either.
    """
    if not table.signal_s or city.source is None or city.source.suffix == ".graphml":
        return None
    from geo_data.signals import signal_edges  # noqa: PLC0415 (reads the extract)

    return signal_edges(city.source, city.network)
