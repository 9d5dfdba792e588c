"""A day of data goes back through every revision and forth again; what a revision knows stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, inspect, select

from api import schema
from kernel import events
from kernel.database import Database
from tests.support.pictures import drawn
from tests.support.service import OpenTown, Town, owner_of

ON_BOTH_DATABASES = True
REVISIONS = sorted(path.name[1:5] for path in schema.SCRIPTS.glob("v*.py"))
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def lived_in(open_town: OpenTown) -> Iterator[Database]:
    """A database in which people have worked; nobody has it open."""
    town = open_town(webhook_key="a-key-for-this-test")
    town.seed()
    live(town)
    url = town.service.runtime.settings.database
    town.service.close()
    with closing(Database(url)) as database:
        yield database


def live(town: Town) -> None:
    town.start_shifts()
    first, _ = town.call(), town.call(fault="accident", symptom="front hit")
    town.decide()
    code, job = town.unit_with_job()
    for kind in ("accepted", "rolling", "arrived"):
        assert town.press(code, kind, job["job_id"]).status_code == 200
    _, page = owner_of(town, first)
    sent = town.nobody.request("POST", f"{page}/photos?client_id=c1", content=drawn())
    assert sent.status_code == 201
    reason = {"reason": "they drove on"}
    etag = town["desk"].get(f"incidents/{first['id']}").headers["ETag"]
    cancel = f"incidents/{first['id']}/cancel"
    assert town["desk"].post(cancel, reason, headers={"If-Match": etag}).status_code == 200
    town.decide()


def stored(database: Database, like: Rows | None = None) -> Rows:
    """Return every row of every table; with ``like``, only the tables and columns that it has."""
    found: Rows = {}
    names = [
        name
        for name in inspect(database.engine).get_table_names()
        if not name.startswith(("spatial_ref", "alembic")) and "_rtree" not in name
    ]
    with database.engine.connect() as connection:
        for name in names if like is None else like:
            table = Table(name, MetaData(), autoload_with=connection)
            columns = [
                column
                for column in table.columns
                if like is None or not like[name] or column.name in like[name][0]
            ]
            rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
            found[name] = [{key: str(it) for key, it in row._mapping.items()} for row in rows]
    return found


@pytest.mark.filterwarnings("ignore:Did not recognize type 'geometry'")
def test_a_days_data_goes_back_and_forth(lived_in: Database) -> None:
    whole = stored(lived_in)
    assert {"incidents", "jobs", "technician_events", "tokens", "events"} <= {
        name for name, rows in whole.items() if rows
    }
    for revision in reversed(REVISIONS[:-1]):
        schema.downgrade(lived_in, revision)
        known = stored(lived_in)
        for name, rows in known.items():
            short = [{key: row[key] for key in (rows[0] if rows else ())} for row in whole[name]]
            assert rows == short, f"going back to {revision} has changed {name}"
        schema.upgrade(lived_in)
        assert stored(lived_in, known) == known, f"coming from {revision} has changed something"
        assert schema.differences(lived_in) == []
        whole = stored(lived_in)
    with lived_in.read() as session:
        assert events.audit(session).broken is None
    assert whole["units"]
    assert whole["incidents"] == []  # 0001 knows the fleet only, and says so when it is asked for
