"""The database of a cluster and the logins of the programs."""

import psycopg
from psycopg import sql

from leasehold.kit.database import DATABASE_NAME, Connection, Role


def ensure_roles_and_database(superuser_conninfo: str, secrets: dict[str, str]) -> None:
    """Make what is missing: a login for each role, the owner's right to act as each, the database itself.

    Passwords follow `secrets` at every call, so that a secrets file put back from a backup is right at once.
    """
    with psycopg.connect(superuser_conninfo, autocommit=True) as connection:
        _ensure_logins(connection, secrets)
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (DATABASE_NAME,)).fetchone() is None:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(
                    sql.Identifier(DATABASE_NAME), sql.Identifier(Role.OWNER.value)
                )
            )


def _ensure_logins(connection: Connection, secrets: dict[str, str]) -> None:
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    for role in Role:
        verb = "ALTER" if role.value in known else "CREATE"
        connection.execute(
            sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(
                sql.SQL(verb), sql.Identifier(role.value), sql.Literal(secrets[f"{role.name.lower()}_password"])
            )
        )
    for role in set(Role) - {Role.OWNER}:
        connection.execute(
            sql.SQL("GRANT {} TO {}").format(sql.Identifier(role.value), sql.Identifier(Role.OWNER.value))
        )
