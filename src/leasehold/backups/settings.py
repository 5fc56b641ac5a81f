"""The settings of backups, read where no newer schema than the first can be relied on."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Literal

from leasehold.kit.database import Connection
from leasehold.kit.git_address import GitAddress, read_address
from leasehold.settings.kinds import Value
from leasehold.settings.registry import SETTINGS
from leasehold.settings.service import read_all

_TABLES_ARE_THERE = "SELECT to_regclass('settings') IS NOT NULL AND to_regclass('runtime') IS NOT NULL"


@dataclass(frozen=True)
class BackupSettings:
    """What an operator has decided about backups. `archive` is None where there is none.

    `time` is the installation's local time; `local_keep` the number of newest backups that stay on this machine.
    """

    archive: GitAddress | None
    ssh_key: Path
    author_name: str
    author_email: str
    time: time
    heartbeats: Literal["all", "structure"]
    local_keep: int
    paths: tuple[Path, ...]


def read_backup_settings(connection: Connection) -> BackupSettings:
    """The settings in force; the defaults in a database that has no settings yet."""
    (there,) = connection.execute(_TABLES_ARE_THERE).fetchone() or (False,)
    return _from_values(read_all(connection)) if there else default_backup_settings()


def default_backup_settings() -> BackupSettings:
    """What holds where nobody has decided anything, or where the database is gone."""
    return _from_values({setting.name: setting.default for setting in SETTINGS})


def _from_values(values: dict[str, Value]) -> BackupSettings:
    archive = str(values["backup_archive"])
    return BackupSettings(
        archive=read_address(archive) if archive else None,
        ssh_key=Path(str(values["backup_ssh_key"])).expanduser(),
        author_name=str(values["backup_author_name"]),
        author_email=str(values["backup_author_email"]),
        time=time.fromisoformat(str(values["backup_time"])),
        heartbeats="structure" if values["backup_heartbeats"] == "structure" else "all",
        local_keep=int(values["backup_local_keep"]),
        paths=tuple(Path(path) for path in str(values["backup_paths"]).split(":") if path),
    )
