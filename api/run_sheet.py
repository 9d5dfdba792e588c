"""The degraded run sheet: what is open and who goes where, as a file that needs no server.

Written every half minute, each time as a whole (a new file takes the old one's place), as HTML to
read and print and as CSV to sort. It holds full phone numbers, because without the service they are
all there is: only the account that runs the service may read it.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from html import escape
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.context import DispatchContext
from dispatch.incident import incident_number
from dispatch.job import JobState
from dispatch.store import (
    UNFINISHED_SQL,
    AppointmentRow,
    ContractorOfferRow,
    IncidentRow,
    JobRow,
    is_open,
)
from dispatch.world import TAKEN
from fleet.store import ContractorRow, UnitRow

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of open work."""

    number: str
    risk: str
    state: str
    unit: str
    sequence: str
    planned_arrival: str
    promised: str
    received: str
    fault: str
    place: str
    lon_lat: str
    caller: str
    phone: str
    plate: str
    note: str


HEADINGS = {
    "number": "编号 Number",
    "risk": "风险 Risk",
    "state": "状态 State",
    "unit": "车组 Unit",
    "sequence": "顺序 Order",
    "planned_arrival": "预计到达 Planned",
    "promised": "承诺 Promised",
    "received": "来电 Call",
    "fault": "故障 Fault",
    "place": "地点 Place",
    "lon_lat": "经纬度 Lon, lat",
    "caller": "车主 Caller",
    "phone": "电话 Phone",
    "plate": "车牌 Plate",
    "note": "备注 Note",
}


def open_work(session: Session, region: str) -> list[Line]:
    """Return every open incident and every booked visit in the plan, by unit and order there."""
    units = dict(session.execute(select(UnitRow.id, UnitRow.code)).all())
    jobs = session.scalars(
        select(JobRow).where(JobRow.region == region, JobRow.state.in_(UNFINISHED_SQL))
    ).all()
    partners = _contractors(session, region)
    by_incident = {job.incident_id: job for job in jobs if job.incident_id is not None}
    waiting = select(IncidentRow).where(is_open(region))
    lines = [
        _of_incident(row, by_incident.get(row.id), units, partners.get(row.id))
        for row in session.scalars(waiting.order_by(IncidentRow.promised_at))
    ]
    visits = {job.appointment_id: job for job in jobs if job.appointment_id is not None}
    booked = select(AppointmentRow).where(AppointmentRow.id.in_(list(visits)))
    lines += [_of_visit(row, visits[row.id], units) for row in session.scalars(booked)]
    return sorted(lines, key=lambda it: (it.unit != "", it.unit, it.sequence, it.promised))


def _contractors(session: Session, region: str) -> dict[int, str]:
    query = (
        select(ContractorOfferRow.incident_id, ContractorRow.name)
        .join(ContractorRow, ContractorRow.id == ContractorOfferRow.contractor_id)
        .where(ContractorOfferRow.region == region, ContractorOfferRow.state.in_(TAKEN))
    )
    return dict(session.execute(query).all())


def _of_incident(
    row: IncidentRow, job: JobRow | None, units: dict[int, str], partner: str | None
) -> Line:
    return Line(
        number=incident_number(row.id),
        risk=row.risk,
        state=row.state,
        unit=partner or _unit(job, units),
        sequence=_sequence(job),
        planned_arrival=_time(row.eta_at or (job.planned_arrival_at if job else None)),
        promised=_time(row.promised_at),
        received=_time(row.received_at),
        fault=row.fault,
        place=row.place_text,
        lon_lat=f"{row.position.lon:.6f}, {row.position.lat:.6f}",
        caller=row.caller_name or "",
        phone=row.caller_phone,
        plate=row.plate or row.vin or "",
        note=" ".join(filter(None, (row.place_note, row.note))),
    )


