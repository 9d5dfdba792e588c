"""What is closed or slow right now: reported by people or a feed, obeyed by all travel times."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from api.access import FOR_ROAD_KEEPERS, RoadKeeper
from api.models.roads import RoadReportIn, RoadReportOut, RoadReports, RoadsWhere
from api.runtime import Runtime
from api.writing import Repeat, Run
from kernel.database import WriteSession
from kernel.errors import RoadflareError
from kernel.position import Position
from routing.road_reports import Effect, NewReport, RoadReport, Where, edges_at, lines_of
from routing.store import add_report, clear_report, reports_in_force

router = APIRouter(prefix="/road-reports", tags=["roads"])

ReportId = Annotated[int, Path(ge=1, le=2**31 - 1)]


@router.get("", dependencies=[FOR_ROAD_KEEPERS])
def list_road_reports(runtime: Run) -> RoadReports:
    """Return the reports in force, with the roads they are about."""
    with runtime.database.read() as session:
        found = reports_in_force(session, runtime.region, runtime.clock.now())
    return RoadReports(items=[_out(runtime, report) for report in found])


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
    try:
        edges = edges_at(engine, report.where)
    except RoadflareError:  # the city was imported anew, and these roads are gone
        n_edges, lines = 0, []
    else:
        n_edges, lines = len(edges), lines_of(engine.network, edges)
    return RoadReportOut(
        id=report.id,
        effect=report.effect.value,
        value=report.value,
        until=report.until,
        note=report.note,
        made_at=report.made_at,
        made_by=report.made_by,
        n_edges=n_edges,
        geometry={"type": "MultiLineString", "coordinates": lines},
    )
