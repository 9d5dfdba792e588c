from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.support.postgis import PostgisServer


def scalar(url: str, query: str) -> object:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            return connection.scalar(text(query))
    finally:
        engine.dispose()


def execute(url: str, statement: str) -> None:
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def test_a_database_has_postgis(postgis_url: str) -> None:
    assert scalar(postgis_url, "select st_x(st_point(-71.25, -29.9, 4326))") == -71.25


def test_trigrams_see_chinese(postgis_url: str) -> None:
    assert scalar(postgis_url, "select cardinality(show_trgm('中山东一路'))") == 6


def test_a_clone_holds_what_its_template_held(postgis_databases: PostgisServer) -> None:
    template = postgis_databases.create()
    execute(template, "create table t as select 7 as n")
    clone = postgis_databases.create(template)
    execute(template, "update t set n = 8")
    assert scalar(clone, "select n from t") == 7


def test_a_dropped_database_is_gone(postgis_databases: PostgisServer) -> None:
    url = postgis_databases.create()
    postgis_databases.drop(url)
    left = f"select count(*) from pg_database where datname = '{url.rpartition('/')[2]}'"
    assert scalar(postgis_databases.create(), left) == 0


def test_the_server_is_reachable_from_this_machine_only(postgis_url: str) -> None:
    assert scalar(postgis_url, "show listen_addresses") == "127.0.0.1"
    assert scalar(postgis_url, "show unix_socket_directories") == ""


def test_each_test_gets_an_empty_database(any_database_url: str) -> None:
    # The next test does the same: a database that still had this table would refuse.
    execute(any_database_url, "create table only_here (n integer)")


def test_each_test_gets_an_empty_database_again(any_database_url: str) -> None:
    execute(any_database_url, "create table only_here (n integer)")


SESSION_THAT_DIES = """
import os, signal
from tests.support.postgis import running_server, server_programs
with running_server(server_programs()) as server:
    with server.connect("postgres") as connection:
        print(connection.execute("show data_directory").fetchone()[0], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.usefixtures("postgis_databases")
def test_the_server_goes_when_the_session_is_killed() -> None:
    # The guard inherits the standard error stream: it ends for us when the guard has ended.
    with subprocess.Popen(
        [sys.executable, "-c", SESSION_THAT_DIES],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as session:
        folder, _ = session.communicate(timeout=60)
    assert session.returncode == -signal.SIGKILL
    assert folder.strip().endswith("/data")
    assert not Path(folder.strip()).parent.exists()
