"""The files of a backup put back: those of the data are swapped, those of the machine only where they are missing.

A certificate or a proxy's configuration that differs has been renewed since, as a rule: it stays, and is named.
"""

import contextlib
import filecmp
import grp
import os
import pwd
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from leasehold.audit.checkpoints import WITNESS_NAME, put_witness_aside
from leasehold.backups.contents import Contents, Kept, read_contents
from leasehold.backups.errors import BackupError
from leasehold.backups.restore.secrets import merge_secrets
from leasehold.kit.secrets_file import FILE_NAME as SECRETS_NAME
from leasehold.kit.secrets_file import change_secrets, read_or_create_secrets, write_secrets

_OF_THIS_MOMENT: Final = frozenset({SECRETS_NAME, WITNESS_NAME, "layout"})


@dataclass(frozen=True)
class RestoredFiles:
    """The unpacked `backup`, the `stage` on which new files are made ready, and where replaced ones are `kept`."""

    backup: Path
    stage: Path
    data_dir: Path
    kept: Path

    def make_ready(self) -> None:
        """Put the secrets for the restored data on the stage, which is a small data directory of its own."""
        self.stage.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_secrets(self.stage, merge_secrets(read_or_create_secrets(self.data_dir), self._secrets()))

    def swapped(self) -> tuple[str, ...]:
        """The files, besides secrets and witness, that `swap` puts back, as it was before it did."""
        files = [target for _entry, _source, target in self._to_put_back()]
        return tuple(sorted(map(str, [*files, *(target for _entry, target in self._missing_links())])))

    def differing(self) -> tuple[str, ...]:
        """The files of the machine that are not what they were, and stay as they are."""
        return tuple(
            sorted(
                str(target)
                for entry, source, target in self._entries()
                if Path(entry.path).is_absolute() and os.path.lexists(target) and not _same(source, target)
            )
        )

    def swap(self) -> None:
        """Put everything in its place; called again it goes on where it was interrupted."""
        with change_secrets(self.data_dir) as values:
            values.update(merge_secrets(values, self._secrets()))
        for entry, source, target in list(self._to_put_back()):
            self._put_back(entry, source, target)
        for entry, target in list(self._missing_links()):
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            target.symlink_to(entry.link or "")
        self._swap_witness()

    def _swap_witness(self) -> None:
        """The old witness speaks of the replaced database: it is kept beside the new one."""
        ready = self.stage / WITNESS_NAME
        if not ready.exists():
            return
        if (self.data_dir / WITNESS_NAME).exists():
            put_witness_aside(self.data_dir)
        ready.replace(self.data_dir / WITNESS_NAME)

    def _put_back(self, entry: Kept, source: Path, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = target.with_name(f"{target.name}.restored.new")
        shutil.copyfile(source, draft)
        draft.chmod(entry.mode)
        _own(draft, entry)
        if target.exists():
            aside = self.kept / entry.path
            aside.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.move(target, aside)
        draft.replace(target)

    def _to_put_back(self) -> Iterator[tuple[Kept, Path, Path]]:
        for entry, source, target in self._entries():
            within = not Path(entry.path).is_absolute()
            if not os.path.lexists(target) or (within and not _same(source, target)):
                yield entry, source, target

    def _entries(self) -> Iterator[tuple[Kept, Path, Path]]:
        """Each file of the backup, where it lies in it, and where it belongs."""
        for entry in self._contents().files:
            if entry.stored is not None and entry.path not in _OF_THIS_MOMENT:
                yield entry, self.backup / _without_detours(entry.stored), self.data_dir / _without_detours(entry.path)

    def _missing_links(self) -> Iterator[tuple[Kept, Path]]:
        for entry in self._contents().files:
            target = self.data_dir / _without_detours(entry.path)
            if entry.link is not None and not os.path.lexists(target):
                yield entry, target

    def _contents(self) -> Contents:
        try:
            return read_contents(self.backup)
        except (OSError, msgspec.MsgspecError) as error:
            raise _unreadable(str(error)) from error

    def _secrets(self) -> dict[str, Any]:
        """Those of the backup; none where the installation had not made any yet."""
        for entry in self._contents().files:
            if entry.path == SECRETS_NAME and entry.stored is not None:
                values: dict[str, Any] = msgspec.json.decode((self.backup / entry.stored).read_bytes())
                return values
        return {}


def _without_detours(path: str) -> Path:
    if ".." in Path(path).parts:
        raise _unreadable(f"it names the path {path}")
    return Path(path)


def _same(source: Path, target: Path) -> bool:
    return target.is_file() and filecmp.cmp(source, target, shallow=False)


def _own(path: Path, entry: Kept) -> None:
    """As it was, where that user exists here and we may give files away."""
    if os.geteuid() == 0:
        with contextlib.suppress(KeyError):
            os.chown(path, pwd.getpwnam(entry.owner).pw_uid, grp.getgrnam(entry.group).gr_gid)


def _unreadable(reason: str) -> BackupError:
    return BackupError(
        "backup_contents_unreadable",
        f"The backup's files cannot be put back ({reason}): choose another backup. Nothing was changed.",
    )
