"""What is closed or slow right now: reported by people or a feed, obeyed by all travel times."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from fastapi import APIRouter, Path, Query, Response

from api.access import FOR_ROAD_KEEPERS, RoadKeeper
from api.models.roads import (
    RoadAt,
    RoadDirection,
    RoadReportIn,
    RoadReportOut,
    RoadReports,
    RoadsWhere,
)
from api.runtime import Runtime
from api.writing import Repeat, Run
from kernel.database import WriteSession
from kernel.errors import RoadflareError
from kernel.position import Position
from routing.road_reports import Effect, NewReport, RoadReport, Where, edges_at, lines_of
from routing.store import add_report, clear_report, reports_in_force
from routing.stretches import ends_of, length_m, road_names, stretch_at

router = APIRouter(prefix="/road-reports", tags=["roads"])

ReportId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", dependencies=[FOR_ROAD_KEEPERS])
def list_road_reports(runtime: Run) -> RoadReports:
    """Return the reports in force, with the roads they are about."""
    with runtime.database.read() as session:
        found = reports_in_force(session, runtime.region, runtime.clock.now())
    return RoadReports(items=[_out(runtime, report) for report in found])


@router.get("/road-at", dependencies=[FOR_ROAD_KEEPERS])
def road_at(
    runtime: Run,
    lon: Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False)],
    lat: Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False)],
) -> RoadAt:
    """Return the road that a report at this place would be about."""
    found = stretch_at(runtime.context.travel_times, Position(lon, lat))
    return RoadAt(
        lon=found.middle.lon,
        lat=found.middle.lat,
        roads=list(found.roads),
        between=list(found.between),
        length_m=found.length_m,
        directions=[
            RoadDirection(heading_deg=it.heading_deg, line=list(it.line)) for it in found.directions
        ],
    )


@router.post("", status_code=201, response_model=RoadReportOut)
def report_roads(body: RoadReportIn, who: RoadKeeper, repeat: Repeat, runtime: Run) -> Response:
    """Close roads or change their speed; every process re-plans by it within a second."""
    report = NewReport(
        where=_where(body.where),
        effect=Effect(body.effect),
        value=body.value,
        until=body.until,
        note=body.note or "",
        made_at=runtime.clock.now(),
        made_by=who.name,
    )
    edges_at(runtime.context.travel_times, report.where)  # that there are such roads

    def act(session: WriteSession) -> RoadReportOut:
        return _out(runtime, add_report(session, runtime.region, report))

    return repeat.answer(runtime, who.key, act, status=201)


@router.post("/{report_id}/clear", response_model=RoadReportOut)
def clear_road_report(
    report_id: ReportId, who: RoadKeeper, repeat: Repeat, runtime: Run
) -> Response:
    """Take a report back: the roads are as the speed table says again."""

    def act(session: WriteSession) -> RoadReportOut:
        now = runtime.clock.now()
        return _out(runtime, clear_report(session, runtime.region, now, report_id))

    return repeat.answer(runtime, who.key, act)


def _where(given: RoadsWhere) -> Where:
    spot = given.at
    return Where(
        way_ids=tuple(given.way_ids),
        area=tuple(given.area),
        at=None if spot is None else Position(spot.lon, spot.lat),
        heading_deg=None if spot is None else spot.heading_deg,
    )


def _out(runtime: Runtime, report: RoadReport) -> RoadReportOut:
    engine = runtime.context.travel_times
    network = engine.network
    try:
        edges = edges_at(engine, report.where)
    except RoadflareError:  # the city was imported anew, and these roads are gone
        edges = np.empty(0, dtype=np.int64)
    return RoadReportOut(
        id=report.id,
        effect=report.effect.value,
        value=report.value,
        until=report.until,
        note=report.note,
        made_at=report.made_at,
        made_by=report.made_by,
        n_edges=len(edges),
        roads=list(road_names(network, edges)),
        between=list(ends_of(network, edges)) if len(edges) else [],
        length_m=length_m(network, edges),
        heading_deg=report.where.heading_deg,
        geometry={"type": "MultiLineString", "coordinates": lines_of(network, edges)},
    )
