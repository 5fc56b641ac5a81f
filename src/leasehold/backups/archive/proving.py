"""Proofs that a backup is in the archive: what its host says (L1), its tree (L2), each of its bytes (L3).

The restore of a backup out of the archive alone (L4) is the drill.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from leasehold.backups.archive.fetching import empty_repository
from leasehold.backups.archive.history import BRANCH, TAGS, files_of, tree_of
from leasehold.backups.archive.remote import Remote
from leasehold.backups.errors import ArchiveRefused, NotVerified
from leasehold.backups.git import git
from leasehold.backups.manifest import Chunk, Manifest
from leasehold.backups.store.pieces import Read
from leasehold.backups.store.unpacking import prove

OpenManifest = Callable[[Path, str], Manifest]


def prove_named(remote: Remote, name: str, archived: str) -> None:
    """L1: the archive's host says that `name` is the commit `archived`. Raises `ArchiveRefused`."""
    refs = remote.refs()
    if BRANCH not in refs or refs.get(f"{TAGS}{name}") != archived:
        raise _gone(remote, name)


def prove_tree(remote: Remote, name: str, tree: str, *, work: Path | None = None) -> None:
    """L2: the archive has a commit of that name, whose files are the ones of `tree`. Costs some kilobytes."""
    with TemporaryDirectory(dir=work) as directory:
        repository = empty_repository(Path(directory) / "proof.git")
        remote.fetch(repository, f"{TAGS}{name}:{TAGS}{name}", leave_out="blob:none")
        if tree_of(repository, f"{TAGS}{name}") != tree:
            raise _gone(remote, name)


def prove_objects(
    remote: Remote,
    expected: Manifest,
    *,
    open_manifest: OpenManifest,
    identities: Sequence[str],
    work: Path | None = None,
) -> int:
    """L3: all that the backup needs comes back out of the archive, and every file can be made of it by our keys.

    Returns how many bytes that were. `work` is a directory with room for the whole backup. Raises `NotVerified`.
    """
    with TemporaryDirectory(dir=work) as directory:
        repository = empty_repository(Path(directory) / "proof.git")
        remote.fetch(repository, f"{TAGS}{expected.name}:{TAGS}{expected.name}")
        if open_manifest(repository, f"{TAGS}{expected.name}") != expected:
            raise NotVerified(
                "archive_differs",
                f"What {remote.address.text} has as {expected.name} is another backup than the one that was made here.",
            )
        prove(expected, _reading(repository, remote, expected), identities)
        return sum(chunk.stored for chunk in expected.chunks.values())


def _reading(repository: Path, remote: Remote, expected: Manifest) -> Read:
    """Gives the objects that were fetched into `repository`. Raises `NotVerified` for one that is not as it was."""
    blobs = set(files_of(repository, f"{TAGS}{expected.name}").values())

    def read(chunk: Chunk) -> bytes:
        data = git(repository, "cat-file", "blob", chunk.blob) if chunk.blob in blobs else b""
        if sha256(data).hexdigest() != chunk.object or len(data) != chunk.stored:
            raise NotVerified(
                "archive_differs",
                f"The object {chunk.object} of {expected.name} is not in {remote.address.text} as it was pushed. No "
                "local backup is removed; make a new backup, and begin a new archive if this happens again.",
            )
        return data

    return read


def _gone(remote: Remote, name: str) -> ArchiveRefused:
    detail = (
        f"{remote.address.text} does not have the backup {name} as it was pushed: somebody has removed or replaced it. "
        "No local backup is removed. Find out who did that; then begin a new archive (`leasehold settings set "
        "backup_archive ADDRESS`)."
    )
    return ArchiveRefused("archive_rewritten", detail)
