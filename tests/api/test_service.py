from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import pytest

from api.service import open_service
from api.settings import Settings
from kernel.clock import VirtualClock
from kernel.errors import DatabaseInUse, NotFound
from tests.support.service import NOON, OpenTown, Town, a_call


def test_a_second_service_on_the_file_is_refused_with_the_remedy(
    town: Town, town_data: Path
) -> None:
    settings = town.service.runtime.settings
    with pytest.raises(DatabaseInUse, match="PostgreSQL"):
        open_service(settings, VirtualClock(NOON))


def test_an_unknown_city_names_the_known_ones(tmp_path: Path, town_data: Path) -> None:
    with pytest.raises(NotFound, match="town"):
        open_service(city="atlantis", data_dir=town_data, database=f"sqlite:///{tmp_path}/x.sqlite")


def test_a_closed_service_frees_its_database(open_town: OpenTown) -> None:
    opened = open_town()
    settings = opened.service.runtime.settings
    opened.seed()
    incident = opened.call()
    opened.service.close()
    with open_service(settings, opened.clock) as again:
        client = opened.nobody.with_token(opened["desk"].token)
        client._app = again.app
        assert client.get(f"incidents/{incident['id']}").json()["number"] == incident["number"]


def test_the_environment_lets_an_administrator_in(open_town: OpenTown) -> None:
    opened = open_town(admin_token="from-the-environment")
    admin = opened.nobody.with_token("from-the-environment")
    assert admin.get("me").json()["role"] == "admin"
    assert "from-the-environment" not in repr(opened.service.runtime.settings)


def test_notices_name_who_has_news(town: Town) -> None:
    told: list[str] = []
    town.service.on_notice(told.append)
    town.start_shifts()
    incident = town.call()
    town.decide()
    assert "unit:R-01" in told
    assert f"incident:{incident['id']}" in told
    told.clear()
    other = town.call()
    town["desk"].post(f"incidents/{other['id']}/contractor-offer", {})
    assert "contractor:partner" in told


def test_the_dispatcher_runs_by_itself(open_town: OpenTown) -> None:
    opened = open_town(drive="thread")
    opened.seed()
    ordered = threading.Event()
    database = opened.service.runtime.database
    database.on_commit(
        lambda events: ordered.set() if any(e.kind == "job.ordered" for e in events) else None
    )
    opened.start_shifts()
    opened["hotline"].post("incidents", a_call())
    assert ordered.wait(30)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/roadflare")
    monkeypatch.setenv("ROADFLARE_CITY", "guangzhou")
    monkeypatch.setenv("ROADFLARE_TOKEN_LIFE", "PT1H")
    settings = Settings()
    assert settings.database == "postgresql://db/roadflare"
    assert settings.city == "guangzhou"
    assert settings.token_life == timedelta(hours=1)


def test_without_a_database_a_file_named_after_the_city_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings(data_dir=Path("/srv/roadflare"), city="town")
    assert settings.database == "sqlite:////srv/roadflare/town.sqlite"


def test_the_whole_way_on_both_databases(open_town: OpenTown, any_database_url: str) -> None:
    opened = open_town(database=any_database_url)
    opened.seed()
    opened.start_shifts()
    body, key = a_call(), {"Idempotency-Key": "once"}
    incident = opened["hotline"].post("incidents", body, headers=key).json()
    assert opened["hotline"].post("incidents", body, headers=key).json() == incident
    opened.decide()
    code, job = opened.unit_with_job()
    assert job["incident_id"] == incident["id"]
    for kind in ("rolling", "arrived", "done"):
        opened.clock.advance(300)
        assert opened.press(code, kind, job["job_id"]).json()["results"][0]["status"] == "applied"
    closed = opened["desk"].get(f"incidents/{incident['id']}").json()
    assert (closed["state"], closed["outcome"]) == ("closed", "repaired")
    owner = opened.nobody.get("track/" + incident["track_url"].rpartition("/")[2])
    assert owner.json()["stage"] == "done"
    opened.service.close()
