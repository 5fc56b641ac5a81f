"""The PostgreSQL server of an installation, as who may make, rename and drop databases sees it."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leasehold.backups.errors import BackupError
from leasehold.embedded.cluster import Cluster
from leasehold.embedded.layout import mark_layout
from leasehold.embedded.running import lock_data_dir, what_runs
from leasehold.kit.configuration import Configuration
from leasehold.kit.database import Connection, Database, Role, database_for

_APPLICATION = "leasehold restore"
# Every server has one of the two, whatever else was dropped.
_MAINTENANCE_DATABASES = ("postgres", "template1")
_RENAME_TRIES = 3

_NAMES = "SELECT datname::text FROM pg_database ORDER BY 1"
# A superuser's connection an owner may not end; PostgreSQL's own processes get out of the way of a rename.
_END_OTHERS = """
SELECT count(pg_terminate_backend(a.pid))
  FROM pg_stat_activity AS a JOIN pg_roles AS r ON r.oid = a.usesysid,
       (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS me
 WHERE a.datname = %s AND a.pid <> ALL (%s::int[])
   AND (me.rolsuper OR pg_has_role(current_user, r.oid, 'USAGE') AND NOT r.rolsuper)
"""
_ABILITIES = """
SELECT rolsuper OR rolcreatedb,
       coalesce((SELECT pg_has_role(current_user, datdba, 'USAGE') FROM pg_database WHERE datname = %s), true)
  FROM pg_roles WHERE rolname = current_user
"""


@dataclass(frozen=True)
class DatabaseServer:
    """The server with the database `name`; `owner` gets into it as its owner, `administrator` may do what is done here.

    Every method raises `psycopg.Error` where PostgreSQL refuses, and some `BackupError` where a person can mend it.
    """

    name: str
    owner: Database
    administrator: str

    def connect(self) -> Connection:
        """To administer the server: without a transaction, and to none of the databases in question."""
        for database in _MAINTENANCE_DATABASES[:-1]:
            try:
                return self._connect(database)
            except psycopg.OperationalError:
                continue
        return self._connect(_MAINTENANCE_DATABASES[-1])

    def database(self, name: str) -> Database:
        """The database `name` through its owner's eyes."""
        return Database(make_conninfo(self.owner.conninfo, dbname=name), Role.OWNER)

    def check_abilities(self) -> None:
        """Raise `BackupError` where databases cannot be made and renamed."""
        with self.connect() as connection:
            makes, owns = connection.execute(_ABILITIES, (self.name,)).fetchone() or (False, False)
            (user,) = connection.execute("SELECT current_user::text").fetchone() or ("",)
        if not (makes and owns):
            raise BackupError(
                "restore_not_allowed",
                f"The role {user} of LEASEHOLD_DATABASE_URL must own the database {self.name} and be able to make "
                f"another one beside it: run `ALTER ROLE {user} CREATEDB` as a superuser. Nothing was changed.",
            )

    def names(self) -> list[str]:
        """The databases that are there."""
        with self.connect() as connection:
            return [str(name) for (name,) in connection.execute(_NAMES)]

    def exists(self, name: str) -> bool:
        """Whether there is a database `name`."""
        return name in self.names()

    def create(self, name: str) -> None:
        """Make the empty database `name`."""
        owner = conninfo_to_dict(self.owner.conninfo).get("user")
        statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'")
        self._execute(statement.format(sql.Identifier(name), sql.Identifier(str(owner))))

    def drop(self, name: str) -> None:
        """Remove the database `name`, whoever is connected; one that is not there is no error."""
        self._execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def open(self, name: str) -> None:
        """Let everybody connect to `name` who may."""
        self._allow(name, allowed=True)

    def close(self, name: str, *, but: Sequence[Connection] = ()) -> None:
        """Let nobody connect to `name` any more, and end every connection except those in `but`."""
        self._allow(name, allowed=False)
        with self.connect() as connection:
            connection.execute(_END_OTHERS, (name, [one.info.backend_pid for one in but]))

    def rename(self, *steps: tuple[str, str]) -> None:
        """Give databases new names, each from the first to the second: all of them or none."""
        for left in reversed(range(_RENAME_TRIES)):
            try:
                with self.connect() as connection, connection.transaction():
                    for old, new in steps:
                        statement = sql.SQL("ALTER DATABASE {} RENAME TO {}")
                        connection.execute(statement.format(sql.Identifier(old), sql.Identifier(new)))
            except psycopg.errors.ObjectInUse:  # a connection that had begun before it was closed
                if not left:
                    raise _in_use(steps[0][0]) from None
                for old, _new in steps:
                    self.close(old)
            else:
                return

    def _allow(self, name: str, *, allowed: bool) -> None:
        statement = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
        self._execute(statement.format(sql.Identifier(name), sql.Literal(allowed)))

    def _execute(self, statement: sql.Composed) -> None:
        with self.connect() as connection:
            connection.execute(statement)

    def _connect(self, database: str) -> Connection:
        return psycopg.connect(
            make_conninfo(self.administrator, dbname=database), autocommit=True, application_name=_APPLICATION
        )


def _in_use(name: str) -> BackupError:
    return BackupError(
        "database_in_use",
        f"Somebody whom we may not cut off is connected to {name}, perhaps a superuser (pg_stat_activity says who): "
        "end that connection, then try again. Nothing was changed.",
    )


@contextmanager
def server_of(configuration: Configuration) -> Iterator[DatabaseServer]:
    """The installation's server; an embedded one that does not run is started for as long as the block lasts."""
    with _running(configuration):
        yield _server(configuration)


def _server(configuration: Configuration) -> DatabaseServer:
    owner = database_for(configuration, Role.OWNER)
    given = conninfo_to_dict(owner.conninfo)
    name = str(given.get("dbname") or given.get("user"))
    if configuration.embedded:
        return DatabaseServer(name, owner, Cluster(configuration.data_dir).superuser_conninfo)
    return DatabaseServer(name, owner, owner.conninfo)


@contextmanager
def _running(configuration: Configuration) -> Iterator[None]:
    """Beside `leasehold up` there is nothing to start."""
    if not configuration.embedded or what_runs(configuration.data_dir) is not None or _answers(configuration):
        yield
        return
    lock = lock_data_dir(configuration.data_dir)
    mark_layout(configuration.data_dir)
    cluster = Cluster(configuration.data_dir)
    try:
        cluster.start(subprocess.DEVNULL)
        yield
    finally:
        cluster.stop()
        lock.release()


def _answers(configuration: Configuration) -> bool:
    try:
        _server(configuration).connect().close()
    except psycopg.OperationalError:
        return False
    return True
