"""Which release made a data directory: one of a newer release is refused before anything in it is touched."""

import shutil
from pathlib import Path

from leasehold.embedded.binaries import major, version_of
from leasehold.kit.errors import ConfigurationError

LAYOUT = 1
_FILE_NAME = "layout"
LEAST_FREE_BYTES = 128 * 1024 * 1024


def check_layout(data_dir: Path) -> None:
    """Raise `ConfigurationError` where a newer release of Leasehold made `data_dir`, or it is damaged."""
    try:
        found = int((data_dir / _FILE_NAME).read_text(encoding="ascii"))
    except FileNotFoundError:
        return
    except ValueError as error:
        raise ConfigurationError(f"{data_dir / _FILE_NAME} is damaged: put it back from a backup.") from error
    if found > LAYOUT:
        raise ConfigurationError(
            f"{data_dir} belongs to a newer release of Leasehold (layout {found}, this one knows {LAYOUT}): "
            "install that release again. Nothing was changed."
        )


def mark_layout(data_dir: Path) -> None:
    """Write down that this release made `data_dir`."""
    path = data_dir / _FILE_NAME
    if not path.exists():
        path.write_text(f"{LAYOUT}\n", encoding="ascii")


def check_postgresql_version(directory: Path, programs: Path) -> None:
    """Raise `ConfigurationError` where `programs` are of another major version than the cluster in `directory`."""
    try:
        found = int((directory / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return
    except ValueError as error:
        raise ConfigurationError(f"{directory / 'PG_VERSION'} is damaged: put it back from a backup.") from error
    ours = major(version_of(programs / "postgres"))
    if found > ours:
        raise ConfigurationError(
            f"{directory} was written by PostgreSQL {found}, newer than the {ours} that is installed: "
            "install `leasehold[embedded]` in the release that wrote it. Nothing was changed."
        )
    if found < ours:
        raise ConfigurationError(
            f"{directory} was written by PostgreSQL {found}, this release brings {ours}: dump it with "
            f"PostgreSQL {found} (pg_dump) and restore it into a new data directory. Nothing was changed."
        )


def check_free_space(data_dir: Path) -> None:
    """Raise `ConfigurationError` where the disk is so full that PostgreSQL could not write its log."""
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        raise ConfigurationError(
            f"The disk of {data_dir} is full: {free // 2**20} MB are free, PostgreSQL needs at least "
            f"{LEAST_FREE_BYTES // 2**20} MB to start. Free some space; no data is lost."
        )
