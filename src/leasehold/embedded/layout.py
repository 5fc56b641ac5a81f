"""Which release made a data directory: one of a newer release is refused before anything in it is touched."""

import shutil
from pathlib import Path

from leasehold.embedded.binaries import major, version_of
from leasehold.kit.errors import ConfigurationError

LAYOUT = 1
CLUSTER = "postgresql"
OTHER_CLUSTERS = f"{CLUSTER}-"
"""How directories begin that an upgrade of PostgreSQL keeps or makes beside the cluster."""
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


def major_of(cluster: Path) -> int | None:
    """The major version of the PostgreSQL that wrote the cluster, None where there is none.

    Raises `ConfigurationError` where it cannot be told.
    """
    try:
        return int((cluster / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise ConfigurationError(f"{cluster / 'PG_VERSION'} is damaged: put it back from a backup.") from error


def kept_cluster(data_dir: Path, major_version: int) -> Path:
    """Where an upgrade keeps the cluster of the version before."""
    return data_dir / f"{OTHER_CLUSTERS}{major_version}"


def newest_kept_cluster(data_dir: Path) -> tuple[int, Path] | None:
    """The last one that an upgrade kept, with its major version."""
    found = [(version, path) for path in data_dir.glob(f"{OTHER_CLUSTERS}*") if (version := major_of(path)) is not None]
    return max(found, default=None)


def draft_cluster(data_dir: Path) -> Path:
    """Where an upgrade makes the cluster of the next version, in a data directory of its own."""
    return data_dir / f"{OTHER_CLUSTERS}upgrade" / CLUSTER


def check_upgrade_is_over(data_dir: Path) -> None:
    """Raise `ConfigurationError` where an upgrade has put the old cluster aside, and not yet the new one in place."""
    if draft_cluster(data_dir).exists() and major_of(data_dir / CLUSTER) is None:
        raise ConfigurationError(
            f"An upgrade of PostgreSQL was interrupted, and {data_dir / CLUSTER} is not there yet: finish it with "
            "`leasehold postgresql upgrade`. No data is lost."
        )


def check_postgresql_version(directory: Path, programs: Path) -> None:
    """Raise `ConfigurationError` where `programs` are of another major version than the cluster in `directory`."""
    found = major_of(directory)
    if found is None:
        return
    ours = major(version_of(programs / "postgres"))
    if found > ours:
        raise ConfigurationError(
            f"{directory} was written by PostgreSQL {found}, newer than the {ours} that is installed: "
            "install `leasehold[embedded]` in the release that wrote it. Nothing was changed."
        )
    if found < ours:
        raise ConfigurationError(
            f"{directory} was written by PostgreSQL {found}, this release brings {ours}: `leasehold postgresql "
            "upgrade` moves everything over and keeps the old cluster. Nothing was changed."
        )


def check_free_space(data_dir: Path) -> None:
    """Raise `ConfigurationError` where the disk is so full that PostgreSQL could not write its log."""
    free = shutil.disk_usage(data_dir).free
    if free < LEAST_FREE_BYTES:
        raise ConfigurationError(
            f"The disk of {data_dir} is full: {free // 2**20} MB are free, PostgreSQL needs at least "
            f"{LEAST_FREE_BYTES // 2**20} MB to start. Free some space; no data is lost."
        )
