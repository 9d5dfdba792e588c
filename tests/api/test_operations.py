"""What the person on call relies on: health, numbers, log lines, the run sheet, honest failures."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from api.run_sheet import HEADINGS, Line, as_csv, as_html, open_work, write_sheet
from tests.support.service import NOON, Client, OpenTown, Town

ON_BOTH_DATABASES = True

METRIC = re.compile(r'^[a-z_]+(\{([a-z]+="[^"]*",?)+\})? ([0-9.e+-]+|\+Inf)$')


def page(town: Town, path: str, **headers: str) -> Any:
    return town.nobody.request("GET", path, headers=headers)


def numbers(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert [line for line in lines if not METRIC.match(line)] == []
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_alive_and_ready(shared_town: Town) -> None:
    assert page(shared_town, "/healthz").status_code == 200
    assert page(shared_town, "/readyz").text == "ready\n"


def test_a_process_that_stops_or_lost_its_database_is_not_ready(
    open_town: OpenTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = open_town()
    database = town.service.runtime.database
    with monkeypatch.context() as patch:
        patch.setattr(database, "read", broken)
        assert page(town, "/readyz").status_code == 503
        assert page(town, "/metrics").status_code == 503
        assert page(town, "/healthz").status_code == 200
    town.service.end_streams()
    assert (page(town, "/readyz").status_code, page(town, "/readyz").text) == (503, "stopping\n")


def broken(*_: object, **__: object) -> Any:
    raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))


def test_without_its_database_a_request_is_refused_and_may_be_repeated(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(town.service.runtime.database, "read", broken)
        answer = town["hotline"].get("incidents")
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_unavailable"
    assert answer.headers["Retry-After"] == "2"
    assert town["hotline"].get("incidents").status_code == 200


def test_the_numbers_of_a_region(town: Town) -> None:
    town.start_shifts()
    town.call()
    town.decide()
    found = numbers(page(town, "/metrics").text)
    assert found['roadflare_incidents_open{region="town",risk="normal"}'] == 1
    assert found['roadflare_incidents_open{region="town",risk="breached"}'] == 0
    assert found['roadflare_units{region="town",state="idle"}'] >= 1
    assert found["roadflare_decision_seconds_count"] >= 1
    assert found['roadflare_decision_seconds_bucket{le="+Inf"}'] >= 1
    assert found["roadflare_event_lag"] == 0
    # On PostGIS the processes elect who dispatches; here the test lets it decide by hand.
    elected = not town.service.runtime.database.is_sqlite
    assert found['roadflare_dispatching{region="town"}'] == (0 if elected else 1)
    posts = 'roadflare_requests_total{method="POST",route="/api/v1/incidents",status="201"}'
    assert found[posts] == 1


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "1.2.3.4"}, {"Forwarded": "for=1.2.3.4"}])
def test_a_proxy_may_not_read_the_numbers(shared_town: Town, headers: dict[str, str]) -> None:
    assert page(shared_town, "/metrics", **headers).status_code == 403


def test_a_token_opens_the_numbers(open_town: OpenTown) -> None:
    town = open_town(metrics_token="only for prometheus")
    assert page(town, "/metrics").status_code == 403
    assert page(town, "/metrics", Authorization="Bearer wrong").status_code == 403
    allowed = {"Authorization": "Bearer only for prometheus", "X-Forwarded-For": "1.2.3.4"}
    assert page(town, "/metrics", **allowed).status_code == 200


def test_one_line_a_request_without_anything_personal(town: Town) -> None:
    with structlog.testing.capture_logs() as logs:
        incident = town.call()
        owner = Client(town.nobody._portal, town.service.app)
        owner.get(incident["track_url"].replace("/t/", "track/").lstrip("/"))
        owner.request("GET", "geocode?q=13812340001")
    lines = [line for line in logs if line["event"] == "request"]
    assert [line["status"] for line in lines] == [201, 200, 401]
    assert lines[1]["route"] == "/api/v1/track/{key}"
    key = incident["track_url"].rsplit("/", 1)[-1]
    assert key not in str(logs)
    assert "138" not in str(lines)


def test_a_route_is_told_with_its_whole_address(town: Town) -> None:
    """Also where one router stands in another: a phone's events are not those of the consoles."""
    incident = town.call()
    with structlog.testing.capture_logs() as logs:
        town["R-01"].get("field/jobs")
        town["desk"].get("events/log?after=0")
        town["desk"].get(f"incidents/{incident['id']}/candidates")
        town["desk"].request("DELETE", "field/jobs")
        town.nobody.get("no/such/address")
    assert [line["route"] for line in logs if line["event"] == "request"] == [
        "/api/v1/field/jobs",
        "/api/v1/events/log",
        "/api/v1/incidents/{incident_id}/candidates",
        "/api/v1/field/jobs",
        "(none)",
    ]