def _of_visit(row: AppointmentRow, job: JobRow, units: dict[int, str]) -> Line:
    return Line(
        number=row.code,
        risk="",
        state=job.state,
        unit=_unit(job, units),
        sequence=_sequence(job),
        planned_arrival=_time(job.planned_arrival_at),
        promised=f"{_time(row.window_start_at)}–{_time(row.window_end_at)}",
        received=_time(row.booked_at),
        fault=row.kind,
        place=row.place_text,
        lon_lat=f"{row.position.lon:.6f}, {row.position.lat:.6f}",
        caller="",
        phone=row.caller_phone,
        plate="",
        note="",
    )


def _unit(job: JobRow | None, units: dict[int, str]) -> str:
    unit_id = None if job is None else job.unit_id or job.planned_unit_id
    return "" if unit_id is None else units.get(unit_id, str(unit_id))


def _sequence(job: JobRow | None) -> str:
    if job is None or (job.unit_id is None and job.planned_unit_id is None):
        return ""
    return "0" if job.state != JobState.OPEN.value else str(job.planned_sequence or 0)


def _time(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%MZ}"


# ------------------------------------------------------------------------------------ files


def as_csv(lines: Sequence[Line]) -> str:
    """Return the sheet for spreadsheets; a cell never begins a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEADINGS.values())
    for line in lines:
        writer.writerow([_no_formula(value) for value in asdict(line).values()])
    return "\ufeff" + out.getvalue()  # or spreadsheets take Chinese for something else


_SIGNS = "=@+-＝＠＋－"
"""Begin formulas; spreadsheets of East Asian locales take the wide ones too (OWASP)."""


def _no_formula(value: str) -> str:
    bare = value.lstrip()
    is_number = bare[:1] in "+-" and bare[1:].isascii() and bare[1:].isdigit()
    return value if not bare or bare[0] not in _SIGNS or is_number else f"'{value}"


def as_html(lines: Sequence[Line], region: str, at: datetime) -> str:
    """Return the sheet for eyes and printers."""
    heads = "".join(f"<th>{escape(HEADINGS[it.name])}</th>" for it in fields(Line))
    rows = "\n".join(
        f'<tr class="{escape(line.risk)}">'
        + "".join(f"<td>{escape(value)}</td>" for value in asdict(line).values())
        + "</tr>"
        for line in lines
    )
    return f"""<!doctype html>
<html lang="zh"><head><meta charset="utf-8"><title>{escape(region)} {at:%H:%MZ}</title>
<style>body{{font:14px sans-serif}}table{{border-collapse:collapse}}
td,th{{border:1px solid #999;padding:2px 6px;text-align:left}}
.at_risk td:nth-child(2),.breached td:nth-child(2){{font-weight:bold}}</style></head><body>
<h1>{escape(region)}: {len(lines)} open, at {at:%Y-%m-%d %H:%M:%S} UTC</h1>
<p>服务中断时使用本页。Use this page while the service is down. 时间为 UTC。Times are UTC.</p>
<table><thead><tr>{heads}</tr></thead><tbody>
{rows}
</tbody></table></body></html>
"""


def write_sheet(context: DispatchContext, folder: Path) -> list[Path]:
    """Write ``REGION.html`` and ``REGION.csv`` and return their paths."""
    with context.database.read() as session:
        lines = open_work(session, context.region)
    texts = {
        "csv": as_csv(lines),
        "html": as_html(lines, context.region, context.clock.now()),
    }
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return [_replace(folder / f"{context.region}.{kind}", text) for kind, text in texts.items()]


def _replace(path: Path, text: str) -> Path:
    """Put a file in place of another, so that whoever opens it finds one of the two, whole."""
    handle, partial = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise
    return path


class RunSheets:
    """Writes the sheet again and again, in a thread of its own, until closed."""

    def __init__(self, context: DispatchContext, folder: Path, every_s: float) -> None:
        self._context, self._folder, self._every_s = context, folder, every_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="run sheet", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                write_sheet(self._context, self._folder)
            except Exception:  # noqa: BLE001 - the old sheet stays; the next attempt comes soon
                _log.exception("run_sheet.not_written", folder=str(self._folder))
            self._stop.wait(self._every_s)
