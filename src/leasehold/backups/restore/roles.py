"""The roles that a restored database needs, also where it was made on a server whose owner had another name."""

from collections.abc import Iterable
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from leasehold.backups.errors import BackupError
from leasehold.kit.database import Connection, Role

# To be a member says so up to PostgreSQL 15; from 16 on a member may have been refused just this.
_MAY_ACT_AS: Final = """
SELECT pg_has_role(%s, %s, CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)
"""
# What tables of later migrations are granted was promised in the name of another owner.
_DEFAULT_PRIVILEGES: Final = """
SELECT format('ALTER DEFAULT PRIVILEGES %s GRANT %s ON %s TO %s',
              CASE WHEN d.defaclnamespace <> 0 THEN format('IN SCHEMA %s', d.defaclnamespace::regnamespace) END,
              a.privilege_type,
              CASE d.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'FUNCTIONS'
                                   WHEN 'T' THEN 'TYPES' ELSE 'SCHEMAS' END,
              a.grantee::regrole)
  FROM pg_default_acl AS d, aclexplode(d.defaclacl) AS a
 WHERE d.defaclrole <> current_user::regrole AND a.grantee NOT IN (0, d.defaclrole)
"""


def make_roles(connection: Connection, roles: Iterable[str], *, owner: str) -> None:
    """Make the programs' roles and `roles` where they are missing; the user of the conninfo `owner` may act as them.

    So may it as the programs' roles that were there, but as nobody else's. Raises `BackupError`.
    """
    user = str(conninfo_to_dict(owner).get("user"))
    known = {str(name) for (name,) in connection.execute("SELECT rolname::text FROM pg_roles")}
    programs = {role.value for role in Role} - {Role.OWNER.value}
    for role in sorted({*programs, *roles} - {user}):
        names = sql.Identifier(role), sql.Identifier(user)
        if role not in known:
            _make(connection, role, user)
        elif role not in programs:
            continue
        if (connection.execute(_MAY_ACT_AS, (user, role)).fetchone() or (False,))[0] is not True:
            connection.execute(sql.SQL("GRANT {} TO {}").format(*names))


def _make(connection: Connection, role: str, user: str) -> None:
    try:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(role)))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            "restore_not_allowed",
            f"The backup needs the role {role}, and {user} may not make roles: run `CREATE ROLE {role} NOLOGIN` and "
            f"`GRANT {role} TO {user}` as a superuser, then try again. Nothing was changed.",
        ) from error


def take_over_promises(connection: Connection) -> None:
    """Let default privileges of another owner hold for what the one of `connection`, who restored all, makes later."""
    for (statement,) in connection.execute(_DEFAULT_PRIVILEGES).fetchall():
        connection.execute(str(statement).encode())