def test_one_line_a_decision(town: Town) -> None:
    town.start_shifts()
    town.call()
    with structlog.testing.capture_logs() as logs:
        town.decide()
    [first, *_] = [line for line in logs if line["event"].startswith("plan.")]
    assert {"region", "version", "engine", "decision_s", "cost_cny", "n_jobs"} <= first.keys()


# ------------------------------------------------------------------------------- run sheet


def test_the_run_sheet_says_who_waits_and_who_goes(town: Town, tmp_path: Path) -> None:
    town.start_shifts()
    first = town.call(location_note="=HYPERLINK(1)")
    town.decide()
    second = town.call(vehicle={"plate": "闽AD99999", "model": "<script>"})
    context = town.service.runtime.context
    html, sheet = sorted(write_sheet(context, tmp_path / "sheets"), reverse=True)
    assert html.suffix == ".html"
    code, _ = town.unit_with_job()
    rows = list(csv.reader(io.StringIO(sheet.read_text(encoding="utf-8-sig"))))
    assert rows[0] == list(HEADINGS.values())
    found = {row[0]: dict(zip(HEADINGS, row, strict=True)) for row in rows[1:]}
    assert found[first["number"]]["unit"] == code
    assert found[first["number"]]["phone"].startswith("+86138")
    assert found[first["number"]]["note"] == "'=HYPERLINK(1)"
    assert found[second["number"]]["unit"] == ""
    assert "闽AD99999" in html.read_text(encoding="utf-8")
    assert {path.stat().st_mode & 0o777 for path in (html, sheet)} == {0o600}
    assert len(list((tmp_path / "sheets").iterdir())) == 2  # nothing half-written is left


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"), ("@SUM(A1)", "'@SUM(A1)"), ("+cmd|'/c calc'!A0", "'+cmd|'/c calc'!A0"),
        ("-2+3", "'-2+3"), ("\t=1", "'\t=1"), ("\r=1", "'\r=1"), ("\n=1", "'\n=1"),
        (" =1+1", "' =1+1"), ("　=1", "'　=1"),
        ("＝1＋1", "'＝1＋1"), ("＋1", "'＋1"), ("－1", "'－1"), ("＠A1", "'＠A1"),
        ("+8613812340001", "+8613812340001"), ("闽AD20001", "闽AD20001"), ("", ""), ("a=b", "a=b"),
    ],
)  # fmt: skip
def test_no_cell_begins_a_formula_in_any_spreadsheet(value: str, cell: str) -> None:
    # Spreadsheets of East Asian locales take the wide signs for formulas too (OWASP).
    line = Line(**(dict.fromkeys(HEADINGS, "") | {"note": value}))
    rows = list(csv.reader(io.StringIO(as_csv([line]).removeprefix("\ufeff"), newline="")))
    assert rows[1][-1] == cell


def test_a_sheet_is_text_not_markup(town: Town) -> None:
    town.call(location_note="<img src=x onerror=alert(1)>")
    with town.service.runtime.database.read() as session:
        lines = open_work(session, "town")
    text = as_html(lines, "town", NOON)
    assert "<img" not in text
    assert "&lt;img" in text
    assert "<img" in as_csv(lines)
