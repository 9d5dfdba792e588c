"""The region, as maps need it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.models.region import RegionOut, ServiceCentreOut
from api.runtime import Runtime
from field_app.wire import Bilingual
from fleet.registers import service_centres_of


def region_out(session: Session, runtime: Runtime) -> RegionOut:
    """Return what a map of the region needs."""
    city = runtime.city
    west, south, east, north = city.bounds
    return RegionOut(
        name=city.name,
        title=Bilingual(zh=city.title["zh"], en=city.title["en"]),
        bounds=city.bounds,
        center=((west + east) / 2, (south + north) / 2),
        attribution=city.attribution,
        basemap=basemap_url(runtime),
        timezone=city.timezone,
        areas=runtime.context.areas.to_geojson(),
        centres=[
            ServiceCentreOut(
                id=centre.id,
                name=centre.name,
                lon=centre.position.lon,
                lat=centre.position.lat,
                skills=sorted(centre.skills),
            )
            for centre in service_centres_of(session, runtime.region)
        ],
    )


def basemap_url(runtime: Runtime) -> str:
    """Return the address of the region's tiles; it changes with the roads, so it may be cached."""
    return f"/basemap/{runtime.region}.pmtiles?v={runtime.city.network.content_hash[:12]}"
