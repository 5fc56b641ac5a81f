"""What a backup says about its database, read in the moment that it is of."""

from collections.abc import Mapping

import leasehold
from leasehold.backups.database.tables import Content, Table
from leasehold.backups.manifest import DatabaseFacts, TableFacts, Versions
from leasehold.kit.database import Connection, Role
from leasehold.migrations.state import read_schema_state

# Who owns something here, or was granted something. PostgreSQL's own roles are in every cluster.
_ROLES = """
SELECT rolname::text FROM pg_roles
 WHERE rolname !~ '^pg_'
   AND (rolname = ANY(%s)
        OR oid IN (SELECT refobjid FROM pg_shdepend
                    WHERE refclassid = 'pg_authid'::regclass
                      AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
        OR oid IN (SELECT c.relowner FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')
        OR oid = (SELECT datdba FROM pg_database WHERE datname = current_database()))
 ORDER BY 1
"""
_AUDIT_ID = "SELECT coalesce(max(id), 0) FROM audit_log"


def database_facts(
    connection: Connection, contents: Mapping[Table, Content], *, files: Mapping[str, str], pg_dump: str
) -> DatabaseFacts:
    """Everything about the database of `connection`, which sees the moment of the dump.

    `files` says where pg_dump put the rows of a table; one that is not there was not dumped, and is left out.
    """
    schema = read_schema_state(connection).current
    return DatabaseFacts(
        versions=Versions(leasehold.__version__, schema, _server_version(connection), pg_dump),
        system_identifier=_one(connection, "SELECT system_identifier::text FROM pg_control_system()"),
        bytes=database_size(connection),
        audit_id=int(_one(connection, _AUDIT_ID)) if schema else 0,
        roles=read_roles(connection),
        tables=tuple(
            TableFacts(table.name, content.rows, content.hash, files[table.name], table.closed)
            for table, content in sorted(contents.items(), key=lambda item: item[0].name)
            if table.name in files
        ),
    )


def read_roles(connection: Connection) -> tuple[str, ...]:
    """The roles that have to be there before the database can be restored."""
    return tuple(str(name) for (name,) in connection.execute(_ROLES, ([role.value for role in Role],)))


def database_size(connection: Connection) -> int:
    """How many bytes the database takes on the disk of its server."""
    return int(_one(connection, "SELECT pg_database_size(current_database())"))


def _server_version(connection: Connection) -> str:
    return _one(connection, "SHOW server_version").split(" ", 1)[0]


def _one(connection: Connection, query: str) -> str:
    row = connection.execute(query).fetchone()
    return str(row[0]) if row else ""
