"""The databases of an organisation's PostgreSQL server: two a service, which nobody else may enter.

Keys lie apart from histories, so that no copy of a history holds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from psycopg.sql import SQL, Identifier, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

METHOD = "scram-sha-256"


def make_databases(conninfo: str, passwords: Mapping[str, str]) -> None:
    """Make each service's role and databases when absent, and set its password.

    Args:
        conninfo: how to reach the server as its superuser, in the database `postgres`.
        passwords: by service.
    """
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        for service, password in passwords.items():
            _keep_role(connection, service, password)
            for database in (service, f"{service}_keys"):
                _keep_database(connection, database, owner=service)


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
