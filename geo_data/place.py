"""Fetching a place's roads by its name through OSMnx, where there is a network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kernel.errors import BadData, ExternalServiceError

if TYPE_CHECKING:
    import networkx as nx

OVERPASS_TIMEOUT_S = 180.0
_REMEDY = (
    "Check the network and the spelling, or download an extract and use "
    "`roadflare city import NAME --pbf FILE`."
)


def fetch_place(place: str, path: Path, *, timeout_s: float = 20.0) -> Path:
    """Fetch the drivable roads of a place, keep them as GraphML at ``path`` and return it.

    Parameters
    ----------
    place
        What OpenStreetMap's Nominatim shall look for, e.g. ``"Guangzhou, China"``.
    timeout_s
        How long to wait for Nominatim, which answers at once where there is a network; Overpass,
        which has to gather the roads, gets `OVERPASS_TIMEOUT_S`.

    Raises
    ------
    ExternalServiceError
        When a server cannot be reached, answers nonsense, or does not know the place.
    """
    import osmnx  # noqa: PLC0415 (loads for seconds, and most imports come from files)

    settings = osmnx.settings
    with _answering(place):
        with _settings(settings, requests_timeout=timeout_s, use_cache=False):
            outline = osmnx.geocode_to_gdf(place).union_all()
        with _settings(settings, requests_timeout=OVERPASS_TIMEOUT_S, use_cache=False):
            graph = osmnx.graph_from_polygon(outline, network_type="drive", truncate_by_edge=True)
    osmnx.save_graphml(graph, path)
    return path


@contextmanager
def _answering(place: str) -> Iterator[None]:
    """Turn what OSMnx says about servers and places into `ExternalServiceError`."""
    from osmnx._errors import InsufficientResponseError, ResponseStatusCodeError  # noqa: PLC0415
    from requests.exceptions import RequestException  # noqa: PLC0415

    try:
        yield
    except (RequestException, OSError) as error:
        raise ExternalServiceError(
            f"OpenStreetMap's servers cannot be reached for {place!r}.", remedy=_REMEDY
        ) from error
    except (InsufficientResponseError, ResponseStatusCodeError, ValueError, TypeError) as error:
        raise ExternalServiceError(
            f"OpenStreetMap's servers gave no roads for {place!r} ({error}).", remedy=_REMEDY
        ) from error


def load_graph(path: Path) -> nx.MultiDiGraph[Any]:
    """Read a graph that `fetch_place` has kept.

    Raises
    ------
    BadData
        When the file is damaged.
    """
    import osmnx  # noqa: PLC0415

    try:
        graph: nx.MultiDiGraph[Any] = osmnx.load_graphml(path)
    except (SyntaxError, ValueError, KeyError, OSError) as error:
        raise BadData(
            f"{path} is no graph of OSMnx ({error}).", remedy="Fetch it again."
        ) from error
    return graph


@contextmanager
def _settings(settings: Any, **wanted: object) -> Iterator[None]:
    """Change OSMnx's global settings for a while."""
    before = {key: getattr(settings, key) for key in wanted}
    try:
        for key, value in wanted.items():
            setattr(settings, key, value)
        yield
    finally:
        for key, value in before.items():
            setattr(settings, key, value)
