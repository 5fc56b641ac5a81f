"""Maintenance: a file in the data directory that says to keep still, because a restore is swapping the database.

Who finds it does no jobs, shows no pages and does not wonder that the database is away. Whoever restores makes it and
takes it away again; after a crash the worker brings the restore to an end (`backups.restore.recovery`).
"""

from pathlib import Path


def under_maintenance(data_dir: Path) -> bool:
    """Whether everybody has to keep still now."""
    return _marker(data_dir).exists()


def begin_maintenance(data_dir: Path) -> None:
    """Everybody keeps still from now on."""
    _marker(data_dir).touch(mode=0o600)


def end_maintenance(data_dir: Path) -> None:
    """Everybody may go on."""
    _marker(data_dir).unlink(missing_ok=True)


def _marker(data_dir: Path) -> Path:
    return data_dir / "backups" / "maintenance"
