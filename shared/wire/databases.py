"""The databases of an organisation's PostgreSQL server: two a service, which nobody else may enter.

Keys lie apart from histories, so that no copy of a history holds them.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

METHOD = "scram-sha-256"
WAIT_SECONDS = 30.0
"""How long a server that is just starting is waited for."""


def make_databases(conninfo: str, passwords: Mapping[str, str]) -> None:
    """Make each service's role and databases when absent, and set its password.

    Args:
        conninfo: how to reach the server as its superuser, in the database `postgres`.
        passwords: by service.

    Raises:
        psycopg.OperationalError: the server can't be entered.
    """
    with _connected(conninfo) as connection:
        # two at once would change the same rows of the server's catalog, which it refuses
        connection.execute("SELECT pg_advisory_lock(hashtext('accord databases'))")
        connection.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        for service, password in passwords.items():
            _keep_role(connection, service, password)
            for database in (service, f"{service}_keys"):
                _keep_database(connection, database, owner=service)


def _connected(conninfo: str) -> psycopg.Connection:
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return psycopg.connect(conninfo, autocommit=True)
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def _keep_role(connection: psycopg.Connection, role: str, password: str) -> None:
    if not _is_there(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
        connection.execute(SQL("CREATE ROLE {}").format(Identifier(role)))
    # the server is told a hash, so that its log can't tell the password
    hashed = connection.pgconn.encrypt_password(password.encode(), role.encode(), METHOD.encode())
    connection.execute(
        SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}").format(
            Identifier(role), Literal(hashed.decode())
        )
    )


def _keep_database(connection: psycopg.Connection, name: str, owner: str) -> None:
    if not _is_there(connection, "SELECT 1 FROM pg_database WHERE datname = %s", name):
        connection.execute(
            SQL("CREATE DATABASE {} OWNER {}").format(Identifier(name), Identifier(owner))
        )
    # without this, whoever has a role may connect
    connection.execute(
        SQL("REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC").format(Identifier(name))
    )


def _is_there(connection: psycopg.Connection, question: SQL | str, name: str) -> bool:
    return connection.execute(question, (name,)).fetchone() is not None
