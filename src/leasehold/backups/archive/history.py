"""What an archive already has, as the commits and trees say that this machine has of it. Blobs may be gone here."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from leasehold.backups.archive.remote import Remote
from leasehold.backups.archive.volumes import Volume
from leasehold.backups.errors import ArchiveRefused
from leasehold.backups.git import GitFailed, git

BRANCH: Final = "refs/heads/archive"
TAGS: Final = "refs/tags/"
MARK: Final = "backup.json"  # stands in every tree of an archive of ours


def known_tip(repository: Path, remote: Remote, volume: Volume, refs: Mapping[str, str]) -> str | None:
    """The archive's last commit, whose history is brought here; None where the archive is empty.

    Raises `ArchiveRefused` where what was last pushed is not in its history, or where it is no archive of ours.
    """
    tip = refs.get(BRANCH)
    if tip is None:
        if volume.last is not None:
            raise rewritten(remote, volume.last)
        if refs:
            raise _foreign(remote)
        return None
    if not _is_whole(repository, tip):
        remote.bring(repository, BRANCH)
    if volume.last is not None and not contains(repository, tip, volume.last):
        raise rewritten(remote, volume.last)
    if not files_of(repository, tip).keys() >= {MARK}:
        raise _foreign(remote)
    note_tip(repository, volume, tip)
    return tip


def note_tip(repository: Path, volume: Volume, tip: str) -> None:
    """Remember where the archive is, so that git knows what both have."""
    git(repository, "update-ref", f"refs/archive/{volume.number}", tip)


def has(repository: Path, commit: str) -> bool:
    """Whether `commit` is here with its tree."""
    try:
        git(repository, "cat-file", "-e", f"{commit}^{{tree}}")
    except GitFailed:
        return False
    return True


def tree_of(repository: Path, commit: str) -> str:
    """The tree of `commit`."""
    return git(repository, "rev-parse", "--verify", f"{commit}^{{tree}}").decode().strip()


def files_of(repository: Path, commit: str) -> dict[str, str]:
    """Each path of the tree of `commit` with its blob."""
    listed = git(repository, "ls-tree", "-r", "-z", "--full-tree", commit).decode().split("\0")
    return {path: entry.split()[2] for entry, _, path in (line.partition("\t") for line in listed if line)}


def blobs_in_history(repository: Path, tip: str | None) -> dict[str, str]:
    """Each blob that the archive had up to `tip`, with the commit that brought it."""
    if tip is None:
        return {}
    options = ["--first-parent", "--diff-merges=first-parent", "--root", "--raw", "--no-renames", "--no-abbrev", "-z"]
    listed = git(repository, "log", *options, "--diff-filter=AM", "--format=%x01%H", tip).decode()
    brought: dict[str, str] = {}
    for part in listed.split("\x01")[1:]:
        commit, *changes = part.split("\0")
        for change in changes:
            entry = change.strip().split()
            if change.strip().startswith(":"):
                brought.setdefault(entry[3], commit)
    return brought


def sizes_of(repository: Path, blobs: list[str]) -> dict[str, int]:
    """How many bytes each blob has that is here."""
    asked = "\n".join(blobs).encode()
    listed = git(repository, "cat-file", "--batch-check=%(objectname) %(objectsize)", given=asked).decode()
    pairs = [line.split() for line in listed.splitlines()]
    return {blob: int(size) for blob, size in pairs if size != "missing"}


def _is_whole(repository: Path, tip: str) -> bool:
    """Whether the history of `tip` and its trees are here: bringing it may have been cut short."""
    try:
        git(repository, "rev-list", "--quiet", "--objects", "--filter=blob:none", tip, "--not", "--glob=refs/archive/*")
    except GitFailed:
        return False
    return True


def contains(repository: Path, tip: str, commit: str) -> bool:
    """Whether `commit` is `tip` or in its history, which is here."""
    if not has(repository, commit):
        return False
    try:
        git(repository, "merge-base", "--is-ancestor", commit, tip)
    except GitFailed as failed:
        if failed.status != 1:
            raise
        return False
    return True


def rewritten(remote: Remote, last: str) -> ArchiveRefused:
    """The error for an archive whose history no longer has `last`."""
    detail = (
        f"{remote.address.text} no longer contains commit {last[:12]}, which was pushed there: its history was "
        "rewritten. No local backup is removed, and nothing is pushed over it. Find out who did that; then begin a new "
        "archive (`leasehold settings set backup_archive ADDRESS`)."
    )
    return ArchiveRefused("archive_rewritten", detail)


def _foreign(remote: Remote) -> ArchiveRefused:
    detail = (
        f"{remote.address.text} holds something that is no archive of backups: nothing was pushed there. Create an "
        "empty repository and set its address (`leasehold settings set backup_archive ADDRESS`)."
    )
    return ArchiveRefused("archive_not_ours", detail)
