"""Each service has databases that no other service may enter, on a real PostgreSQL server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared.wire.databases import make_databases

if TYPE_CHECKING:
    from tests.servers import Postgres

PASSWORD = "a sample"


@pytest.fixture
def services() -> tuple[str, str]:
    """Two names that no other test has."""
    unique = uuid4().hex[:12]
    return f"first_{unique}", f"second_{unique}"


def server(postgres: Postgres) -> str:
    return make_conninfo(postgres.create(), dbname="postgres")


def entered(conninfo: str, role: str, database: str) -> bool:
    """Whether a service's role gets into a database and may make a table there."""
    mine = make_conninfo(conninfo, user=role, password=PASSWORD, dbname=database)
    try:
        with psycopg.connect(mine) as connection:
            connection.execute("CREATE TABLE kept (what text)")
            connection.rollback()
    except psycopg.OperationalError as error:
        if "permission denied for database" not in str(error):
            raise
        return False
    return True


def test_a_service_enters_its_own_databases_and_no_other(
    postgres: Postgres, services: tuple[str, str]
) -> None:
    conninfo = server(postgres)
    make_databases(conninfo, dict.fromkeys(services, PASSWORD))
    for role in services:
        for owner in services:
            for database in (owner, f"{owner}_keys"):
                assert entered(conninfo, role, database) == (role == owner)
        assert not entered(conninfo, role, "postgres")
        assert not entered(conninfo, role, "template1")


def test_made_again_what_is_there_stays_and_a_new_service_is_added(
    postgres: Postgres, services: tuple[str, str]
) -> None:
    conninfo, (first, second) = server(postgres), services
    make_databases(conninfo, {first: PASSWORD})
    mine = make_conninfo(conninfo, user=first, password=PASSWORD, dbname=first)
    with psycopg.connect(mine) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS what")
    make_databases(conninfo, dict.fromkeys(services, PASSWORD))
    with psycopg.connect(mine) as connection:
        assert connection.execute("SELECT what FROM kept").fetchone() == ("still here",)
    assert entered(conninfo, second, f"{second}_keys")


def test_several_at_once_get_in_nobodys_way(postgres: Postgres, services: tuple[str, str]) -> None:
    conninfo = server(postgres)
    passwords = dict.fromkeys(services, PASSWORD)
    with ThreadPoolExecutor(4) as pool:
        for made in [pool.submit(make_databases, conninfo, passwords) for _ in range(4)]:
            made.result()
    assert entered(conninfo, services[1], services[1])


def test_a_service_may_make_neither_roles_nor_databases(
    postgres: Postgres, services: tuple[str, str]
) -> None:
    conninfo = server(postgres)
    make_databases(conninfo, dict.fromkeys(services, PASSWORD))
    mine = make_conninfo(conninfo, user=services[0], password=PASSWORD, dbname=services[0])
    for forbidden in ("CREATE ROLE more", "CREATE DATABASE more"):
        with (
            psycopg.connect(mine, autocommit=True) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(forbidden.encode())


def test_the_server_keeps_a_hash_not_the_password(
    postgres: Postgres, services: tuple[str, str]
) -> None:
    conninfo = server(postgres)
    make_databases(conninfo, dict.fromkeys(services, PASSWORD))
    with psycopg.connect(conninfo) as connection:
        row = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = %s", (services[0],)
        ).fetchone()
    assert row is not None
    assert row[0].startswith("SCRAM-SHA-256$")
