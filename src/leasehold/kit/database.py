"""Connections to PostgreSQL: who connects, as which role, with which limits on waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from leasehold.kit.configuration import Configuration
from leasehold.kit.run_dir import run_dir
from leasehold.kit.secrets_file import read_or_create_secrets

DATABASE_NAME = "leasehold"
CONNECT_TIMEOUT_SECONDS = 2

Connection = psycopg.Connection[tuple[object, ...]]


class Role(StrEnum):
    """The database roles of the programs; each may touch only what its program needs."""

    OWNER = "leasehold"
    SERVER = "leasehold_server"
    PANEL = "leasehold_panel"
    WORKER = "leasehold_worker"
    BACKUP = "leasehold_backup"


@dataclass(frozen=True)
class Database:
    """Where the database is, and how one role gets in."""

    conninfo: str
    role: Role

    def connect(
        self,
        *,
        application: str,
        autocommit: bool = False,
        lock_timeout_ms: int = 0,
        settings: Mapping[str, str] | None = None,
    ) -> Connection:
        """A new connection, with PostgreSQL's `settings` for it.

        Raises `psycopg.OperationalError` within seconds where there is none to be had.
        """
        wanted = {"lock_timeout": str(lock_timeout_ms)} | dict(settings or {})
        return psycopg.connect(self._conninfo(application, wanted), autocommit=autocommit)

    def _conninfo(self, application: str, settings: Mapping[str, str]) -> str:
        given = conninfo_to_dict(self.conninfo)
        options = " ".join([str(given.get("options") or ""), *(f"-c {n}={v}" for n, v in settings.items())])
        return make_conninfo(
            self.conninfo,
            application_name=f"leasehold {application}",
            connect_timeout=CONNECT_TIMEOUT_SECONDS,
            options=options.strip(),
        )


def database_for(configuration: Configuration, role: Role) -> Database:
    """The database of this installation as `role` sees it.

    The embedded PostgreSQL has a login for each role. A given database URL is the owner's: the programs then
    connect as the owner and take on the role (`SET ROLE`) at once.
    """
    if configuration.database_url is not None:
        if role is Role.OWNER:
            return Database(configuration.database_url, role)
        options = conninfo_to_dict(configuration.database_url).get("options") or ""
        return Database(
            make_conninfo(configuration.database_url, options=f"{options} -c role={role.value}".strip()), role
        )
    password = read_or_create_secrets(configuration.data_dir)[f"{role.name.lower()}_password"]
    directory = quote(str(run_dir(configuration.data_dir)), safe="")
    return Database(f"postgresql://{role.value}:{quote(password)}@{directory}/{DATABASE_NAME}", role)
