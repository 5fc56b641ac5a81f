"""The roles that a restored database needs: those of the programs, as the first migration would make them."""

from typing import Final

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from leasehold.kit.database import Connection, Role

# To be a member says so up to PostgreSQL 15; from 16 on a member may have been refused just this.
_MAY_ACT_AS: Final = """
SELECT pg_has_role(%s, %s, CASE WHEN current_setting('server_version_num')::int < 160000 THEN 'MEMBER' ELSE 'SET' END)
"""


def make_program_roles(connection: Connection, *, owner: str) -> None:
    """Make the roles of the programs that are missing, and let the user of the conninfo `owner` act as each."""
    user = str(conninfo_to_dict(owner).get("user"))
    known = {str(name) for (name,) in connection.execute("SELECT rolname::text FROM pg_roles")}
    for role in set(Role) - {Role.OWNER}:
        names = sql.Identifier(role.value), sql.Identifier(user)
        if role.value not in known:
            connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(names[0]))
        if (connection.execute(_MAY_ACT_AS, (user, role.value)).fetchone() or (False,))[0] is not True:
            connection.execute(sql.SQL("GRANT {} TO {}").format(*names))
